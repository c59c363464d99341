"""What people agree to, word by word: an edit never changes what others read."""

import hashlib

from sqlmodel import Session, col, select

from subscribers.models import Wording


def digest(words: str) -> str:
    """Return the SHA-256 of words, in hex, as a consent keeps it."""
    return hashlib.sha256(words.encode()).hexdigest()


def register(session: Session, list_id: int, language: str, words: str) -> Wording:
    """Return the version that says exactly this, made now if none did before.

    Two forms that show new words in the same moment make two versions that say
    the same; each consent names its own.
    """
    words_hash = digest(words)
    known = (
        select(Wording)
        .where(
            col(Wording.list_id) == list_id,
            col(Wording.language) == language,
        )
        .order_by(col(Wording.version).desc())
    )
    versions = session.exec(known).all()
    for version in versions:
        if version.words_hash == words_hash:
            return version
    made = Wording(
        list_id=list_id,
        language=language,
        version=versions[0].version + 1 if versions else 1,
        words=words,
        words_hash=words_hash,
    )
    session.add(made)
    session.flush()
    return made
