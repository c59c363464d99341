"""Passwords: which are good enough, how they are kept, and whose one is."""

import re
import secrets
from collections.abc import Iterable
from functools import cache

from pwdlib import PasswordHash
from sqlmodel import Session, col, delete, select

from newsletter.errors import PasswordCommon, PasswordLength, PasswordOwn
from newsletter.models import PasswordReset, Staff, StaffSession
from newsletter.staff.common import COMMON
from subscribers import addresses
from subscribers.errors import InvalidAddress

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200  # argon2id works through all of it
# What must be left of a password without its owner's name and address, and how many
# different signs it must have.
_OWN_ENOUGH = 8
_DIFFERENT = 5
_SHORTEST_NAME = 4  # "Léa" may be part of any word

_hasher = PasswordHash.recommended()


def authenticate(session: Session, email: str, password: str) -> Staff | None:
    """Return whose password this is, or None; both take equally long.

    Whoever has a second factor has not proved all of it yet.
    """
    try:
        found = _present(session, addresses.normalise(email).key)
    except InvalidAddress:
        found = None
    return found if _verify(found, password) else None


def is_password_of(person: Staff, password: str) -> bool:
    """Whether this is the password of somebody who has logged in already."""
    return _verify(person, password)


def set_password(session: Session, person: Staff, password: str) -> None:
    """Change a password; every session of that person ends, and every way to reset.

    Raises BadPassword.
    """
    refuse_weak(password, own=(person.email, person.name))
    person.password_hash = hashed(password)
    session.add(person)
    for table in (StaffSession, PasswordReset):
        session.exec(delete(table).where(col(table.staff_id) == person.id))


def hashed(password: str) -> str:
    """Return what is kept of a password: argon2id with a salt of its own."""
    return _hasher.hash(password)


def refuse_weak(password: str, *, own: Iterable[str]) -> None:
    """Raise BadPassword for one that is short, common, or the words in `own`."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise PasswordLength(
            "A password has {least} to {most} characters.",
            least=SHORTEST_PASSWORD,
            most=LONGEST_PASSWORD,
        )
    folded = password.casefold()
    if _is_mostly(folded, own):
        raise PasswordOwn
    if _is_common(folded):
        raise PasswordCommon


def _verify(person: Staff | None, password: str) -> bool:
    if person and not person.password_hash.startswith("$"):
        person = None  # nothing that was ever hashed opens it
    if len(password) > LONGEST_PASSWORD:
        person, password = None, ""
    stored = person.password_hash if person else _nobody()
    return _hasher.verify(password, stored) and person is not None


def _present(session: Session, key: str) -> Staff | None:
    present = select(Staff).where(Staff.email_key == key, col(Staff.left_at).is_(None))
    return session.exec(present).first()


@cache
def _nobody() -> str:
    """Return what a stranger's password is compared with: that takes as long."""
    return _hasher.hash(secrets.token_hex())


def _is_mostly(folded: str, own: Iterable[str]) -> bool:
    """Whether little is left of a password without these words and their parts."""
    left = folded
    words = {part for text in own for part in (text, *re.split(r"[\W_]+", text))}
    for word in sorted(map(str.casefold, words), key=len, reverse=True):
        if len(word) >= _SHORTEST_NAME:
            left = left.replace(word, "")
    return left != folded and len(left) < _OWN_ENOUGH


def _is_common(folded: str) -> bool:
    """Whether it is on the list, however it is spaced, or one short thing repeated."""
    plain = re.sub(r"[\W_]+", "", folded)
    repeated = plain != "" and plain in (plain + plain)[1:-1]
    return plain in COMMON or repeated or len(set(folded)) < _DIFFERENT
