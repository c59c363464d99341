import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms
from sqlmodel import Session

from newsletter import media
from newsletter.errors import UnreadableImage


def picture(mode: str = "RGB", size: tuple[int, int] = (1600, 900)) -> Image.Image:
    """A picture with many colours, like a photograph."""
    noise = Image.effect_noise(size, 60)
    if mode == "L":
        return noise
    bands = [noise, noise.rotate(180), noise.transpose(Image.Transpose.FLIP_TOP_BOTTOM)]
    return Image.merge("RGB", bands).convert(mode)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("RGB", "JPEG"),
        ("CMYK", "JPEG"),
        ("L", "PNG"),
        ("RGB", "WEBP"),
        ("RGB", "AVIF"),
        ("RGB", "TIFF"),
        ("RGB", "BMP"),
    ],
)
def test_a_photograph_becomes_a_jpeg_of_the_letters_width(mode: str, kind: str) -> None:
    kept = media.encode(saved(picture(mode), kind))

    assert (kept.ext, kept.width, kept.height) == ("jpg", 1072, 603)
    assert opened(kept.data).format == "JPEG"
    assert opened(kept.data).mode == "RGB"


def test_a_small_picture_is_not_blown_up() -> None:
    kept = media.encode(saved(picture(size=(300, 200)), "JPEG"))

    assert (kept.width, kept.height) == (300, 200)


def test_a_drawing_of_few_colours_stays_a_png() -> None:
    kept = media.encode(saved(Image.new("RGB", (600, 300), "#345"), "JPEG"))

    assert kept.ext == "png"


def test_a_see_through_drawing_keeps_what_shines_through() -> None:
    drawing = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    drawing.paste((200, 30, 30, 255), (100, 100, 300, 300))

    kept = media.encode(saved(drawing, "PNG"))

    assert kept.ext == "png"
    assert opened(kept.data).getchannel("A").getextrema() == (0, 255)


def test_a_heavy_see_through_photograph_goes_on_white() -> None:
    photograph = picture("RGBA")
    photograph.putalpha(128)

    kept = media.encode(saved(photograph, "PNG"))

    assert kept.ext == "jpg"


def test_a_moving_picture_shows_its_first_frame() -> None:
    frames = [Image.new("RGB", (50, 40), colour) for colour in ("red", "blue")]

    kept = media.encode(
        saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    )

    assert opened(kept.data).convert("RGB").getpixel((0, 0)) == (255, 0, 0)


def test_a_picture_taken_sideways_is_turned_and_tells_nothing_more() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90°
    exif[0x010F] = "A camera with a name"
    exif.get_ifd(0x8825)[1] = "N"  # where it was taken

    kept = media.encode(saved(picture(size=(400, 300)), "JPEG", exif=exif))

    assert (kept.width, kept.height) == (300, 400)
    assert not opened(kept.data).getexif()
    assert b"camera" not in kept.data


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_colours_are_converted_and_the_profile_left_out(kind: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    kept = media.encode(saved(picture(), kind, icc_profile=profile))

    assert "icc_profile" not in opened(kept.data).info


def test_a_broken_profile_is_as_good_as_none() -> None:
    kept = media.encode(saved(picture(), "JPEG", icc_profile=b"not a profile"))

    assert kept.ext == "jpg"


def test_comments_are_left_out() -> None:
    kept = media.encode(saved(picture(), "JPEG", comment=b"taken by somebody"))

    assert b"somebody" not in kept.data


def _png_of(width: int, height: int) -> bytes:
    """A PNG whose header promises more than its few bytes hold."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", len(header))
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + b"\x00\x00\x00\x00IEND\xaeB`\x82"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html><body>no picture</body></html>",
        b"%PDF-1.7",
        b"GIF89a",
        _png_of(10_000, 5_000),
        _png_of(100_000, 100_000),
        _png_of(2_000_000_000, 2_000_000_000),
        _png_of(0, 10),
        saved(picture(), "JPEG")[:5000],
        saved(picture(), "PNG")[:5000],
        b"\0" * 10_000_001,
    ],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableImage):
        media.encode(data)


def test_the_file_lies_under_the_hash_of_its_bytes(
    session: Session, tmp_path: Path
) -> None:
    folder = tmp_path / "media"

    asset = media.store(session, saved(picture(), "JPEG"), folder=folder)

    assert asset.size == (folder / f"{asset.hash}.jpg").stat().st_size
    assert asset.path == f"/media/{asset.hash}.jpg"


def test_the_same_picture_is_kept_once(session: Session, tmp_path: Path) -> None:
    data = saved(picture(), "JPEG")
    first = media.store(session, data, folder=tmp_path)

    second = media.store(session, data, folder=tmp_path)

    assert first.id == second.id


def test_two_files_with_the_same_picture_share_one_row(
    session: Session, tmp_path: Path
) -> None:
    drawing = Image.new("RGB", (90, 60), "green")
    first = media.store(session, saved(drawing, "PNG"), folder=tmp_path)

    second = media.store(session, saved(drawing, "BMP"), folder=tmp_path)

    assert first.id == second.id


def test_a_lost_file_is_made_again(session: Session, tmp_path: Path) -> None:
    data = saved(picture(), "JPEG")
    first = media.store(session, data, folder=tmp_path)
    (tmp_path / f"{first.hash}.jpg").unlink()

    second = media.store(session, data, folder=tmp_path)

    assert second.id == first.id
    assert (tmp_path / f"{first.hash}.jpg").exists()
