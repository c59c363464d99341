"""Addresses and secrets as squares that a phone reads: the only door to segno."""

from io import BytesIO

import segno


def svg(text: str) -> str:
    """Return the QR code of a text (ISO/IEC 18004) as an SVG element for a page.

    Dark on white with its own quiet zone, whatever the page looks like: readers fail on
    light squares. It has no size of its own and no styles, and the class `qr`. The text
    stands in it as squares alone, so nothing in it can end up as markup. Name it where
    it stands: `role="img"` and a label.
    """
    code = segno.make_qr(text, error="m")
    drawn: str = code.svg_inline(
        border=4,
        dark="#000",
        light="#fff",
        omitsize=True,
        svgclass="qr",
        lineclass=None,
    )
    return drawn


def file(text: str) -> bytes:
    """Return the QR code of a text as an SVG file to print, of any size."""
    kept = BytesIO()
    segno.make_qr(text, error="m").save(
        kept, kind="svg", scale=10, border=4, dark="#000", light="#fff"
    )
    return kept.getvalue()
