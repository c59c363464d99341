"""The letters for everybody: /{lang}/ and /{lang}/{slug}."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from newsletter.web import agreements, leads, pages, published, shelves, site
from newsletter.web.asgi import quiet
from newsletter.web.deps import Asked, Here, Reading, Site
from newsletter.web.failures import not_found
from newsletter.web.opened import opened
from newsletter.web.stamps import stamp
from subscribers import lists
from subscribers.clock import utcnow
from subscribers.models import MailingList

router = APIRouter()


@router.get("/")
def home(request: Request, wishes: Asked, here: Here, session: Reading) -> HTMLResponse:
    """Show the archive in the visitor's language, without sending them elsewhere."""
    language = wishes.language(site.languages(session, here))
    page = _archive(here, session, language, request)
    page.headers["Vary"] = "Accept-Language"
    return page


@router.get("/{language}")
@router.get("/{language}/")
def archive(
    language: str, request: Request, here: Here, session: Reading
) -> HTMLResponse:
    """Show every letter that was sent, by year; of one list with `?list=`."""
    return _archive(here, session, site.spoken(session, here, language), request)


@router.get("/{language}/{slug}")
def letter(language: str, slug: str, here: Here, session: Reading) -> HTMLResponse:
    """Show one letter to anyone: nothing in it belongs to a single reader."""
    tag = site.spoken(session, here, language)
    found = published.by_slug(session, slug)
    if found is None:
        raise not_found()
    mailing_list = session.get_one(MailingList, found.issue.list_id)
    edition = found.exactly(tag)
    own = pages.frame(
        mailing_list,
        edition.language if edition else tag,
        offered=found.languages,
        href=lambda other: f"/{other}/{slug}",
    )
    if edition is None:
        return here.pages.answer(
            "public/not_in_language.html", tag, status=404, frame=own
        )
    page = here.pages.answer(
        "public/letter.html",
        edition.language,
        frame=own,
        letter=found,
        edition=edition,
        article=published.at_home(edition.web, edition),
        open=opened(here.settings.base_url, session, found, edition, mailing_list),
        keep="",
        kept=False,
    )
    page.headers.update(quiet(here.settings.base_url))
    return page


def _archive(
    here: Site, session: Session, language: str, request: Request
) -> HTMLResponse:
    chosen = shelves.list_called(session, request.query_params.get("list", ""))
    shelf = shelves.arrange(
        published.listed(session, chosen), year=request.query_params.get("year", "")
    )
    query = f"?list={chosen.slug}" if chosen else ""
    offered = lists.offered(session)
    edition = shelf.latest.nearest(language) if shelf.latest else None
    page = here.pages.answer(
        "public/archive.html",
        language,
        frame=site.frame_of(here, session, language, lambda other: f"/{other}/{query}"),
        shelves=shelf,
        latest=edition,
        lead=leads.lead_of(edition) if edition else None,
        choices=[_Choice.of(each, language, chosen) for each in offered],
        chosen=chosen,
        query=query,
        names={each.id: each.name_in(language) for each in offered},
        form=_Form.of(here, chosen or offered[0], language)
        if chosen or len(offered) == 1
        else None,
        base=here.settings.base_url,
    )
    page.headers.update(quiet(here.settings.base_url))
    return page


@dataclass(frozen=True)
class _Choice:
    """One of several lists whose letters can be looked at alone."""

    slug: str
    name: str
    is_chosen: bool

    @classmethod
    def of(
        cls, mailing_list: MailingList, language: str, chosen: MailingList | None
    ) -> "_Choice":
        is_chosen = chosen is not None and chosen.id == mailing_list.id
        return cls(mailing_list.slug, mailing_list.name_in(language), is_chosen)


@dataclass(frozen=True)
class _Form:
    """The box to subscribe in: what it says, and what it sends along."""

    slug: str
    description: str
    words: str  # what is agreed to
    privacy_url: str
    stamp: str
    language: str  # the letter comes in

    @classmethod
    def of(cls, here: Site, mailing_list: MailingList, language: str) -> "_Form":
        return cls(
            mailing_list.slug,
            mailing_list.description_in(language),
            agreements.words_of(mailing_list, language),
            mailing_list.privacy_url,
            stamp(here.settings.keys, now=utcnow()),
            language if language in mailing_list.languages else "",
        )
