"""Telling in which of our languages a text is written."""

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

# Below this many letters a guess is no better than the default.
_ENOUGH = 20


def available() -> bool:
    """Say whether languages can be told apart here: the `detect` extra is optional."""
    return find_spec("py3langid") is not None


def detect(text: str, languages: Sequence[str]) -> str | None:
    """Return the language of `text` among `languages`, or None when we cannot tell."""
    if len(languages) == 1:
        return languages[0]
    if sum(map(str.isalpha, text)) < _ENOUGH or not available():
        return None
    bases = {_base(tag): tag for tag in reversed(languages)}
    identifier = _identifier(tuple(sorted(bases)))
    return bases.get(identifier.classify(text[:5000])[0]) if identifier else None


def contradict(
    text: str, claimed: str, languages: Sequence[str]
) -> tuple[str, float] | None:
    """Return in which of `languages` a text is rather than in the one it claims.

    With it comes how clear that is, per letter: below 0.3 it says little. None where
    nothing speaks against the claim, or nothing can be told.
    """
    bases = {_base(tag): tag for tag in reversed(languages)}
    identifier = _identifier(tuple(sorted(bases))) if available() else None
    letters = sum(map(str.isalpha, text))
    if identifier is None or letters < _ENOUGH:
        return None
    scores = dict(identifier.rank(text[:5000]))
    best = max(scores, key=lambda tag: scores[tag])
    if best == _base(claimed) or _base(claimed) not in scores:
        return None
    return bases[best], float(scores[best] - scores[_base(claimed)]) / min(
        letters, 5000
    )


def nearest(tag: str, languages: Sequence[str]) -> str:
    """Return our tag for a language that was declared: fr-BE is fr, if fr is ours.

    A language that is not ours comes back in lower case, without its region.
    """
    wanted = tag.strip().replace("_", "-").lower()
    for ours in languages:
        if ours.lower() == wanted:
            return ours
    for ours in languages:
        if _base(ours) == _base(wanted):
            return ours
    return _base(wanted)


def _base(tag: str) -> str:
    return tag.lower().partition("-")[0]


@lru_cache(maxsize=4)  # the model takes most of a second to load
def _identifier(bases: tuple[str, ...]) -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    known = [base for base in bases if base in identifier.labels]
    if not known:
        return None
    identifier.set_languages(known)
    return identifier
