import pytest

from newsletter.web.negotiation import accepted, best, match

OFFERED = ["fr", "nl-BE", "de", "zh-Hant"]


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("", []),
        ("nl", ["nl"]),
        ("fr;q=0.5, nl", ["nl", "fr"]),
        ("en-GB,en;q=0.9", ["en-GB", "en"]),
        ("fr;q=0, nl", ["nl"]),
        ("*;q=0.1, de", ["de"]),
        ("fr;q=high, de", ["de"]),
        ("<script>, de", ["de"]),
        ("de,de,de", ["de", "de", "de"]),
    ],
)
def test_a_header_is_read_dearest_first(header: str, tags: list[str]) -> None:
    assert accepted(header) == tags


def test_an_endless_header_is_read_in_part() -> None:
    assert len(accepted("de," * 1_000_000)) < 200


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("fr", "fr"),
        ("FR", "fr"),
        ("fr-CA", "fr"),
        ("nl", "nl-BE"),
        ("nl-NL", "nl-BE"),
        ("zh-Hant-TW", "zh-Hant"),
        ("es", None),
        ("", None),
        ("f", None),
    ],
)
def test_a_language_finds_the_nearest_one(tag: str, found: str | None) -> None:
    assert match(tag, OFFERED) == found


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (("de", "fr"), "de"),
        ((None, "es", "nl"), "nl-BE"),
        ((None,), "fr"),
        ((), "fr"),
    ],
)
def test_the_first_wish_that_can_be_granted_is(
    wanted: tuple[str | None, ...], chosen: str
) -> None:
    assert best(wanted, OFFERED) == chosen
