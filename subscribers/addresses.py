"""Read what somebody typed as an e-mail address (pure; no DNS here)."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from subscribers.errors import InvalidAddress
from subscribers.sentences import N_, Saying

# RFC 5321 §4.5.3.1.3 leaves 254 octets for an address inside the brackets.
_LONGEST = 254
_TOO_LONG = N_("An address has 254 characters at most.")
_LONGEST_LOCAL = 64  # RFC 5321 §4.5.3.1.1
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_ATOM = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")  # RFC 5322 §3.2.3


@dataclass(frozen=True)
class Address:
    """One mailbox: `email` as it is mailed (A-label domain), `key` to compare by."""

    email: str
    key: str


def normalise(text: str) -> Address:
    """Return the address in `text`; raises InvalidAddress with the reason.

    Surrounding white space goes; a control character anywhere refuses the whole
    text, because it is how headers are forged. The domain is lower-cased and in
    its A-label form (RFC 5890); the local part keeps its case for sending and is
    case-folded for comparing. A local part outside ASCII is refused: it would need
    SMTPUTF8 (RFC 6531) from every relay on the way.
    """
    stripped = text.strip(" \t\u00a0\ufeff")
    local, _, domain = stripped.rpartition("@")
    plain = len(local) <= _LONGEST_LOCAL and _DOT_ATOM.fullmatch(local)
    email = f"{local}@{_domain(domain)}" if plain else _validated(stripped)
    if len(email) > _LONGEST:
        raise InvalidAddress(_TOO_LONG)
    return Address(email, email.casefold())


@lru_cache(maxsize=4096)  # a long list of people has few providers
def _domain(domain: str) -> str:
    return _validated(f"x@{domain}").removeprefix("x@")


def _validated(text: str) -> str:
    if len(text) > _LONGEST:
        raise InvalidAddress(_TOO_LONG)
    if any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in text):
        raise InvalidAddress("The address contains a line break or control character.")
    try:
        found = validate_email(
            text, check_deliverability=False, strict=True, allow_smtputf8=False
        )
    except EmailNotValidError as error:
        # In English alone: pages say that it is no address, and no more.
        raise InvalidAddress(Saying(str(error))) from error
    return f"{found.local_part}@{found.ascii_domain}"


def mask(email: str) -> str:
    """Return an address that its owner recognises and a stranger learns nothing from.

    The local part shrinks to its first letter whatever its length: `l•••@example.org`.
    """
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}•••@{domain}"
