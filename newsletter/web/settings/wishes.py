"""What somebody would like a letter to look like, before it is kept (pure but one)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session

from newsletter import looks
from newsletter.rendering import Design, Face, Style
from newsletter.web.settings.files import Uploaded
from subscribers import lists
from subscribers.models import MailingList

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Wish:
    """A look, and how to be shown it; None is as it is kept."""

    slug: str | None = None
    design: Design | None = None
    titles: Face | None = None
    accent: str | None = None  # "" for the program's own
    language: str = ""  # of the letter
    dark: bool = False

    def letter_in(self, own: MailingList) -> str:
        """Return the language to show a letter in."""
        known = self.language in own.languages
        return self.language if known else own.default_language


def read(fields: Mapping[str, str]) -> Wish:
    """Return what fields of a form or an address wish; nonsense is no wish."""
    accent = fields.get("accent", "")
    design, titles = fields.get("design"), fields.get("titles")
    return Wish(
        slug=fields.get("list") or None,
        design=Design(design) if design in set(Design) else None,
        titles=Face(titles) if titles in set(Face) else None,
        accent=""
        if "own_accent" in fields
        else accent.lower()
        if _COLOUR.fullmatch(accent)
        else None,
        language=fields.get("letter", ""),
        dark=fields.get("scheme") == "dark",
    )


def stated(request: Request) -> Wish:
    """Return what the address of a page wishes."""
    return read(dict(request.query_params))


Wished = Annotated[Wish, Depends(stated)]


def style_of(session: Session, wish: Wish, *, base_url: str) -> Style:
    """Return the style a list would have, once the wish were kept."""
    own = lists.get(session, wish.slug)
    kept = looks.style_of(session, own, base_url=base_url)
    return replace(
        kept,
        design=wish.design or kept.design,
        titles=wish.titles
        or (looks.USUAL[wish.design] if wish.design else kept.titles),
        accent=kept.accent if wish.accent is None else wish.accent,
    )


def template_of(upload: Uploaded) -> str:
    """Return a template as it was written, or as it stands in the file chosen."""
    file = upload.files.get("template_file")
    if file is None:
        return upload.fields.get("template", "").replace("\r\n", "\n")
    return file.decode("utf-8", "replace")
