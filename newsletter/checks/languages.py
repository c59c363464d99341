"""Check that words stand under the tab of their own language."""

from collections.abc import Iterator
from functools import lru_cache

from newsletter import i18n
from newsletter.checks.findings import Fault, check, look, unchecked
from newsletter.checks.proof import Passage, Proof
from newsletter.checks.sentences import Tongue, gettext
from newsletter.feeds import detection
from newsletter.i18n import N_

# Letters from which on a guess is worth something, and how clear it must be, per
# letter; names and borrowed words make short texts look foreign.
_SHORT, _LONG = 25, 60
_CLEAR, _CLEARER = 0.4, 0.8
_NEVER = {"link_text"}


@check("wrong-language", N_("Texts stand in their own language"))
def wrong_language(proof: Proof) -> Iterator[Fault]:
    """Pasted under the wrong tab: seen at once by everybody but the one who did it."""
    tags = tuple(sorted({i18n.base(tag) for tag in proof.languages}))
    if len(tags) < 2:
        return
    if not detection.available():
        said = gettext(
            "Whether the texts stand in their own language could not be checked: the"
            " part that tells languages apart is not installed."
        )
        yield unchecked(said, proof.at("languages"))
        return
    for passage in proof.passages:
        other = _other(passage, tags)
        if other:
            said = gettext(
                "This seems to be in {other}, not in {language}.",
                other=Tongue(other),
                language=Tongue(passage.language),
            )
            yield look(said, passage.place, language=passage.language)


def _other(passage: Passage, tags: tuple[str, ...]) -> str:
    if passage.place.field in _NEVER or i18n.base(passage.language) not in tags:
        return ""
    return _judge(passage.prose.own, passage.language, tags)


@lru_cache(maxsize=2_000)
def _judge(words: str, language: str, tags: tuple[str, ...]) -> str:
    letters = sum(map(str.isalpha, words))
    if letters < _SHORT:
        return ""
    found = detection.contradict(words, language, tags)
    needed = _CLEAR if letters >= _LONG else _CLEARER
    return found[0] if found and found[1] >= needed else ""


CHECKS = (wrong_language,)
