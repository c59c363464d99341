import struct
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo
from sqlalchemy import Engine
from sqlmodel import Session

from newsletter import db, jobs, media
from newsletter.config import Settings
from newsletter.errors import UnreadableImage
from newsletter.models import Asset


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


def _with_xmp(data: bytes) -> bytes:
    """A JPEG with a packet of XMP and one of Photoshop's, as agencies write them."""
    packets = b""
    for marker, head in ((b"\xff\xe1", b"http://ns.adobe.com/xap/1.0/\0"),
                         (b"\xff\xed", b"Photoshop 3.0\0")):  # fmt: skip
        body = head + b"<x>Odile Secret, 50.6 N 5.5 E</x>"
        packets += marker + struct.pack(">H", len(body) + 2) + body
    return data[:2] + packets + data[2:]


def test_nothing_that_was_written_beside_the_picture_stays() -> None:
    photograph = picture()
    texts = PngInfo()
    texts.add_text("Author", "Odile Secret")
    texts.add_itxt("XML:com.adobe.xmp", "<x>Odile Secret</x>")
    originals = (
        _with_xmp(saved(photograph, "JPEG")),
        saved(photograph, "PNG", pnginfo=texts),
        saved(photograph, "WEBP", xmp=b"<x>Odile Secret</x>"),
    )

    for original in originals:
        kept = media.encode(original)

        assert b"Secret" in original
        assert all(b"Secret" not in each.data for each in (kept, *kept.narrower))
        assert not {"exif", "xmp", "comment", "icc_profile", "photoshop"} & set(
            opened(kept.data).info
        )


@pytest.mark.parametrize(
    "behind", [b"<script>alert(1)</script>", b"PK\x03\x04", b"<?php system($_GET[1])?>"]
)
def test_what_hides_behind_a_picture_is_gone(behind: bytes) -> None:
    kept = media.encode(saved(picture(), "JPEG") + behind)

    assert behind not in kept.data


@pytest.mark.parametrize(
    ("width", "narrower"), [(1600, [320, 536]), (500, [320]), (320, []), (200, [])]
)
def test_a_picture_is_kept_at_every_width_below_its_own(
    width: int, narrower: list[int]
) -> None:
    kept = media.encode(saved(picture(size=(width, 160)), "JPEG"))

    sizes = [opened(each.data).size for each in kept.narrower]
    assert [each.width for each in kept.narrower] == narrower
    assert sizes == [(each.width, each.height) for each in kept.narrower]
    assert all(len(each.data) < len(kept.data) for each in kept.narrower)


def test_a_tall_picture_is_narrowed_until_its_height_is_bearable() -> None:
    kept = media.encode(saved(Image.new("RGB", (400, 20_000), "red"), "PNG"))

    assert (kept.width, kept.height) == (86, 4288)


def test_sixteen_bits_of_grey_are_shown_as_eight() -> None:
    kept = media.encode(saved(Image.new("I;16", (40, 30), 40_000), "PNG"))

    assert opened(kept.data).convert("L").getpixel((5, 5)) == 40_000 // 256


def test_a_big_picture_stands_in_memory_only_once() -> None:
    """40 million pixels are 120 MB; it took 460 MB once, as much as a small server."""
    code = (
        "import resource\nfrom io import BytesIO\nfrom PIL import Image\n"
        "from newsletter import media\nout = BytesIO()\n"
        "Image.new('RGB', (8000, 5000), 'red').save(out, 'PNG', compress_level=1)\n"
        "def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = peak()\nmedia.encode(out.getvalue())\nprint(peak() - before)\n"
    )

    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )

    assert int(told.stdout) < 200_000  # kilobytes


def test_pictures_that_were_kept_before_get_their_narrower_sizes(
    engine: Engine, settings: Settings
) -> None:
    data = saved(picture(), "JPEG")
    with db.writing(engine) as session:
        kept = replace(media.encode(data), narrower=())
        asset = media.keep(session, kept, folder=settings.media_dir)
        lost = Asset(hash="0" * 32, ext="jpg", width=900, height=600, size=1)
        session.add(lost)

    for _ in range(2):
        jobs.narrow_pictures(engine, settings)

    with db.reading(engine) as session:
        sizes = media.narrow_sizes(session, [asset.id or 0, lost.id or 0])
        assert [size.width for size in sizes[asset.id or 0]] == [320, 536]
        assert sizes[lost.id or 0] == []
        for size in sizes[asset.id or 0]:
            assert (settings.data_dir / size.path.strip("/")).exists()


def test_two_machines_may_narrow_the_same_picture(
    engine: Engine, settings: Settings
) -> None:
    with db.writing(engine) as session:
        kept = replace(media.encode(saved(picture(), "JPEG")), narrower=())
        asset = media.keep(session, kept, folder=settings.media_dir)

    with ThreadPoolExecutor(4) as machines:
        work = [
            machines.submit(jobs.narrow_pictures, engine, settings) for _ in range(4)
        ]

    assert [each.result() for each in work] == [None] * 4
    with db.reading(engine) as session:
        assert len(media.narrow_sizes(session, [asset.id or 0])[asset.id or 0]) == 2


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xef\xbb\xbf <svg onload='alert(1)'/>", "SVG"),
        (b"<?xml version='1.0'?><svg/>", "SVG"),
        (b"<!DOCTYPE html><img src=x>", "web page"),
        (b"%PDF-1.7", "PDF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (saved(picture(), "JPEG")[:5000], "breaks off"),
        (b"words", "not a picture"),
    ],
)
def test_a_refusal_says_what_the_file_is(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableImage, match=reason):
        media.encode(data)


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
