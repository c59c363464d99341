"""The colours and fonts of a letter, in daylight and in the dark."""

from dataclasses import dataclass, replace
from functools import lru_cache

from newsletter.rendering import accents
from newsletter.rendering.letter import Face


@dataclass(frozen=True)
class Palette:
    """One set of colours; every text stands on its ground at 4.5:1 or better."""

    ground: str  # around the card
    card: str
    soft: str  # boxes in the card
    ink: str
    muted: str
    line: str  # decoration only
    accent: str  # links and buttons
    on_accent: str
    tint: str  # behind an appeal
    mast: str  # the head of a front page
    on_mast: str


LIGHT = Palette(
    ground="#F4F5F7",
    card="#FFFFFF",
    soft="#F2F6F5",
    ink="#1F2933",
    muted="#52606D",
    line="#D9DEE3",
    accent="#0B5D57",
    on_accent="#FFFFFF",
    tint="#E6EFEE",
    mast="#0B5D57",
    on_mast="#FFFFFF",
)
DARK = Palette(
    ground="#12161B",
    card="#1B2027",
    soft="#232A33",
    ink="#E4E7EB",
    muted="#A9B4C0",
    line="#323A44",
    accent="#7FD3C9",
    on_accent="#06201D",
    tint="#22302F",
    mast="#0B5D57",
    on_mast="#FFFFFF",
)

# Installed fonts only: a web font would tell its host who opens the letter. Names of
# several words need no quotes in CSS, and attributes are easier without.
SANS = (
    "-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica Neue,Arial,sans-serif"
)
SERIF = "Georgia,Times New Roman,serif"

_TINTED = 0.1  # share of the accent in the ground of an appeal
_PALER = 0.08  # of the accent in other boxes


def family(face: Face) -> str:
    """Return the fonts of a face."""
    return SERIF if face is Face.SERIF else SANS


@lru_cache(maxsize=256)
def of(accent: str) -> tuple[Palette, Palette]:
    """Return the colours by day and by night around an accent, "" for our own.

    The accent is moved until every text can be read in both, and also where a mail
    program turns all colours into their opposites.
    """
    if not accent:
        return LIGHT, DARK
    mast, on_mast = accents.banner(accent)
    return (
        _around(LIGHT, accent, mast, on_mast, towards=0.0, text="#FFFFFF"),
        _around(DARK, accent, mast, on_mast, towards=1.0, text="#101214"),
    )


def _around(
    base: Palette, accent: str, mast: str, on_mast: str, *, towards: float, text: str
) -> Palette:
    """Return the palette with the first shade of the accent that can be read in it."""
    tried = (
        replace(
            base,
            accent=shade,
            on_accent=text,
            tint=accents.mix(shade, base.card, _TINTED),
            soft=accents.mix(shade, base.soft, _PALER / 2),
            mast=mast,
            on_mast=on_mast,
        )
        for shade in accents.shades(accent, towards=towards)
    )
    # The last one is black or white.
    return next(each for each in tried if is_readable(each))


def is_readable(palette: Palette) -> bool:
    """Tell whether every text can be read on each ground that it stands on."""
    p = palette
    grounds = (p.ground, p.card, p.soft, p.tint)
    pairs = [(text, g) for text in (p.ink, p.muted, p.accent) for g in grounds]
    pairs += [(p.on_accent, p.accent), (p.on_mast, p.mast)]
    return all(accents.is_readable(*pair) for pair in pairs)
