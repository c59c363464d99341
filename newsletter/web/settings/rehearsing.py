"""A letter in a look that is not kept yet, for a frame: /settings/look/letter."""

import re
from dataclasses import replace
from html import escape

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from newsletter import db, editions, i18n, rendering
from newsletter.errors import BadTemplate, RenderingFailed
from newsletter.i18n import N_
from newsletter.rendering import Letter, Style
from newsletter.web import previews, sessions
from newsletter.web.deps import Here, Site
from newsletter.web.sessions import SignedIn, Visitor
from newsletter.web.settings import wishes
from newsletter.web.settings.chosen import Admin
from newsletter.web.settings.files import GenuineUpload
from newsletter.web.settings.wishes import Wished
from subscribers import lists
from subscribers.clock import utcnow

router = APIRouter(dependencies=[Depends(sessions.same_site)])

_READER = "reader@example.org"
# What a mail says to screens in the dark; here the frame decides.
_AT_NIGHT = re.compile(r"@media\s*\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
_EITHER = re.compile(r'color-scheme(:\s*|" content=")light dark')
_NO_LETTER = N_("No letter can be laid out in this template.")


@router.get("/settings/look/letter")
def letter(visitor: SignedIn, here: Here, wished: Wished) -> HTMLResponse:
    """Send the latest issue, or a specimen, in the look that the address states."""
    with db.reading(here.engine) as session:
        style = wishes.style_of(session, wished, base_url=here.settings.base_url)
    return _answer(here, visitor, wished, style)


@router.post("/settings/look/letter")
def in_template(visitor: Admin, upload: GenuineUpload, here: Here) -> HTMLResponse:
    """Send it in a template that was written a moment ago, or say what is wrong."""
    wished = wishes.read(upload.fields)
    with db.reading(here.engine) as session:
        style = wishes.style_of(session, wished, base_url=here.settings.base_url)
    template = wishes.template_of(upload)
    return _answer(here, visitor, wished, replace(style, template=template.strip()))


def _answer(
    here: Site, visitor: Visitor, wished: wishes.Wish, style: Style
) -> HTMLResponse:
    with db.reading(here.engine) as session:
        own = lists.get(session, wished.slug)
        laid = editions.fitted(
            session,
            own,
            style,
            language=wished.letter_in(own),
            base_url=here.settings.base_url,
            now=utcnow(),
        )
    # An own template is laid out by a child process: no transaction waits for it.
    try:
        html = _shown(laid, dark=wished.dark)
    except RenderingFailed as error:
        html = _problem(error, visitor.language)
    headers = {"Content-Security-Policy": previews.policy(here.settings)}
    return HTMLResponse(html, headers=headers)


def _shown(letter: Letter, *, dark: bool) -> str:
    """Return the HTML by day or by night, a stand-in where the reader will be."""
    text = rendering.render(letter).html
    values = {
        letter.unsubscribe_url: "#",
        letter.preferences_url: "#",
        letter.reader_address: _READER,
        letter.reader_since: i18n.day(letter.dated_on.date(), letter.language),
        **{each.url: "#" for each in letter.languages},
    }
    for marker, value in values.items():
        text = text.replace(marker, escape(value))
    text = _AT_NIGHT.sub("@media all" if dark else "@media not all", text)
    return _EITHER.sub(rf"color-scheme\g<1>{'dark' if dark else 'light'}", text)


def _problem(error: RenderingFailed, language: str) -> str:
    cause = error.__cause__
    said = cause if isinstance(cause, BadTemplate) else error
    title = i18n.translator(language)(_NO_LETTER)
    return (
        f'<!doctype html><html lang="{language}"><title>{escape(title)}</title>'
        f"<p><b>{escape(title)}</b></p>"
        f"<p>{escape(i18n.told(said, language))}</p></html>"
    )
