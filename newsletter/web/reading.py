"""Read a letter in another language: /l/{token}/{lang}, from a link in the mail."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from newsletter.models import Edition
from newsletter.web import negotiation, published, readers
from newsletter.web.asgi import quiet
from newsletter.web.deps import Asked, Here, Reading, Site, Wishes, Writing
from newsletter.web.leaving import nobody, old_link
from newsletter.web.pages import frame
from newsletter.web.published import Letter
from subscribers import preferences
from subscribers.models import MailingList
from subscribers.tokens import TEST_HANDLE, Purpose

router = APIRouter()


@dataclass(frozen=True)
class Opened:
    """A letter that one reader opened, asking for a language."""

    token: str
    handle: str
    letter: Letter
    language: str


@router.get("/l/{token}/{language}")
def read(
    token: str,
    language: str,
    wishes: Asked,
    here: Here,
    session: Reading,
    once: str = "",
) -> HTMLResponse:
    """Show the letter in this language, and offer to keep it; nothing changes yet.

    `once` is for those who want it this time only: the offer goes.
    """
    if _is_test(here, token):
        return nobody(here, Wishes(language, wishes.browser), TEST_HANDLE)
    opened = _open(here, session, token, language)
    if opened is None:
        return old_link(here, wishes)
    return _page(here, session, opened, may_keep=not once)


@router.post("/l/{token}/{language}")
def keep(
    token: str, language: str, wishes: Asked, here: Here, session: Writing
) -> HTMLResponse:
    """Send the reader their letters in this language from now on."""
    if _is_test(here, token):
        return nobody(here, Wishes(language, wishes.browser), TEST_HANDLE)
    opened = _open(here, session, token, language)
    if opened is None:
        return old_link(here, wishes)
    kept = _keep(session, opened)
    return _page(here, session, opened, may_keep=not kept, kept=kept)


def _is_test(here: Site, token: str) -> bool:
    """Whether a link comes from a test: of an issue that may be a draft still."""
    handles = here.settings.keys.read(Purpose.READ, token)
    return handles is not None and handles[0] == TEST_HANDLE


def _open(here: Site, session: Session, token: str, language: str) -> Opened | None:
    """Return what a genuine token opens: one that names a reader and an issue."""
    handles = here.settings.keys.read(Purpose.READ, token)
    if handles is None or len(handles) != 2:
        return None
    letter = published.by_handle(session, handles[1])
    return Opened(token, handles[0], letter, language) if letter else None


def _keep(session: Session, opened: Opened) -> bool:
    edition = opened.letter.exactly(opened.language)
    reader = readers.find(session, opened.handle, Wishes(None, ()))
    if edition is None or reader is None:
        return False
    offered = reader.preferences.languages
    chosen = negotiation.match(edition.language, offered)
    return chosen is not None and preferences.set_language(
        session, opened.handle, chosen, allowed=offered
    )


def _page(
    here: Site,
    session: Session,
    opened: Opened,
    *,
    may_keep: bool,
    kept: bool = False,
) -> HTMLResponse:
    letter, language = opened.letter, opened.language
    edition = letter.exactly(language)
    shown = edition or letter.nearest(language)
    mailing_list = session.get_one(MailingList, letter.issue.list_id)
    own = frame(
        mailing_list,
        shown.language,
        offered=letter.languages,
        href=lambda tag: f"/l/{opened.token}/{tag}",
    )
    if edition is None:
        return here.pages.answer("public/not_in_language.html", own.language, frame=own)
    page = here.pages.answer(
        "public/letter.html",
        own.language,
        frame=own,
        letter=letter,
        edition=edition,
        article=published.at_home(edition.web, edition),
        open=None,
        keep=_offer(session, opened, edition) if may_keep else "",
        kept=kept,
    )
    page.headers.update(quiet(here.settings.base_url))
    return page


def _offer(session: Session, opened: Opened, edition: Edition) -> str:
    """Return where the button that keeps this language posts to; "" without one.

    Whoever gets the letter in this language already, or left, is not asked.
    """
    reader = readers.find(session, opened.handle, Wishes(None, ()))
    if reader is None or reader.has_left:
        return ""
    same = negotiation.match(reader.first_language, (edition.language,))
    offered = negotiation.match(edition.language, reader.preferences.languages)
    return "" if same or not offered else f"/l/{opened.token}/{edition.language}"
