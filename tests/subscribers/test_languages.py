import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers import languages

HOUSE = ("fr", "nl", "de", "en")


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("fr", "fr"),
        ("FR", "fr"),
        ("fr_BE", "fr"),
        ("fr-FR", "fr"),
        ("fr_FR.UTF-8", "fr"),
        ("de_DE@euro", "de"),
        ("F", "fr"),
        ("n.", "nl"),
        ("Frans", "fr"),
        ("français", "fr"),
        ("Francais", "fr"),
        ("Französisch", "fr"),
        ("French", "fr"),
        ("Néerlandais", "nl"),
        ("néerlandais (Belgique)", "nl"),
        ("Nederlands", "nl"),
        ("Niederländisch", "nl"),
        ("Flamand", "nl"),
        ("Dutch", "nl"),
        ("Duits", "de"),
        ("allemand", "de"),
        ("Deutsch", "de"),
        ("anglais", "en"),
        ("Engels", "en"),
        ("ENGLISH", "en"),
        ("dut", "nl"),
        ("fra", "fr"),
        ("ger", "de"),
        ("Ned.", "nl"),
        ("Fran", "fr"),
        ("Ang", "en"),
        # A language the list does not have is kept, if it is one we know.
        ("es", "es"),
        ("pt_br", "pt-BR"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("Spaans", "es"),
        ("italien", "it"),
        # No language, or not one that dates can be written in.
        ("Klingon", None),
        ("tlh", None),
        ("xx", None),
        ("?", None),
        ("", None),
        ("A", None),
        ("n" * 61, None),
    ],
)
def test_a_language_is_read_however_it_is_written(
    written: str, tag: str | None
) -> None:
    assert languages.read(written, HOUSE) == tag


@pytest.mark.parametrize(
    ("written", "offered", "tag"),
    [
        ("nl", ("fr", "nl-BE"), "nl-BE"),
        ("Nederlands", ("fr", "nl-BE"), "nl-BE"),
        ("nl-NL", ("fr", "nl-BE"), "nl-NL"),
        ("nl", ("nl-BE", "nl-NL"), "nl"),
        ("fr-be", ("fr", "fr-BE"), "fr-BE"),
        ("fr-ch", ("fr", "fr-BE"), "fr"),
        ("euskara", ("eu", "es"), "eu"),
        ("anything", ("not a tag",), None),
    ],
)
def test_the_list_decides_what_a_language_is_called(
    written: str, offered: tuple[str, ...], tag: str | None
) -> None:
    assert languages.read(written, offered) == tag


@given(st.text(max_size=80))
def test_any_text_has_an_answer(text: str) -> None:
    found = languages.read(text, HOUSE)

    assert found is None or languages.canonical(found) == found
