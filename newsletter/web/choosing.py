"""A reader's own choices: /p/{token}. Every form there is a POST of its own."""

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from newsletter.web import choices, readers, standing
from newsletter.web.choices import Said, Visit
from newsletter.web.deps import Asked, Form, Here, Reading, Site, Wishes, Writing
from newsletter.web.failures import not_found
from newsletter.web.leaving import nobody, old_link
from subscribers.tokens import Purpose

router = APIRouter()


@router.get("/p/{token}")
@router.get("/p/{token}/{choice}")
def look(token: str, wishes: Asked, here: Here, session: Reading) -> HTMLResponse:
    """Show what a reader has chosen, also where a form of the page was sent to."""
    handles = here.settings.keys.read(Purpose.PREFERENCES, token)
    if handles is None:
        return old_link(here, wishes)
    return _page(here, session, token, handles[0], wishes)


@router.post("/p/{token}")
@router.post("/p/{token}/{choice}")
def choose(
    token: str,
    form: Form,
    wishes: Asked,
    here: Here,
    session: Writing,
    choice: str = "language",
) -> HTMLResponse:
    """Do what one form asks for and say so; what makes no sense changes nothing."""
    handles = here.settings.keys.read(Purpose.PREFERENCES, token)
    if handles is None:
        return old_link(here, wishes)
    act = choices.ACTS.get(choice)
    if act is None:
        raise not_found()
    reader = readers.find(session, handles[0], wishes)
    if reader is None:
        return nobody(here, wishes, handles[0])
    said = act(Visit(session, here.settings.keys, reader, form))
    # From here on the page speaks the language that was just chosen.
    now = Wishes(said.language, wishes.browser) if said and said.language else wishes
    return _page(here, session, token, handles[0], now, said)


def _page(
    here: Site,
    session: Session,
    token: str,
    handle: str,
    wishes: Wishes,
    said: Said | None = None,
) -> HTMLResponse:
    reader = readers.find(session, handle, wishes)
    if reader is None:
        return nobody(here, wishes, handle)
    refused = bool(said and said.faulty)
    return here.pages.answer(
        "public/preferences.html",
        reader.language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
        frame=reader.frame(lambda language: f"/p/{token}?in={language}"),
        said=said,
        **standing.of(session, here.settings.keys, reader),
    )
