"""Words without what people leave out when they search: accents, case, signs."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

# Letters that Unicode does not take apart into a plain one and a mark.
_LETTERS = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "þ": "th"}
)
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Return `text` as lower-case words with one space between them.

    É is e, ß is ss, œ is oe; marks, signs and punctuation are gone, so that the
    result holds nothing a database's LIKE would take for more than itself.
    """
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in apart if not unicodedata.category(c).startswith("M"))
    return " ".join(_WORD.findall(bare.casefold().translate(_LETTERS)))


def words(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where each word of `text` begins and ends, and the word folded."""
    for found in _WORD.finditer(text):
        yield found.start(), found.end(), _folded(found[0])


@lru_cache(maxsize=20_000)
def _folded(word: str) -> str:
    return fold(word)
