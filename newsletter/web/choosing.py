"""A reader's own choices: /p/{token}."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from newsletter.web import readers
from newsletter.web.deps import Asked, Form, Here, Reading, Site, Wishes, Writing
from newsletter.web.leaving import nobody, old_link
from newsletter.web.readers import Reader
from subscribers import preferences
from subscribers.tokens import Purpose

router = APIRouter()


@router.get("/p/{token}")
def look(token: str, wishes: Asked, here: Here, session: Reading) -> HTMLResponse:
    """Show what a reader has chosen."""
    handles = here.settings.keys.read(Purpose.PREFERENCES, token)
    if handles is None:
        return old_link(here, wishes)
    reader = readers.find(session, handles[0], wishes)
    return _page(here, token, reader, wishes, saved=False)


@router.post("/p/{token}")
def choose(
    token: str, form: Form, wishes: Asked, here: Here, session: Writing
) -> HTMLResponse:
    """Save the language and show the page in it; an unknown language saves nothing."""
    handles = here.settings.keys.read(Purpose.PREFERENCES, token)
    if handles is None:
        return old_link(here, wishes)
    reader = readers.find(session, handles[0], wishes)
    chosen = form.get("language", "")
    if reader is None or chosen not in reader.preferences.languages:
        return _page(here, token, reader, wishes, saved=False)
    allowed = reader.preferences.languages
    preferences.set_language(session, handles[0], chosen, allowed=allowed)
    # From here on the page speaks the language that was just chosen.
    now = Wishes(chosen, wishes.browser)
    return _page(here, token, readers.find(session, handles[0], now), now, saved=True)


def _page(
    here: Site, token: str, reader: Reader | None, wishes: Wishes, *, saved: bool
) -> HTMLResponse:
    if reader is None:
        return nobody(here, wishes)
    own = here.settings.keys.sign(Purpose.UNSUBSCRIBE, reader.preferences.handle)
    return here.pages.answer(
        "public/preferences.html",
        reader.language,
        frame=reader.frame(lambda language: f"/p/{token}?in={language}"),
        reader=reader.preferences,
        action=f"/p/{token}",
        leave=f"/u/{own}",
        saved=saved,
    )
