"""What people agree to, word by word: an edit never changes what others read."""

import hashlib

from sqlmodel import Session, col, select

from subscribers.clock import utcnow
from subscribers.inserts import insert_absent
from subscribers.models import Wording


def digest(words: str) -> str:
    """Return the SHA-256 of words, in hex, as a consent keeps it."""
    return hashlib.sha256(words.encode()).hexdigest()


def register(session: Session, list_id: int, language: str, words: str) -> Wording:
    """Return the version that says exactly this, made now if none did before."""
    while True:
        versions = _versions(session, list_id, language)
        same = [each for each in versions if each.words == words]
        if same:
            return same[0]
        # Another form may add a version in the same moment; then the next is ours.
        row = {
            "list_id": list_id,
            "language": language,
            "version": versions[0].version + 1 if versions else 1,
            "words": words,
            "words_hash": digest(words),
            "created_at": utcnow(),
        }
        insert_absent(session, Wording, [row])


def _versions(session: Session, list_id: int, language: str) -> list[Wording]:
    """Return what was said so far, the newest first."""
    query = select(Wording).where(
        col(Wording.list_id) == list_id, col(Wording.language) == language
    )
    return list(session.exec(query.order_by(col(Wording.version).desc())))
