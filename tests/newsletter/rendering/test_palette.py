import pytest

from newsletter.rendering import palette
from newsletter.rendering.accents import ENOUGH, banner, contrast, opposite
from newsletter.rendering.palette import DARK, LIGHT, Palette
from tests.newsletter.rendering.test_accents import COLOURS


def pairs(each: Palette) -> list[tuple[str, str]]:
    """Return every text and the ground it stands on, somewhere in a letter."""
    grounds = (each.ground, each.card, each.soft, each.tint)
    found = [(text, g) for text in (each.ink, each.muted, each.accent) for g in grounds]
    return [*found, (each.on_accent, each.accent), (each.on_mast, each.mast)]


def weakest(each: Palette) -> float:
    """Return the least contrast there is, as it is and with colours inverted."""
    inverted = [(opposite(text), opposite(ground)) for text, ground in pairs(each)]
    return min(contrast(*pair) for pair in (*pairs(each), *inverted))


@pytest.mark.parametrize("each", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_stands_out_from_its_ground(each: Palette) -> None:
    assert weakest(each) >= ENOUGH


@pytest.mark.parametrize("colour", COLOURS)
def test_any_accent_can_be_read_by_day_and_by_night(colour: str) -> None:
    light, dark = palette.of(colour)

    assert weakest(light) >= ENOUGH
    assert weakest(dark) >= ENOUGH


def test_without_an_accent_the_colours_are_ours() -> None:
    assert palette.of("") == (LIGHT, DARK)


def test_an_accent_that_can_be_read_stays_as_it_is() -> None:
    assert palette.of("#0B5D57")[0].accent == "#0b5d57"
    assert palette.of("#7fd3c9")[1].accent == "#7fd3c9"


@pytest.mark.parametrize(
    ("colour", "text"), [("#1d4ed8", "#ffffff"), ("#ffe600", "#000000")]
)
def test_a_masthead_keeps_its_colour_and_chooses_its_words(
    colour: str, text: str
) -> None:
    assert banner(colour) == (colour, text)
