"""What changed between two texts, by the sentence and by the word."""

import pytest

from newsletter.i18n import sentences
from newsletter.items import differences
from newsletter.items.differences import Kind


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "M. Rey vient à 9 h. Il part.", ["M. Rey vient à 9 h.", "Il part."]),
        ("fr", "Un bus, p. ex. le 71. Non ?", ["Un bus, p. ex. le 71. Non ?"]),
        ("fr", "« Oui ! » dit-elle. Fin", ["« Oui ! » dit-elle.", "Fin"]),
        ("de", "Am 1. Dezember, z. B. Ja!", ["Am 1. Dezember, z. B. Ja!"]),
        ("de", "Dr. Rau geht. Sie bleibt.", ["Dr. Rau geht.", "Sie bleibt."]),
        ("nl", "Zie bijv. Gent. Of niet.", ["Zie bijv. Gent.", "Of niet."]),
        ("nl", "Dat was in 2026. Nu niet.", ["Dat was in 2026.", "Nu niet."]),
        ("en", "One\nTwo. three… Four", ["One", "Two. three…", "Four"]),
    ],
)
def test_a_sentence_ends_where_a_reader_ends_it(
    language: str, text: str, expected: list[str]
) -> None:
    assert sentences.split(text, language) == expected


def test_one_word_of_one_sentence_is_all_that_differs() -> None:
    before = "Le Conseil annule. La commune a six mois pour décider.\nFin."
    after = "Le Conseil annule. La commune a trois mois pour décider.\nFin."

    found = differences.between(before, after, "fr")

    changed = [each for line in found.lines for each in line if each.changed]
    assert (found.count, len(found.lines)) == (1, 2)
    assert [(run.kind, run.words) for run in changed[0].runs if run.kind != "same"] == [
        (Kind.OLD, "six"),
        (Kind.NEW, "trois"),
    ]


def test_sentences_that_came_and_went_are_counted_each() -> None:
    found = differences.between("Un. Deux mots ici.\nTrois.", "Un.\nTrois. Neuf.", "fr")

    assert found.count == 2


def test_a_huge_text_is_compared_in_no_time() -> None:
    found = differences.between("a b " * 40_000, "b c " * 40_000, "fr")

    assert found.count == 2
