"""Cards: the picture that a shared link shows, made of a letter's title (pure)."""

import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw, ImageFont, features
from PIL.ImageFont import FreeTypeFont

from newsletter import config, i18n
from newsletter.rendering import accents

WIDTH, HEIGHT = 1200, 630  # what social networks show whole
_MARGIN = 90
_COLUMN = WIDTH - 2 * _MARGIN
_OURS = "#0b5d57"  # the accent of a list without one
_INK = 255  # of shades from ground to white
_BAR = 72
_SIZES = range(88, 43, -4)  # of a title, the largest that fits wins
_TITLE_ROOM = 350  # pixels from the first line of a title to its last
_NAME_SIZE = 34
_LONGEST = 300  # characters of a title that are looked at
_SHADES = 32  # enough between one ground and one ink
# The first that can write all of a title does; see newsletter/fonts/README.md.
_FACES = ("SourceSerifPro-Bold.ttf", "DejaVuSans-Bold.ttf")
_NO_GLYPH = "\U0010ffff"
_PICTURES = "\U0001f000"  # emoji begin here
# What typefaces lack, and what glues emoji together.
_SIMPLER = str.maketrans(
    {"\u202f": "\u00a0", "ĳ": "ij", "Ĳ": "IJ"}
    | dict.fromkeys("\u200d\ufe0e\ufe0f\u20e3")
)


@dataclass(frozen=True)
class Card:
    """What stands on a card."""

    title: str
    name: str  # whose letter it is
    language: str  # of both
    accent: str = ""  # "#rrggbb"; "" for the program's own


def draw(card: Card) -> bytes:
    """Return the card as PNG, the same bytes for the same words.

    Words that none of our typefaces can write, or that would be written the wrong
    way round, are left out: a card without a title is better than one of boxes.
    """
    image = Image.new("L", (WIDTH, HEIGHT))
    pen = ImageDraw.Draw(image)
    left = WIDTH - _MARGIN - _BAR if _begins_right(card.language) else _MARGIN
    pen.rectangle((left, _MARGIN - 20, left + _BAR, _MARGIN - 12), fill=_INK)
    face = _face(card.title, card.language)
    if face:
        _write_title(pen, _shown(card.title, face), face, card.language)
    _write_name(pen, card)
    out = BytesIO()
    _coloured(image, _ground(card.accent)).save(out, "PNG")
    return out.getvalue()


def keep(data: bytes, *, folder: Path) -> str:
    """Write a card into the store, whole or not at all; return the path of its URL."""
    name = f"{hashlib.sha256(data).hexdigest()[:32]}.png"
    if not (folder / name).exists():
        folder.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=folder, prefix=".card-")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        # The web server may run as another user of the same group.
        Path(draft).chmod(0o644)
        Path(draft).replace(folder / name)
    return f"/media/{name}"


def _ground(accent: str) -> str:
    return accents.on_light(accent).accent if accents.sheet_of(accent) else _OURS


def _coloured(image: Image.Image, ground: str) -> Image.Image:
    """Return a picture in grey as one between `ground` and white, of few colours."""
    last = _SHADES - 1
    shades = image.point([shade * last // _INK for shade in range(256)])
    dark = ImageColor.getrgb(ground)
    palette = [
        round(low + (255 - low) * step / last)
        for step in range(_SHADES)
        for low in dark[:3]
    ]
    shades.putpalette(palette)
    return shades


def _write_title(
    pen: ImageDraw.ImageDraw, title: str, face: str, language: str
) -> None:
    font, lines = _fitted(title, face, language)
    step = round(font.size * 1.16)
    for number, line in enumerate(lines):
        _write(pen, line, font, top=_MARGIN + 12 + number * step, language=language)


def _write_name(pen: ImageDraw.ImageDraw, card: Card) -> None:
    face = _face(card.name, card.language)
    if face:
        font = _font(face, _NAME_SIZE)
        name = _clipped(_shown(card.name, face), font, card.language)
        top = HEIGHT - _MARGIN - _NAME_SIZE
        _write(pen, name, font, top=top, language=card.language)


def _write(
    pen: ImageDraw.ImageDraw, line: str, font: FreeTypeFont, *, top: int, language: str
) -> None:
    """Write one line from the side on which its language begins."""
    left = _MARGIN
    if _begins_right(language):
        left = WIDTH - _MARGIN - _length(line, font, language)
    pen.text((left, top), line, font=font, fill=_INK, direction=_way(language))


def _fitted(title: str, face: str, language: str) -> tuple[FreeTypeFont, Sequence[str]]:
    """Return the largest type in which the title fits, and its lines.

    In the smallest one the end of a title too long becomes an ellipsis.
    """
    font = _font(face, _SIZES[-1])
    for size in _SIZES:
        font = _font(face, size)
        lines = list(_lines(title, font, language))
        if len(lines) * round(size * 1.16) <= _TITLE_ROOM:
            return font, lines
    room = _TITLE_ROOM // round(font.size * 1.16)
    lines = list(_lines(title, font, language))
    rest = " ".join(lines[room - 1 :])
    return font, [*lines[: room - 1], _clipped(rest, font, language)]


def _lines(text: str, font: FreeTypeFont, language: str) -> Iterator[str]:
    """Yield lines that fit, cut between words, and inside a word only if it must."""
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}".strip()
        if _length(longer, font, language) <= _COLUMN:
            line = longer
            continue
        if line:
            yield line
        line = word
        while _length(line, font, language) > _COLUMN:
            cut = _room(line, font, language)
            yield line[:cut]
            line = line[cut:]
    if line:
        yield line


def _clipped(text: str, font: FreeTypeFont, language: str) -> str:
    if _length(text, font, language) <= _COLUMN:
        return text
    kept = text[: _room(text, font, language) - 1]
    while kept and _length(f"{kept}…", font, language) > _COLUMN:
        kept = kept[:-1]
    return kept.rstrip(" ,;:–-") + "…"


def _room(text: str, font: FreeTypeFont, language: str) -> int:
    """Return how many characters of `text` fit on one line, one at least."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if _length(text[:middle], font, language) <= _COLUMN:
            low = middle
        else:
            high = middle - 1
    return low


def _length(text: str, font: FreeTypeFont, language: str) -> int:
    return round(font.getlength(text, direction=_way(language)))


def _face(text: str, language: str) -> str:
    """Return the typeface that can write `text`; "" when there is none."""
    if _begins_right(language) and not features.check("raqm"):
        return ""
    return next((face for face in _FACES if _can_write(_shown(text, face), face)), "")


def _shown(text: str, face: str) -> str:
    """Return `text` on one line, without the pictures that a typeface lacks."""
    plain = text[:_LONGEST].translate(_SIMPLER)
    kept = (c for c in plain if c < _PICTURES or _has(face, c))
    return " ".join(filter(None, "".join(kept).split(" ")))


def _can_write(text: str, face: str) -> bool:
    return bool(text) and all(_has(face, c) for c in text if not c.isspace())


@cache
def _has(face: str, character: str) -> bool:
    """Whether a typeface has a shape of its own for a character."""
    font = _font(face, 24)
    drawn, missing = (bytes(font.getmask(each)) for each in (character, _NO_GLYPH))
    return drawn != missing


@cache
def _font(face: str, size: int) -> FreeTypeFont:
    return ImageFont.truetype(config.find("fonts", face), size)


def _begins_right(language: str) -> bool:
    return i18n.direction(language) == "rtl"


def _way(language: str) -> str | None:
    """Return the direction for Pillow, which only takes one where it can shape text."""
    return i18n.direction(language) if features.check("raqm") else None
