"""Leave a list: /u/{token}. Opening the page changes nothing, one POST does it all.

RFC 8058: the POST that mail services send in a reader's name carries no cookie and
no origin, may be labelled with any content type, and must never be redirected.
"""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from newsletter.web import readers
from newsletter.web.deps import Asked, Form, Here, Reading, Site, Wishes, Writing
from newsletter.web.pages import Frame
from newsletter.web.readers import Reader
from subscribers import optout
from subscribers.models import Channel
from subscribers.tokens import Purpose

router = APIRouter()


def handle_of(token: str, here: Here) -> str | None:
    """Return the handle a genuine token names; the database is not asked."""
    handles = here.settings.keys.read(Purpose.UNSUBSCRIBE, token)
    return handles[0] if handles else None


Handle = Annotated[str | None, Depends(handle_of)]


@router.get("/u/{token}")
def ask(
    token: str, handle: Handle, wishes: Asked, here: Here, session: Reading
) -> HTMLResponse:
    """Show the one button."""
    if handle is None:
        return old_link(here, wishes)
    reader = readers.find(session, handle, wishes)
    return _question(here, token, reader, wishes)


@router.post("/u/{token}")
def leave(
    token: str, handle: Handle, form: Form, wishes: Asked, here: Here, session: Writing
) -> HTMLResponse:
    """Unsubscribe at once, by the button or by RFC 8058; anything else only shows."""
    if handle is None:
        return old_link(here, wishes)
    reader = readers.find(session, handle, wishes)
    channel = _channel(form)
    if reader is None or channel is None:
        return _question(here, token, reader, wishes)
    optout.unsubscribe(session, handle, channel=channel, language=reader.language)
    if channel is Channel.ONE_CLICK:
        return here.pages.answer("public/left_briefly.html", reader.language)
    return _page(here, "public/left.html", token, reader)


@router.get("/u/{token}/undo")
def offer_undo(
    token: str, handle: Handle, wishes: Asked, here: Here, session: Reading
) -> HTMLResponse:
    """Show where somebody stands; coming back takes the button."""
    return ask(token, handle, wishes, here, session)


@router.post("/u/{token}/undo")
def undo(
    token: str, handle: Handle, wishes: Asked, here: Here, session: Writing
) -> HTMLResponse:
    """Take the unsubscribing back, or say how to come back later."""
    if handle is None:
        return old_link(here, wishes)
    reader = readers.find(session, handle, wishes)
    if reader is None:
        return _question(here, token, reader, wishes)
    back = not reader.has_left or optout.undo(session, handle)
    name = "public/stayed.html" if back else "public/too_late.html"
    return _page(here, name, token, reader)


def old_link(here: Site, wishes: Wishes) -> HTMLResponse:
    """Say that a link leads nowhere, and what to do; the same for every bad one."""
    language = wishes.language(here.settings.languages)
    return here.pages.answer(
        "public/old_link.html",
        language,
        status=404,
        frame=Frame(language, home=f"/{language}/"),
    )


def nobody(here: Site, wishes: Wishes) -> HTMLResponse:
    """Answer a genuine link whose reader or list is gone: they get nothing."""
    language = wishes.language(here.settings.languages)
    own = Frame(language, home=f"/{language}/")
    return here.pages.answer("public/nobody.html", language, frame=own)


def _question(
    here: Site, token: str, reader: Reader | None, wishes: Wishes
) -> HTMLResponse:
    if reader is None:
        return nobody(here, wishes)
    name = "public/has_left.html" if reader.has_left else "public/leave.html"
    return _page(here, name, token, reader)


def _page(here: Site, name: str, token: str, reader: Reader) -> HTMLResponse:
    own = here.settings.keys.sign(Purpose.PREFERENCES, reader.preferences.handle)
    return here.pages.answer(
        name,
        reader.language,
        frame=reader.frame(lambda language: f"/u/{token}?in={language}"),
        reader=reader.preferences,
        action=f"/u/{token}",
        preferences=f"/p/{own}",
    )


def _channel(form: dict[str, str]) -> Channel | None:
    """Return through what somebody asks to leave, None when nobody asked."""
    if form.get("List-Unsubscribe", "").strip() == "One-Click":
        return Channel.ONE_CLICK
    return Channel.PAGE if form.get("confirm") == "1" else None
