import pytest

from newsletter.rendering.palette import DARK, LIGHT, Palette


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: relative luminance of two colours."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_stands_out_from_its_ground(palette: Palette) -> None:
    pairs = [
        (palette.ink, palette.card),
        (palette.ink, palette.soft),
        (palette.ink, palette.ground),
        (palette.muted, palette.card),
        (palette.muted, palette.soft),
        (palette.muted, palette.ground),
        (palette.accent, palette.card),
        (palette.accent, palette.soft),
        (palette.on_accent, palette.accent),
    ]

    weakest = min(pairs, key=lambda pair: contrast(*pair))

    assert contrast(*weakest) >= 4.5, weakest
