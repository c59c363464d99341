"""A colour that somebody likes, moved until words can be read in it (pure)."""

import re
from collections.abc import Iterator
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass

ENOUGH = 4.5  # WCAG 2.2, 1.4.3

_COLOUR = re.compile(r"#?([0-9a-f]{6})", re.IGNORECASE)
_STEPS = 100  # from a colour to black or to white

Rgb = tuple[float, float, float]  # sRGB, each 0 to 1


@dataclass(frozen=True)
class Shade:
    """An accent as links and buttons on one ground, and what stands on it."""

    accent: str
    on_accent: str
    soft: str  # behind what is chosen


def sheet_of(accent: str) -> str:
    """Return where the pages find a list's colour; "" for a list that has none.

    One spelling a colour, so that a cache keeps one copy (see newsletter.web.accents).
    """
    found = _COLOUR.fullmatch(accent)
    return f"/accent/{found[1].lower()}.css" if found else ""


def on_light(colour: str) -> Shade:
    """Return the colour, darker where needed to be read on white and on paper."""
    return _shade(colour, grounds=("#f7f6f3", "#f1efea"), towards=0.0, tint=0.11)


def on_dark(colour: str) -> Shade:
    """Return the colour, lighter where needed to be read on our dark surfaces."""
    return _shade(colour, grounds=("#1a1d20", "#121416"), towards=1.0, tint=0.2)


def shades(colour: str, *, towards: float) -> Iterator[str]:
    """Yield the colour, and what it becomes on its way to black (0) or white (1)."""
    hue, lightness, saturation = rgb_to_hls(*_rgb(colour))
    for step in range(_STEPS + 1):
        moved = lightness + (towards - lightness) * step / _STEPS
        yield _hex(hls_to_rgb(hue, moved, saturation))


def banner(colour: str) -> tuple[str, str]:
    """Return the colour as a ground, as near as can be, and what can be read on it."""
    text, towards = (
        ("#ffffff", 0.0)
        if contrast(colour, "#ffffff") >= ENOUGH
        else (
            "#000000",
            1.0,
        )
    )
    grounds = shades(colour, towards=towards)
    return next(each for each in grounds if is_readable(text, each)), text


def is_readable(text: str, ground: str) -> bool:
    """Tell whether text can be read, and still where both are inverted.

    Some mail programs make a dark letter by turning every colour into its opposite.
    """
    return (
        contrast(text, ground) >= ENOUGH
        and contrast(opposite(text), opposite(ground)) >= ENOUGH
    )


def opposite(colour: str) -> str:
    """Return what a colour becomes where everything is inverted."""
    red, green, blue = _rgb(colour)
    return _hex((1 - red, 1 - green, 1 - blue))


def mix(one: str, other: str, share: float) -> str:
    """Return a colour with `share` of the first in the second."""
    pairs = zip(_rgb(one), _rgb(other), strict=True)
    red, green, blue = (a * share + b * (1 - share) for a, b in pairs)
    return _hex((red, green, blue))


def contrast(one: str, other: str) -> float:
    """Return how well two colours can be told apart: 1 to 21 (WCAG 2.2)."""
    bright, dim = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _shade(
    colour: str, *, grounds: tuple[str, str], towards: float, tint: float
) -> Shade:
    by_day = towards == 0
    surface, ink = ("#ffffff", "#ffffff") if by_day else (grounds[0], "#101214")
    tried = (
        Shade(each, ink, mix(each, surface, tint))
        for each in shades(colour, towards=towards)
    )
    # The last one is black or white, which can be read on all of them.
    return next(
        shade
        for shade in tried
        if all(
            contrast(shade.accent, ground) >= ENOUGH
            for ground in (*grounds, shade.soft, ink)
        )
    )


def _rgb(colour: str) -> Rgb:
    found = _COLOUR.fullmatch(colour)
    if found is None:
        raise ValueError(f"{colour[:20]!r} is not a colour as #rrggbb.")
    red, green, blue = bytes.fromhex(found[1])
    return red / 255, green / 255, blue / 255


def _hex(rgb: Rgb) -> str:
    return "#" + "".join(f"{round(each * 255):02x}" for each in rgb)


def _luminance(rgb: Rgb) -> float:
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4
        for each in rgb
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
