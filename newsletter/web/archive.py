"""The letters for everybody: /{lang}/ and /{lang}/{slug}."""

from itertools import groupby

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from newsletter.web import published, site
from newsletter.web.deps import Asked, Here, Reading, Site
from newsletter.web.failures import not_found
from newsletter.web.pages import frame
from newsletter.web.published import Letter
from subscribers.models import MailingList

router = APIRouter()


@router.get("/")
def home(wishes: Asked, here: Here, session: Reading) -> HTMLResponse:
    """Show the archive in the visitor's language, without sending them elsewhere."""
    language = wishes.language(site.languages(session, here))
    page = _archive(here, session, language)
    page.headers["Vary"] = "Accept-Language"
    return page


@router.get("/{language}")
@router.get("/{language}/")
def archive(language: str, here: Here, session: Reading) -> HTMLResponse:
    """Show every letter that was sent, by year."""
    return _archive(here, session, site.spoken(session, here, language))


@router.get("/{language}/feed.xml")
def feed(language: str, here: Here, session: Reading) -> Response:
    """Send the latest letters as an Atom feed (RFC 4287)."""
    tag = site.spoken(session, here, language)
    text = here.pages.text(
        "public/feed.xml",
        tag,
        frame=site.frame_of(here, session, tag, str),
        letters=published.listed(session)[:20],
        base=_base(here),
    )
    return Response(text, media_type="application/atom+xml")


@router.get("/{language}/{slug}")
def letter(language: str, slug: str, here: Here, session: Reading) -> HTMLResponse:
    """Show one letter to anyone: nothing in it belongs to a single reader."""
    tag = site.spoken(session, here, language)
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
        hidden=found.issue.segment_id is not None or not mailing_list.public,
        keep="",
        kept=False,
    )


def _archive(here: Site, session: Session, language: str) -> HTMLResponse:
    return here.pages.answer(
        "public/archive.html",
        language,
        frame=site.frame_of(here, session, language, lambda other: f"/{other}/"),
        years=_by_year(published.listed(session)),
        base=_base(here),
    )


def _by_year(letters: list[Letter]) -> list[tuple[int, list[Letter]]]:
    years = groupby(letters, key=lambda letter: letter.day.year)
    return [(year, list(letters)) for year, letters in years]


def _base(here: Site) -> str:
    """Return the start of every absolute address: never what the Host header says."""
    return here.settings.base_url
