"""Leave a list: /u/{token}. Opening the page changes nothing, one POST does it all.

RFC 8058: the POST that mail services send in a reader's name carries no cookie and
no origin, may be labelled with any content type, and must never be redirected.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from newsletter import db, notices
from newsletter.web import agreements, readers, standing
from newsletter.web.deps import Asked, Form, Here, Reading, Site, Wishes, Writing
from newsletter.web.pages import Frame
from newsletter.web.readers import Reader
from subscribers import offers, optout, pausing, wordings
from subscribers.models import Channel
from subscribers.tokens import TEST_HANDLE, Purpose

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
    return question(here, session, token, reader, wishes)


@router.post("/u/{token}")
def leave(
    token: str, handle: Handle, form: Form, wishes: Asked, here: Here, session: Writing
) -> HTMLResponse:
    """Unsubscribe at once, by a button or by RFC 8058; anything else only shows."""
    if handle is None:
        return old_link(here, wishes)
    reader = readers.find(session, handle, wishes)
    channel = _channel(form)
    if reader is None or channel is None:
        return question(here, session, token, reader, wishes)
    everything = form.get("confirm") == "all"
    end = optout.unsubscribe_everywhere if everything else optout.unsubscribe
    left = end(session, handle, channel=channel, language=reader.language)
    if channel is Channel.ONE_CLICK:
        return here.pages.answer("public/left_briefly.html", reader.language)
    if left.changed:
        now = db.now(session)
        notices.tell_left(session, handle, language=reader.language, now=now)
    return page(
        here, session, "left", token, reader, everything=everything, thanks=False
    )


def old_link(here: Site, wishes: Wishes) -> HTMLResponse:
    """Say that a link leads nowhere, and offer a fresh one; the same for every bad one.

    The form posts to newsletter.web.relinking.
    """
    language = wishes.language(here.settings.languages)
    return here.pages.answer(
        "public/old_link.html",
        language,
        status=404,
        frame=Frame(language, home=f"/{language}/"),
        said=None,
    )


def nobody(here: Site, wishes: Wishes, handle: str) -> HTMLResponse:
    """Answer a genuine link whose reader or list is gone: they get nothing.

    A link in a test of an issue has no reader either, and says so.
    """
    language = wishes.language(here.settings.languages)
    own = Frame(language, home=f"/{language}/")
    name = "test_letter" if handle == TEST_HANDLE else "nobody"
    return here.pages.answer(f"public/{name}.html", language, frame=own)


def question(
    here: Site, session: Session, token: str, reader: Reader | None, wishes: Wishes
) -> HTMLResponse:
    """Show what somebody can do through this link now; nothing changes."""
    if reader is None:
        return nobody(here, wishes, handle_of(token, here) or "")
    name = "has_left" if reader.has_left else "leave"
    return page(here, session, name, token, reader, said="")


def page(
    here: Site, session: Session, name: str, token: str, reader: Reader, **values: Any
) -> HTMLResponse:
    """Return one of the pages about leaving."""
    handle = reader.preferences.handle
    own = here.settings.keys.sign(Purpose.PREFERENCES, handle)
    words = agreements.words_of(reader.mailing_list, reader.language)
    return here.pages.answer(
        f"public/{name}.html",
        reader.language,
        frame=reader.frame(lambda language: f"/u/{token}?in={language}"),
        reader=reader.preferences,
        action=f"/u/{token}",
        preferences=f"/p/{own}",
        others=_others(session, handle),
        can_undo=optout.can_undo(session, handle),
        words=words,
        agreed=wordings.digest(words),
        months=pausing.MONTHS,
        paused_on=standing.paused_on(reader),
        **values,
    )


def _others(session: Session, handle: str) -> bool:
    """Tell whether letters of other lists go to this reader as well."""
    offered = offers.listing(session, handle)
    return any(each.is_mailed for each in offered if each.handle != handle)


def _channel(form: dict[str, str]) -> Channel | None:
    """Return through what somebody asks to leave, None when nobody asked."""
    if form.get("List-Unsubscribe", "").strip() == "One-Click":
        return Channel.ONE_CLICK
    return Channel.PAGE if form.get("confirm") in {"1", "all"} else None
