"""A second factor: codes of an authenticator (RFC 6238), and ten codes on paper."""

import base64
import hashlib
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

from sqlmodel import Session, col, select

from newsletter.errors import BadCode
from newsletter.models import Staff
from newsletter.staff import sealing
from subscribers.clock import utcnow
from subscribers.tokens import KeyRing, new_handles

STEP = 30  # seconds; with SHA-1 and six digits, what every authenticator understands
DIGITS = 6
RECOVERY_CODES = 10
# A clock may be half a minute off, either way (RFC 6238 §5.2).
_TOLERANCE = 1


def new_secret(keys: KeyRing, person: Staff) -> str:
    """Return a new secret, sealed for this person: it is kept once a code proves it."""
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    return sealing.seal(keys, secret, bound_to=_purpose(person))


def secret_in(keys: KeyRing, person: Staff, sealed: str) -> str:
    """Return the base32 of a secret sealed for this person; raises BadCode."""
    opened = sealing.unseal(keys, sealed, bound_to=_purpose(person))
    if opened is None:
        raise BadCode
    return opened


def address_of(secret: str, person: Staff, *, issuer: str) -> str:
    """Return the otpauth address that an authenticator reads from a QR code."""
    label = quote(f"{issuer}:{person.email}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer})}"


def switch_on(
    session: Session, keys: KeyRing, person: Staff, *, sealed: str, code: str
) -> list[str]:
    """Ask for codes from now on; return the recovery codes, which nobody sees again.

    `code` proves that the authenticator has the secret. Raises BadCode.
    """
    held = _locked(session, person)
    step = _step_of(secret_in(keys, held, sealed), code, after=0)
    if step is None:
        raise BadCode
    held.totp_secret, held.totp_step = sealed, step
    return renew_recovery(session, held)


def switch_off(session: Session, person: Staff) -> None:
    """Ask for a password alone again."""
    person.totp_secret, person.totp_step, person.recovery = "", 0, []
    session.add(person)


def renew_recovery(session: Session, person: Staff) -> list[str]:
    """Return ten new recovery codes; earlier ones open nothing any more."""
    handles = new_handles(RECOVERY_CODES)
    person.recovery = [_hash(each) for each in handles]
    session.add(person)
    return ["-".join(each[at : at + 4] for at in range(0, 16, 4)) for each in handles]


def is_on(person: Staff) -> bool:
    """Whether this person is asked for a code."""
    return person.totp_secret != ""


def use(session: Session, keys: KeyRing, person: Staff, code: str) -> bool:
    """Whether a code opens; none opens twice, also not to two at the same moment.

    Takes a code of the authenticator or one of the recovery codes, however spaced.
    """
    held = _locked(session, person)
    typed = "".join(filter(str.isalnum, code)).lower()
    if typed.isascii() and typed.isdigit():
        return _use_step(session, keys, held, typed)
    left = [each for each in held.recovery if each != _hash(typed)]
    if len(left) == len(held.recovery):
        return False
    held.recovery = left
    session.add(held)
    return True


def code_at(secret: str, moment: datetime) -> str:
    """Return the code of a secret at a moment (RFC 6238, RFC 4226 §5.3)."""
    return _code(secret, int(moment.timestamp()) // STEP)


def _use_step(session: Session, keys: KeyRing, held: Staff, typed: str) -> bool:
    secret = sealing.unseal(keys, held.totp_secret, bound_to=_purpose(held))
    step = _step_of(secret, typed, after=held.totp_step) if secret else None
    if step is None:
        return False
    held.totp_step = step
    session.add(held)
    return True


def _locked(session: Session, person: Staff) -> Staff:
    """Return the row as it is now, for this transaction alone: two wait in line."""
    query = select(Staff).where(col(Staff.id) == person.id).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one()


def _step_of(secret: str, typed: str, *, after: int) -> int | None:
    """Return the step whose code was typed, None if no step after `after` fits."""
    now = int(utcnow().timestamp()) // STEP
    wanted = "".join(filter(str.isdigit, typed)).encode()
    for step in range(now - _TOLERANCE, now + _TOLERANCE + 1):
        genuine = hmac.compare_digest(_code(secret, step).encode(), wanted)
        if genuine and step > after:
            return step
    return None


def _code(secret: str, step: int) -> str:
    key = base64.b32decode(secret)
    # RFC 6238 is HMAC-SHA-1 by default, and its weakness is none of HMAC's.
    digest = hmac.digest(key, struct.pack(">Q", step), "sha1")
    at = digest[-1] & 15
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def _hash(handle: str) -> str:
    # 80 random bits: no salt makes them harder to guess.
    return hashlib.sha256(handle.encode()).hexdigest()


def _purpose(person: Staff) -> str:
    return f"two-factor of {person.id}"
