"""Good print in four languages: what is changed, and what never is."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter import i18n

NARROW, NBSP = "\u202f", "\u00a0"
LANGUAGES = ["fr", "fr-BE", "nl", "de", "en", "ar"]

# What people type, in any order: signs beside words beside addresses.
pieces = st.lists(
    st.sampled_from(
        [
            *"\"'«»„“”‘’?!:;.,()-…",
            *("mot", "l", "s", "t", "é", "A", "12", "1", "000", "250", "48", "h", "km"),
            *("décembre", "Dezember", "mei", "No", "n°", "p.", "...", "Mme", "%", "€"),
            *(" ", " ", " ", NBSP, NARROW, "\n"),
            *("https://e.org/a?b='c'", "a@e.org", "{name}", 'x="y"', "a/b.c", "&amp;"),
        ]
    ),
    max_size=24,
).map("".join)


@example('""»""', "fr")
@given(pieces, st.sampled_from(LANGUAGES))
@settings(max_examples=400, deadline=None)
def test_what_was_tidied_once_stays_so(text: str, language: str) -> None:
    once = i18n.tidy(text, language)

    assert i18n.tidy(once, language) == once


@given(pieces, st.sampled_from(LANGUAGES))
@settings(max_examples=150, deadline=None)
def test_no_letter_and_no_digit_is_lost(text: str, language: str) -> None:
    def kept(words: str) -> str:
        return "".join(c for c in words if c.isalnum())

    assert kept(i18n.tidy(text, language)) == kept(text)


@given(st.lists(pieces, max_size=5), st.sampled_from(LANGUAGES))
@settings(max_examples=150, deadline=None)
def test_parts_stay_as_many_as_they_were(parts: list[str], language: str) -> None:
    assert len(i18n.tidy_parts(parts, language)) == len(parts)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "left",
    [
        "https://e.org/a?b=1&c='x'",
        "www.e.org/a:b",
        "o'brien@e.org",
        'class="a"',
        "{title}",
        "C:\\a",
        "`a 'b'`",
        "print()",
        "a_b's",
        "--json",
        "&nbsp;",
        "12:30",
        ":)",
        "5'10\"",
        '24"',
    ],
)
def test_what_is_no_prose_is_left_alone(left: str, language: str) -> None:
    assert i18n.tidy(left, language) == left
    assert left in i18n.tidy(f"mot {left} mot", language)


@pytest.mark.parametrize(
    ("language", "typed", "shown"),
    [
        ("fr", 'Il dit "oui".', f"Il dit «{NARROW}oui{NARROW}»."),
        ("fr", "«oui»", f"«{NARROW}oui{NARROW}»"),
        ("fr", "Pourquoi?", f"Pourquoi{NARROW}?"),
        ("fr", "Quoi ?!", f"Quoi{NARROW}?!"),
        ("fr", "Source: le Conseil", f"Source{NARROW}: le Conseil"),
        ("fr", "l'eau d'ici", "l’eau d’ici"),
        ("fr", "et l’ Internet, jusqu' à Mons", "et l’Internet, jusqu’à Mons"),
        ("fr", "la confiance« .", f"la confiance{NARROW}»."),
        ("fr", "le livre« Vivre », lu", f"le livre«{NARROW}Vivre{NARROW}», lu"),
        ("fr", "la lettre ‘l’ est là", "la lettre ‘l’ est là"),
        ("fr", "le 12 décembre", f"le 12{NBSP}décembre"),
        ("fr", "le 1er mai", f"le 1er{NBSP}mai"),
        ("fr", "à 14 h 30", f"à 14{NBSP}h{NBSP}30"),
        ("fr", "12 000 euros", f"12{NARROW}000{NBSP}euros"),
        ("fr", "Mme Diallo", f"Mme{NBSP}Diallo"),
        ("fr", "Lettre No 48", f"Lettre No{NBSP}48"),
        ("fr", "45 % de 3 km", f"45{NBSP}% de 3{NBSP}km"),
        ("fr", "la suite...", "la suite…"),
        ("de", 'Er sagt "ja".', "Er sagt „ja“."),
        ("de", "das 'kleine' Haus", "das ‚kleine‘ Haus"),
        ("de", "am 3. Oktober", f"am 3.{NBSP}Oktober"),
        ("de", "Brief Nr. 48", f"Brief Nr.{NBSP}48"),
        ("de", "Warum?", "Warum?"),
        ("nl", 'Ze zegt "ja".', "Ze zegt ‘ja’."),
        ("nl", "'s avonds in 't bos", "’s avonds in ’t bos"),
        ("nl", "foto's op 5 mei", f"foto’s op 5{NBSP}mei"),
        ("en", 'She said "yes".', "She said “yes”."),
        ("en", "the dogs' don't 'so'", "the dogs’ don’t ‘so’"),
        ("en", '("so")', "(“so”)"),
        ("en", "\"'so' it is\"", "“‘so’ it is”"),
        ("en", "on 5 May", f"on 5{NBSP}May"),
        ("ar", '"so" it\'s', '"so" it\'s'),
    ],
)
def test_each_language_has_its_signs(language: str, typed: str, shown: str) -> None:
    assert i18n.tidy(typed, language) == shown


def test_a_quotation_may_span_tags() -> None:
    parts = i18n.tidy_parts(['Il dit "', "oui", '" et part', ": fin"], "fr")

    assert parts == [f"Il dit «{NARROW}", "oui", f"{NARROW}» et part", f"{NARROW}: fin"]
