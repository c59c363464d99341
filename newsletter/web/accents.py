"""A list's own colour for its pages: /accent/{rrggbb}.css, by day and by night."""

import re

from fastapi import APIRouter
from fastapi.responses import Response

from newsletter.rendering import accents
from newsletter.rendering.accents import Shade
from newsletter.web.failures import not_found

router = APIRouter()

# The content policy allows no styles inside a page, hence a sheet per colour.
_NAME = re.compile(r"([0-9a-f]{6})\.css")
_A_DAY = "public, max-age=86400"


@router.get("/accent/{name}")
def sheet(name: str) -> Response:
    """Send the sheet that puts a colour in the place of ours, readable at any rate."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise not_found()
    light, dark = accents.on_light(found[1]), accents.on_dark(found[1])
    text = (
        f":root{{{_tokens(light)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{_tokens(dark)}}}}}\n"
    )
    return Response(text, media_type="text/css", headers={"Cache-Control": _A_DAY})


def _tokens(shade: Shade) -> str:
    return (
        f"--accent:{shade.accent};--on-accent:{shade.on_accent};"
        f"--accent-soft:{shade.soft}"
    )
