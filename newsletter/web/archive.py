"""The letters for everybody: /{lang}/ and /{lang}/{slug}, and how to get them."""

from collections.abc import Callable
from itertools import groupby

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from newsletter.web import negotiation, published
from newsletter.web.deps import Asked, Here, Reading, Site
from newsletter.web.failures import not_found
from newsletter.web.pages import Frame, frame
from newsletter.web.published import Letter
from subscribers import lists
from subscribers.models import MailingList

router = APIRouter()


@router.get("/")
def home(wishes: Asked, here: Here, session: Reading) -> HTMLResponse:
    """Show the archive in the visitor's language, without sending them elsewhere."""
    language = wishes.language(_languages(session, here))
    page = _archive(here, session, language)
    page.headers["Vary"] = "Accept-Language"
    return page


@router.get("/{language}")
@router.get("/{language}/")
def archive(language: str, here: Here, session: Reading) -> HTMLResponse:
    """Show every letter that was sent, by year."""
    return _archive(here, session, _spoken(session, here, language))


@router.get("/{language}/subscribe")
def subscribe(language: str, here: Here, session: Reading) -> HTMLResponse:
    """Say what the letter is, how to get it and how to leave (RFC 2369 List-Help)."""
    tag = _spoken(session, here, language)
    own = _frame(here, session, tag, lambda other: f"/{other}/subscribe")
    latest = next(iter(published.listed(session)), None)
    return here.pages.answer(
        "public/subscribe.html", tag, frame=own, latest=latest, base=_base(here)
    )


@router.get("/{language}/feed.xml")
def feed(language: str, here: Here, session: Reading) -> Response:
    """Send the latest letters as an Atom feed (RFC 4287)."""
    tag = _spoken(session, here, language)
    text = here.pages.text(
        "public/feed.xml",
        tag,
        frame=_frame(here, session, tag, str),
        letters=published.listed(session)[:20],
        base=_base(here),
    )
    return Response(text, media_type="application/atom+xml")


@router.get("/{language}/{slug}")
def letter(language: str, slug: str, here: Here, session: Reading) -> HTMLResponse:
    """Show one letter to anyone: nothing in it belongs to a single reader."""
    tag = _spoken(session, here, language)
    found = published.by_slug(session, slug)
    if found is None:
        raise not_found()
    mailing_list = session.get_one(MailingList, found.issue.list_id)
    edition = found.exactly(tag)
    own = frame(
        mailing_list,
        edition.language if edition else tag,
        offered=found.languages,
        href=lambda other: f"/{other}/{slug}",
    )
    if edition is None:
        return here.pages.answer(
            "public/not_in_language.html", tag, status=404, frame=own
        )
    return here.pages.answer(
        "public/letter.html",
        edition.language,
        frame=own,
        edition=edition,
        article=published.at_home(edition.web, edition),
        canonical=_base(here),
        hidden=found.issue.segment_id is not None,
        keep="",
        kept=False,
    )


def _archive(here: Site, session: Session, language: str) -> HTMLResponse:
    return here.pages.answer(
        "public/archive.html",
        language,
        frame=_frame(here, session, language, lambda other: f"/{other}/"),
        years=_by_year(published.listed(session)),
        base=_base(here),
    )


def _by_year(letters: list[Letter]) -> list[tuple[int, list[Letter]]]:
    years = groupby(letters, key=lambda letter: letter.day.year)
    return [(year, list(letters)) for year, letters in years]


def _frame(
    here: Site, session: Session, language: str, href: Callable[[str], str]
) -> Frame:
    """Return the frame of a page that belongs to no letter: the first list's."""
    mailing_list = next(iter(lists.every(session)), None)
    if mailing_list is None:
        return Frame(language, home=f"/{language}/")
    offered = _languages(session, here)
    return frame(mailing_list, language, offered=offered, href=href)


def _languages(session: Session, here: Site) -> list[str]:
    """Return the languages of the site: those of its lists, then the configured."""
    spoken = [tag for each in lists.every(session) for tag in each.languages]
    return list(dict.fromkeys([*spoken, *here.settings.languages]))


def _spoken(session: Session, here: Site, language: str) -> str:
    """Return the language an address names; raises 404 for what is none of ours."""
    offered = _languages(session, here)
    found = negotiation.match(language, offered)
    if found is None or found.lower() != language.lower():
        raise not_found()
    return found


def _base(here: Site) -> str:
    """Return the start of every absolute address: never what the Host header says."""
    return here.settings.base_url
