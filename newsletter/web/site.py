"""What pages that belong to no letter share: languages, frame, refusals."""

from collections.abc import Callable

from fastapi.responses import HTMLResponse
from sqlmodel import Session

from newsletter.web import failures, negotiation
from newsletter.web.deps import Site
from newsletter.web.pages import Frame, Link, frame
from subscribers import lists
from subscribers.models import MailingList


def frame_of(
    here: Site, session: Session, language: str, href: Callable[[str], str]
) -> Frame:
    """Return the frame of a page that belongs to no letter: the first open list's."""
    mailing_list = next(iter(lists.offered(session)), None)
    offered = languages(session, here)
    if mailing_list is None:
        links = tuple(Link(tag, href(tag)) for tag in offered)
        return Frame(language, home=f"/{language}/", languages=links)
    return frame(mailing_list, language, offered=offered, href=href)


def only_list(session: Session) -> MailingList | None:
    """Return the open list where there is one alone: then the site is about it."""
    offered = lists.offered(session)
    return offered[0] if len(offered) == 1 else None


def languages(session: Session, here: Site) -> list[str]:
    """Return the site's languages: those of open lists, then the configured ones."""
    spoken = [tag for each in lists.offered(session) for tag in each.languages]
    return list(dict.fromkeys([*spoken, *here.settings.languages]))


def spoken(session: Session, here: Site, language: str) -> str:
    """Return the language an address names; raises 404 for what is none of ours."""
    # A private list's letters have their addresses too, in its languages.
    private = [tag for each in lists.every(session) for tag in each.languages]
    offered = [*languages(session, here), *private]
    found = negotiation.match(language, offered)
    if found is None or found.lower() != language.lower():
        raise failures.not_found()
    return found


def refused(here: Site, language: str, status: int) -> HTMLResponse:
    """Return the page for a status in a language that is known already."""
    return failures.page(here, language, status)
