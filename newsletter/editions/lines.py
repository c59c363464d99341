"""Lines of an issue per language: subject, preheader, intro; they follow a source."""

import hashlib
import json

from newsletter.models import Edition

_FIELDS = ("subject", "preheader", "intro")


def lines_hash(edition: Edition) -> str:
    """Return the hash of the lines that have to be translated, as `source_hash`."""
    words = [getattr(edition, name) for name in _FIELDS]
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()


def are_stale(source: Edition | None, edition: Edition) -> bool:
    """Whether the source lines changed after these were made from them."""
    if source is None or source.id == edition.id or not edition.source_hash:
        return False
    return edition.source_hash != lines_hash(source)
