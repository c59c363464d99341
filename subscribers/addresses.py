"""Read what somebody typed as an e-mail address (pure; no DNS here)."""

import unicodedata
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from subscribers.errors import InvalidAddress

# RFC 5321 §4.5.3.1.3 leaves 254 octets for an address inside the brackets.
_LONGEST = 254


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
    if len(stripped) > _LONGEST:
        raise InvalidAddress("An address has 254 characters at most.")
    if any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in stripped):
        raise InvalidAddress("The address contains a line break or control character.")
    try:
        found = validate_email(
            stripped, check_deliverability=False, strict=True, allow_smtputf8=False
        )
    except EmailNotValidError as error:
        raise InvalidAddress(str(error)) from error
    email = f"{found.local_part}@{found.ascii_domain}"
    return Address(email, unicodedata.normalize("NFC", email).casefold())


def mask(email: str) -> str:
    """Return an address that its owner recognises and a stranger learns nothing from.

    The local part shrinks to its first letter whatever its length: `l•••@example.org`.
    """
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}•••@{domain}"
