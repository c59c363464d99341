"""A logo made fit for mail: small, PNG, and seen on any ground (pure)."""

from io import BytesIO

from PIL import Image, ImageChops, ImageFilter, ImageStat

from newsletter import media
from newsletter.errors import BadLook
from newsletter.i18n import N_

# Twice as large as the largest it is shown at, for screens with two pixels to one.
_WIDEST, _TALLEST = 440, 128
_HALO = 5  # pixels around the drawing
_TOO_PALE = 225  # of 255: what stands out from white by less cannot be seen


def draw(data: bytes) -> media.Picture:
    """Return the logo as it is kept; raises UnreadableImage, BadLook.

    What is see-through gets a light halo around what is drawn, so that dark letters
    can be read where a mail program makes the ground dark.
    """
    safe = media.encode(data)
    with Image.open(BytesIO(safe.data)) as opened:
        image = opened.convert("RGBA")
    image = _trimmed(image)
    image.thumbnail(
        (_WIDEST - 2 * _HALO, _TALLEST - 2 * _HALO), Image.Resampling.LANCZOS
    )
    if image.getchannel("A").getextrema() != (255, 255):  # something shows through
        _refuse_pale(image)
        image = _haloed(image)
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return media.Picture(
        out.getvalue(), "png", image.width, image.height, media.digest(out.getvalue())
    )


def _trimmed(image: Image.Image) -> Image.Image:
    """Return what is drawn, without the emptiness around it."""
    box = image.getchannel("A").point(lambda a: 255 if a > 8 else 0).getbbox()
    if box is None:
        raise BadLook(N_("The logo is empty: nothing in it can be seen."))
    return image.crop(box)


def _refuse_pale(image: Image.Image) -> None:
    alpha = image.getchannel("A")
    brightness = ImageStat.Stat(image.convert("L"), mask=alpha).mean[0]
    if brightness > _TOO_PALE:
        raise BadLook(
            N_(
                "The logo is nearly white and could not be seen on a light ground."
                " Choose its dark form, or one that brings its own ground."
            )
        )


def _haloed(image: Image.Image) -> Image.Image:
    size = (image.width + 2 * _HALO, image.height + 2 * _HALO)
    drawn = Image.new("RGBA", size, (255, 255, 255, 0))
    drawn.paste(image, (_HALO, _HALO))
    wider = drawn.getchannel("A").filter(ImageFilter.MaxFilter(2 * (_HALO - 2) + 1))
    glow = Image.new("RGBA", size, (255, 255, 255, 0))
    glow.putalpha(
        ImageChops.lighter(
            wider.filter(ImageFilter.GaussianBlur(1.2)), drawn.getchannel("A")
        )
    )
    return Image.alpha_composite(glow, drawn)
