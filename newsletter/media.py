"""Our store of pictures: read, shrunk, stripped, kept under the hash of their bytes."""

import hashlib
import os
import struct
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageCms, ImageOps
from sqlmodel import Session, col, select

from newsletter.errors import UnreadableImage
from newsletter.models import Asset

MAX_WIDTH = 1072  # pixels: twice the width of a letter's column
MAX_PIXELS = 40_000_000
MAX_BYTES = 10_000_000
JPEG_QUALITY = 82

_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP", "TIFF")
_FEW_COLOURS = 256
# A see-through photograph weighs megabytes as PNG; above this it goes on white.
_HEAVY_PNG = 400_000
# What Pillow's readers raise for broken or hostile files.
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    OverflowError,
    TypeError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


@dataclass(frozen=True)
class Picture:
    """A picture ready to be kept: what was re-encoded, and the hash of the original."""

    data: bytes
    ext: str  # "jpg" or "png"
    width: int
    height: int
    origin_hash: str

    @property
    def hash(self) -> str:
        """The name it is kept under: 128 bits of SHA-256, hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()[:32]


def store(session: Session, data: bytes, *, folder: Path, origin: str = "") -> Asset:
    """Keep a picture and return its row; the same bytes give the row they gave before.

    Raises UnreadableImage. Encoding takes up to a second: where a transaction must
    stay short, call `find`, `encode` and `keep` one by one.
    """
    known = find(session, digest(data), folder=folder)
    return known or keep(session, encode(data), folder=folder, origin=origin)


def digest(data: bytes) -> str:
    """Return the hash by which original bytes are recognised."""
    return hashlib.sha256(data).hexdigest()


def find(session: Session, origin_hash: str, *, folder: Path) -> Asset | None:
    """Return the picture made from these original bytes, if its file is still there."""
    rows = session.exec(
        select(Asset).where(Asset.origin_hash == origin_hash).order_by(col(Asset.id))
    )
    return next((row for row in rows if path_of(row, folder=folder).exists()), None)


def path_of(asset: Asset, *, folder: Path) -> Path:
    """Return where an asset's file lies."""
    return folder / f"{asset.hash}.{asset.ext}"


def encode(data: bytes) -> Picture:
    """Return `data` as a JPEG or PNG of at most 1072 pixels in width.

    Turned upright, in sRGB, and without any metadata: a camera writes where it was.
    Raises UnreadableImage for what is no raster picture, SVG and HTML included.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableImage(
            f"The picture is larger than {MAX_BYTES // 1_000_000} MB."
        )
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as opened:
            _measure(opened)
            from_png = opened.format in {"PNG", "GIF"}
            image = _upright(opened)
    except UnreadableImage:
        raise
    except _BROKEN as error:
        raise UnreadableImage("This file is not a picture we can read.") from error
    encoded, ext = _written(image, flat=from_png)
    return Picture(encoded, ext, image.width, image.height, digest(data))


def keep(
    session: Session, picture: Picture, *, folder: Path, origin: str = ""
) -> Asset:
    """Write the file, whole or not at all, and return the row that stands for it."""
    _write(folder / f"{picture.hash}.{picture.ext}", picture.data)
    known = session.exec(select(Asset).where(Asset.hash == picture.hash)).first()
    if known is not None:
        return known
    asset = Asset(
        hash=picture.hash,
        ext=picture.ext,
        width=picture.width,
        height=picture.height,
        size=len(picture.data),
        origin=origin[:2000],
        origin_hash=picture.origin_hash,
    )
    session.add(asset)
    session.flush()
    return asset


def _measure(image: Image.Image) -> None:
    """Refuse by the size in the header, before a single pixel is unpacked."""
    width, height = image.size
    if width < 1 or height < 1:
        raise UnreadableImage("The picture has no size.")
    if width * height > MAX_PIXELS:
        raise UnreadableImage(
            f"The picture has {width} × {height} pixels; "
            f"{MAX_PIXELS // 1_000_000} million are allowed."
        )


def _upright(opened: Image.Image) -> Image.Image:
    image = _in_srgb(ImageOps.exif_transpose(opened))
    if image.width > MAX_WIDTH:
        height = max(1, round(image.height * MAX_WIDTH / image.width))
        image = image.resize((MAX_WIDTH, height), Image.Resampling.LANCZOS)
    # Writers copy profiles and comments out of here.
    image.info = {}
    return image


def _in_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
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
    see_through = "A" in image.getbands() or "transparency" in image.info
    return image.convert("RGBA" if see_through else "RGB")


def _written(image: Image.Image, *, flat: bool) -> tuple[bytes, str]:
    """Return the lighter suitable form: PNG for drawings, JPEG for photographs."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    if image.mode == "RGBA":
        png = _png(image)
        return (
            (png, "png") if len(png) <= _HEAVY_PNG else (_jpeg(_on_white(image)), "jpg")
        )
    jpeg = _jpeg(image)
    # A photograph in grey has few colours too, but only a drawing packs so well.
    if flat or image.getcolors(_FEW_COLOURS):
        png = _png(image)
        return (png, "png") if len(png) <= len(jpeg) else (jpeg, "jpg")
    return jpeg, "jpg"


def _on_white(image: Image.Image) -> Image.Image:
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _jpeg(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return out.getvalue()


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _write(path: Path, data: bytes) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".picture-")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    # The web server may run as another user of the same group.
    Path(draft).chmod(0o644)
    Path(draft).replace(path)
