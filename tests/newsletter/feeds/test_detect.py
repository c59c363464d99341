import sys

import pytest

from newsletter.feeds import detection

OURS = ("fr", "nl-BE", "de", "en")
DUTCH = "De gemeenteraad heeft het plan voor de oevers goedgekeurd."


def test_the_answer_is_one_of_our_own_tags() -> None:
    assert detection.detect(DUTCH, OURS) == "nl-BE"


def test_a_single_language_needs_no_guess() -> None:
    assert detection.detect("42", ("nl",)) == "nl"


def test_too_few_letters_tell_nothing() -> None:
    assert detection.detect("Bonjour !", OURS) is None


def test_languages_the_model_does_not_know_tell_nothing() -> None:
    assert detection.detect(DUTCH, ("tlh", "vro")) is None


def test_without_the_optional_package_nothing_is_guessed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "py3langid", None)

    assert not detection.available()
    assert detection.detect(DUTCH, OURS) is None


@pytest.mark.parametrize(
    ("declared", "ours"),
    [("nl", "nl-BE"), ("NL-be", "nl-BE"), ("nl_NL", "nl-BE"), ("fr-CA", "fr")],
)
def test_a_declared_language_is_matched_by_region_then_base(
    declared: str, ours: str
) -> None:
    assert detection.nearest(declared, OURS) == ours
