"""Read a letter in another language: /l/{token}/{lang}, from a link in the mail."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from newsletter.models import Edition
from newsletter.web import negotiation, published, readers
from newsletter.web.deps import Asked, Here, Reading, Site, Wishes, Writing
from newsletter.web.leaving import old_link
from newsletter.web.pages import frame
from newsletter.web.published import Letter
from subscribers import preferences
from subscribers.models import MailingList
from subscribers.tokens import Purpose

router = APIRouter()


@router.get("/l/{token}/{language}")
def read(
    token: str, language: str, wishes: Asked, here: Here, session: Reading
) -> HTMLResponse:
    """Show the letter in this language, and offer to keep it; nothing changes yet."""
    handles = here.settings.keys.read(Purpose.READ, token)
    letter = _letter(session, handles)
    if handles is None or letter is None:
        return old_link(here, wishes)
    return _page(here, session, token, letter, language, kept=False)


@router.post("/l/{token}/{language}")
def keep(
    token: str, language: str, wishes: Asked, here: Here, session: Writing
) -> HTMLResponse:
    """Send the reader their letters in this language from now on."""
    handles = here.settings.keys.read(Purpose.READ, token)
    letter = _letter(session, handles)
    if handles is None or letter is None:
        return old_link(here, wishes)
    reader = readers.find(session, handles[0], wishes)
    offered = reader.preferences.languages if reader else ()
    chosen = negotiation.match(language, offered)
    kept = bool(chosen) and preferences.set_language(
        session, handles[0], chosen or "", allowed=offered
    )
    return _page(here, session, token, letter, language, kept=kept)


def _letter(session: Session, handles: tuple[str, ...] | None) -> Letter | None:
    """Return the letter of a genuine token: one that names a reader and an issue."""
    if handles is None or len(handles) != 2:
        return None
    return published.by_handle(session, handles[1])


def _page(
    here: Site,
    session: Session,
    token: str,
    letter: Letter,
    language: str,
    *,
    kept: bool,
) -> HTMLResponse:
    edition = letter.exactly(language)
    shown = edition or letter.nearest(language)
    mailing_list = session.get_one(MailingList, letter.issue.list_id)
    own = frame(
        mailing_list,
        shown.language,
        offered=letter.languages,
        href=lambda tag: f"/l/{token}/{tag}",
    )
    if edition is None:
        return here.pages.answer("public/not_in_language.html", own.language, frame=own)
    return here.pages.answer(
        "public/letter.html",
        own.language,
        frame=own,
        edition=edition,
        article=published.at_home(edition.web, edition),
        canonical="",
        hidden=True,
        keep="" if kept else _offer(here, session, token, edition),
        kept=kept,
    )


def _offer(here: Site, session: Session, token: str, edition: Edition) -> str:
    """Return where the button that keeps this language posts to; "" without one.

    Whoever gets the letter in this language already, or left, is not asked.
    """
    handles = here.settings.keys.read(Purpose.READ, token) or ("",)
    reader = readers.find(session, handles[0], Wishes(None, ()))
    if reader is None or reader.has_left:
        return ""
    known = reader.preferences.language or reader.preferences.languages[0]
    same = negotiation.match(known, (edition.language,))
    offered = negotiation.match(edition.language, reader.preferences.languages)
    return "" if same or not offered else f"/l/{token}/{edition.language}"
