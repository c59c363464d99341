"""The feeds news comes from, for staff: /desk/sources."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from newsletter import audit, db, i18n
from newsletter.desk import reading, sources
from newsletter.desk.sources import Offered, Search
from newsletter.i18n import N_
from newsletter.items import links
from newsletter.models import Action, Role, Source
from newsletter.web import news, sessions
from newsletter.web.deps import Here, Reading, Site, Writing
from newsletter.web.failures import not_found
from newsletter.web.outline import Sign
from newsletter.web.sessions import GenuineForm, SignedIn, Visitor
from subscribers.clock import utcnow

router = APIRouter(dependencies=[Depends(sessions.same_site)])

Editor = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR))]

_FINE = Sign("✓", "ok", N_("works"))
_NEW = Sign("…", "info", N_("about to be fetched"))
_PAUSED = Sign("‖", "warn", N_("Paused"))
_FAILS = Sign("✕", "bad", N_("cannot be read"))
_BY_HAND = Sign("", "", N_("only when somebody asks"))

_REFUSALS = {
    "no address": N_("This is not a web address. It looks like https://example.org."),
    "none": N_(
        "We found no feed on this page. Its makers may know the feed’s address."
    ),
}


@dataclass(frozen=True)
class Line:
    """One source in the list."""

    source: Source
    title: str
    brought: int
    sign: Sign
    error: str
    fetched: str  # when it was last read, in words
    next_at: datetime | None


@router.get("/desk/sources")
def every(visitor: SignedIn, here: Here, session: Reading) -> HTMLResponse:
    """List the feeds and how they are doing."""
    return _page(here, visitor, session)


@router.post("/desk/sources")
def add(visitor: Editor, form: GenuineForm, here: Here) -> Response:
    """Add the feed at an address, or offer those that a website has.

    The web is asked before a transaction begins.
    """
    address, language = form.get("url", "").strip()[:2000], form.get("language", "")
    if address and "://" not in address:
        address = f"https://{address}"
    if form.get("found") and links.bare(address):
        search = Search((Offered(address, form.get("title", "")[:300]),))
    else:
        search = sources.look_for(address, here.settings)
    if len(search.feeds) == 1:
        with db.writing(here.engine) as session:
            _add(session, visitor, search.feeds[0], language)
        return RedirectResponse("/desk/sources", HTTPStatus.SEE_OTHER)
    with db.reading(here.engine) as session:
        return _page(
            here, visitor, session, search=search, address=address, chosen=language
        )


@router.post("/desk/sources/{source_id}")
def change(
    source_id: int, visitor: Editor, form: GenuineForm, session: Writing
) -> Response:
    """Fetch a source now, pause it, go on with it, or take it away."""
    source = session.get(Source, source_id) if 0 < source_id < 2**31 else None
    if source is None:
        raise not_found()
    verbs = {
        "fetch": sources.fetch_now,
        "go on": sources.fetch_now,
        "pause": sources.pause,
        "remove": sources.remove,
    }
    done = form.get("do", "")
    if done in verbs:
        verbs[done](session, source)
    elif done == "language":
        source.language = _tag(session, form.get("language", ""))
    _note(session, visitor, source, done)
    return RedirectResponse("/desk/sources", HTTPStatus.SEE_OTHER)


def _add(session: Session, visitor: Visitor, offered: Offered, language: str) -> None:
    source, new = sources.add(session, offered, language=_tag(session, language) or "")
    if new:
        _note(session, visitor, source, "add")


def _tag(session: Session, said: str) -> str | None:
    """Return one of the languages of our letters, None for "the feed says so"."""
    return said if said in reading.languages_of_letters(session) else None


def _note(session: Session, visitor: Visitor, source: Source, done: str) -> None:
    audit.note(
        session,
        visitor.person,
        Action.CHANGED_SOURCE,
        subject=source.title or links.bare(source.url)[:300],
        done=done[:20],
    )


def _page(
    here: Site,
    visitor: Visitor,
    session: Session,
    *,
    search: Search | None = None,
    address: str = "",
    chosen: str = "",
) -> HTMLResponse:
    lines = [
        _line(source, count, visitor.language, here)
        for source, count in sources.every(session)
    ]
    problem = _problem(search, visitor.language) if search else ""
    return here.pages.answer(
        "staff/sources.html",
        visitor.language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        visitor=visitor,
        headline=_headline(lines, visitor.language),
        lines=lines,
        languages=reading.languages_of_letters(session),
        offered=search.feeds if search else (),
        problem=problem,
        address=address,
        chosen=chosen,
        zone=here.settings.zone,
    )


def _problem(search: Search, language: str) -> str:
    if not search.failure:
        return ""
    if search.failure in _REFUSALS:
        return i18n.translator(language)(_REFUSALS[search.failure])
    return news.why(search.failure, language)


def _headline(lines: list[Line], language: str) -> str:
    say = i18n.translator(language)
    failing = sum(line.sign is _FAILS for line in lines)
    if not lines:
        return say(N_("No news comes by itself yet"))
    if failing:
        return say.ngettext(
            "One feed cannot be read", "{n} feeds cannot be read", failing
        )
    return say.ngettext(
        "News comes from one feed", "News comes from {n} feeds", len(lines)
    )


def _line(source: Source, brought: int, language: str, here: Site) -> Line:
    fetched = source.fetched_at
    zone = here.settings.zone
    return Line(
        source,
        title=source.title or links.host_of(source.url) or source.url,
        brought=brought,
        sign=_sign(source),
        error=news.why(source.error, language) if source.error else "",
        fetched=news.ago(fetched, language, zone=zone, now=utcnow()) if fetched else "",
        next_at=source.next_at,
    )


def _sign(source: Source) -> Sign:
    if source.paused:
        return _PAUSED
    if source.error:
        return _FAILS
    if not sources.is_on_web(source) or source.next_at is None:
        return _BY_HAND
    return _FINE if source.fetched_at else _NEW
