"""Pictures re-encoded (pure): upright, in sRGB, narrow enough, and without metadata."""

import hashlib
import struct
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms

from newsletter.errors import UnreadableImage
from newsletter.i18n import N_
from newsletter.media import files

MAX_WIDTH = 1072  # pixels: twice the width of a letter's column
MAX_HEIGHT = 4 * MAX_WIDTH
MAX_PIXELS = 40_000_000
# Of formats whose readers hold a picture several times over while they unpack it.
MAX_PIXELS_PACKED = 16_000_000
MAX_BYTES = 10_000_000
JPEG_QUALITY = 82
# The same picture once more: twice the widest thumb, and the column of a letter.
NARROW = (320, 536)

_PACKED = frozenset({"WEBP", "AVIF"})
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP", "TIFF")
_FEW_COLOURS = 256
# A see-through photograph weighs megabytes as PNG; above this it goes on white.
_HEAVY_PNG = 400_000
# Pixels that are converted at a time: a big picture stands in memory once.
_STRIP = 2_000_000
_ORIENTATION = 0x0112  # the EXIF tag, and what each of its values asks for
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = frozenset({5, 6, 7, 8})
# Beginnings of what people take for a picture, and what to say instead.
_NO_PICTURES = (
    (
        (b"<svg", b"<?xml", b"<!doctype svg"),
        N_(
            "SVG drawings can hold scripts, and most mail programs do not show them: "
            "save it as PNG."
        ),
    ),
    (
        (b"<!doctype html", b"<html", b"<head", b"<body", b"<script"),
        N_(
            "This is a web page, not a picture: give the address of the picture itself."
        ),
    ),
    ((b"%pdf-",), N_("This is a PDF document, not a picture.")),
)
# What Pillow's readers raise for broken or hostile files.
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    OverflowError,
    TypeError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


@dataclass(frozen=True)
class Encoded:
    """A picture as it is kept, at one width."""

    data: bytes
    ext: str  # "jpg" or "png"
    width: int
    height: int

    @property
    def hash(self) -> str:
        """The name it is kept under."""
        return files.name_of(self.data)


@dataclass(frozen=True)
class Picture(Encoded):
    """A picture ready to be kept: also narrower, and with the hash of its original."""

    origin_hash: str
    narrower: tuple[Encoded, ...] = ()


def digest(data: bytes) -> str:
    """Return the hash by which original bytes are recognised."""
    return hashlib.sha256(data).hexdigest()


def encode(data: bytes) -> Picture:
    """Return `data` as a JPEG or PNG of at most 1072 pixels in width.

    Turned upright, in sRGB, and without any metadata: a camera writes where it was.
    Of one that moves, the first picture. Raises UnreadableImage for what is no
    raster picture, SVG and HTML included.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableImage(
            "The picture is larger than {most} MB.", most=MAX_BYTES // 1_000_000
        )
    image, flat = _read(data)
    made = _written(image, flat=flat)
    return Picture(
        data=made.data,
        ext=made.ext,
        width=made.width,
        height=made.height,
        origin_hash=digest(data),
        narrower=_narrower(image, flat=flat),
    )


def narrower(data: bytes) -> tuple[Encoded, ...]:
    """Return a picture of the store at each width of NARROW that is less than its own.

    Raises UnreadableImage for a file that has been damaged since.
    """
    image, flat = _read(data)
    return _narrower(image, flat=flat)


def _read(data: bytes) -> tuple[Image.Image, bool]:
    """Return the picture as it will be shown, and whether it may be a drawing."""
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as opened:
            _measure(opened)
            flat = opened.format in {"PNG", "GIF"}
            return _upright(opened), flat
    except UnreadableImage:
        raise
    except _BROKEN as error:
        raise UnreadableImage(_why(data)) from error


def _why(data: bytes) -> str:
    """Say what a file is that is no picture of ours."""
    start = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for beginnings, sentence in _NO_PICTURES:
        if start.startswith(beginnings):
            return sentence
    if data[4:8] == b"ftyp" and data[8:12] in {b"heic", b"heix", b"mif1", b"msf1"}:
        return N_("HEIC pictures cannot be read here: save it as JPEG.")
    try:
        with Image.open(BytesIO(data), formats=_FORMATS):
            return N_("The picture breaks off or is damaged.")
    except _BROKEN:
        return N_("This file is not a picture we can read.")


def _measure(image: Image.Image) -> None:
    """Refuse by the size in the header, before a single pixel is unpacked."""
    width, height = image.size
    if width < 1 or height < 1:
        raise UnreadableImage("The picture has no size.")
    allowed = MAX_PIXELS_PACKED if image.format in _PACKED else MAX_PIXELS
    if width * height > allowed:
        raise UnreadableImage(
            "The picture has {width} × {height} pixels; {most} million are allowed.",
            width=width,
            height=height,
            most=allowed // 1_000_000,
        )


def _upright(opened: Image.Image) -> Image.Image:
    turn = opened.getexif().get(_ORIENTATION, 1)
    scale = min(1.0, *_room(opened, turn))
    size = max(1, round(opened.width * scale)), max(1, round(opened.height * scale))
    # A JPEG is unpacked at half its size, or a quarter, where that is enough.
    opened.draft(None, (2 * size[0], 2 * size[1]))
    image = _reduced(opened, size)
    if image.size != size:
        image = image.resize(size, Image.Resampling.LANCZOS)
    if turn in _TURNS:
        image = image.transpose(_TURNS[turn])
    image = _in_srgb(image, opened.info.get("icc_profile"))
    # Writers copy profiles and comments out of here.
    image.info = {}
    return image


def _room(opened: Image.Image, turn: int) -> tuple[float, float]:
    """Return how much of its width and of its height a picture may keep."""
    width, height = opened.size[::-1] if turn in _SIDEWAYS else opened.size
    return MAX_WIDTH / width, MAX_HEIGHT / height


def _reduced(opened: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the picture at twice its future size or more, made strip by strip."""
    see_through = "A" in opened.getbands() or "transparency" in opened.info
    kept = opened.mode in {"RGB", "L", "CMYK"}
    mode = "RGBA" if see_through else opened.mode if kept else "RGB"
    opened.load()
    width, height = opened.size
    factor = max(1, min(width // (2 * size[0]), height // (2 * size[1])))
    rows = max(1, _STRIP // width // factor) * factor
    made = Image.new(mode, (-(-width // factor), -(-height // factor)))
    for top in range(0, height, rows):
        strip = opened.crop((0, top, width, min(top + rows, height)))
        made.paste(_in_mode(strip, mode).reduce(factor), (0, top // factor))
    return made


def _in_mode(strip: Image.Image, mode: str) -> Image.Image:
    if strip.mode.startswith("I;16"):
        # Sixteen bits of grey: the upper eight are what a screen shows.
        strip = strip.convert("I").point(lambda value: value / 256).convert("L")
    return strip if strip.mode == mode else strip.convert(mode)


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile and image.mode in {"RGB", "CMYK", "L"}:
        try:
            converted = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
        except (ImageCms.PyCMSError, *_BROKEN):
            converted = None  # a broken profile is as good as none
        if converted is not None:
            return converted
    return image if image.mode == "RGBA" else image.convert("RGB")


def _narrower(image: Image.Image, *, flat: bool) -> tuple[Encoded, ...]:
    made = []
    for width in NARROW:
        if image.width > width:
            height = max(1, round(image.height * width / image.width))
            small = image.resize((width, height), Image.Resampling.LANCZOS)
            made.append(_written(small, flat=flat))
    return tuple(made)


def _written(image: Image.Image, *, flat: bool) -> Encoded:
    """Return the lighter suitable form: PNG for drawings, JPEG for photographs."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    if image.mode == "RGBA":
        png = _png(image)
        return png if len(png.data) <= _HEAVY_PNG else _jpeg(_on_white(image))
    jpeg = _jpeg(image)
    # A photograph in grey has few colours too, but only a drawing packs so well.
    if flat or image.getcolors(_FEW_COLOURS):
        png = _png(image)
        return png if len(png.data) <= len(jpeg.data) else jpeg
    return jpeg


def _on_white(image: Image.Image) -> Image.Image:
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _jpeg(image: Image.Image) -> Encoded:
    out = BytesIO()
    image.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return Encoded(out.getvalue(), "jpg", image.width, image.height)


def _png(image: Image.Image) -> Encoded:
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return Encoded(out.getvalue(), "png", image.width, image.height)
