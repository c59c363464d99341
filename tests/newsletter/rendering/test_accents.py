"""A list's own colour, made readable by day and by night."""

import random

import pytest

from newsletter.rendering import accents
from newsletter.rendering.accents import ENOUGH, contrast

_some = random.Random(4)  # noqa: S311  # repeatable test data, not a secret
COLOURS = [
    "#000000",
    "#ffffff",
    "#ffff00",
    "#0000ff",
    "#808080",
    *(f"#{_some.randrange(1 << 24):06x}" for _ in range(60)),
]


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")


@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_can_be_read_by_day(colour: str) -> None:
    shade = accents.on_light(colour)

    for ground in ("#ffffff", "#f7f6f3", "#f1efea", shade.soft, shade.on_accent):
        assert contrast(shade.accent, ground) >= ENOUGH


@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_can_be_read_by_night(colour: str) -> None:
    shade = accents.on_dark(colour)

    for ground in ("#121416", "#16181b", "#1a1d20", shade.soft, shade.on_accent):
        assert contrast(shade.accent, ground) >= ENOUGH


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert accents.on_light("#0b5d57").accent == "#0b5d57"
    assert accents.on_dark("#5CC8BC").accent == "#5cc8bc"


def test_a_hue_stays_a_hue() -> None:
    orange = accents.on_light("#ff6600").accent

    red, green, blue = bytes.fromhex(orange.removeprefix("#"))
    assert red > green > blue


@pytest.mark.parametrize(
    ("accent", "address"),
    [
        ("#FF6600", "/accent/ff6600.css"),
        ("ff6600", "/accent/ff6600.css"),
        ("", ""),
        ("#f60", ""),
        ("red", ""),
        ("#ff6600;}", ""),
        ("#ff66ёё", ""),
    ],
)
def test_only_a_colour_has_a_sheet(accent: str, address: str) -> None:
    assert accents.sheet_of(accent) == address


def test_what_is_no_colour_is_refused() -> None:
    with pytest.raises(ValueError, match="'red' is not a colour"):
        accents.on_light("red")
