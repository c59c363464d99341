"""The colours and fonts of a letter, in daylight and in the dark."""

from dataclasses import dataclass


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


LIGHT = Palette(
    ground="#F4F5F7",
    card="#FFFFFF",
    soft="#F2F6F5",
    ink="#1F2933",
    muted="#52606D",
    line="#D9DEE3",
    accent="#0B5D57",
    on_accent="#FFFFFF",
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
)

# Installed fonts only: a web font would tell its host who opens the letter. Names of
# several words need no quotes in CSS, and attributes are easier without.
SANS = (
    "-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica Neue,Arial,sans-serif"
)
SERIF = "Georgia,Times New Roman,serif"
