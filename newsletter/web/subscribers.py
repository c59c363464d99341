"""The people of a list for staff: how many, who, found by what is known of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import func
from sqlmodel import Session, col, select

from newsletter import db, i18n
from newsletter.i18n import N_
from newsletter.models import Delivery, DeliveryState, Issue, Role
from newsletter.web import filters, headcount, sessions
from newsletter.web.deps import Here, Reading, Site
from newsletter.web.filters import View
from newsletter.web.headcount import GROUPS
from newsletter.web.outline import Sign
from newsletter.web.sessions import SignedIn, Visitor
from subscribers import directory, figures, importing, segments
from subscribers.directory import Entry, Order
from subscribers.models import Import, MailingList

router = APIRouter(dependencies=[Depends(sessions.same_site)])

Editor = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR))]

_MANY = 50  # people on a page

# What became of somebody's last letter, in a word or two.
LETTERS: Mapping[DeliveryState, Sign] = {
    DeliveryState.QUEUED: Sign("…", "", N_("in the queue")),
    DeliveryState.SENDING: Sign("→", "", N_("on its way")),
    DeliveryState.ACCEPTED: Sign("✓", "", N_("accepted")),
    DeliveryState.DEFERRED: Sign("◷", "", N_("tried again later")),
    DeliveryState.REJECTED: Sign("✕", "bad", N_("refused")),
    DeliveryState.UNKNOWN: Sign("?", "warn", N_("not known")),
    DeliveryState.SKIPPED: Sign("–", "", N_("not sent")),
    DeliveryState.CANCELLED: Sign("–", "", N_("not sent")),
}
# The filter in words, for a number of people that is known.
_SHOWN: Mapping[directory.Group | None, tuple[str, str]] = {
    None: (N_("Showing one person."), N_("Showing {many} people.")),
    directory.Group.ACTIVE: (
        N_("Showing one person who gets the letter."),
        N_("Showing {many} people who get the letter."),
    ),
    directory.Group.WAITING: (
        N_("Showing one person who has not confirmed."),
        N_("Showing {many} people who have not confirmed."),
    ),
    directory.Group.PAUSED: (
        N_("Showing one person who pauses."),
        N_("Showing {many} people who pause."),
    ),
    directory.Group.LEFT: (
        N_("Showing one person who has left."),
        N_("Showing {many} people who have left."),
    ),
    directory.Group.STOPPED: (
        N_("Showing one person to whom no mail goes any more."),
        N_("Showing {many} people to whom no mail goes any more."),
    ),
}


Letter = tuple[int | None, DeliveryState]  # the number of its issue, what became of it


@dataclass(frozen=True)
class Line:
    """Somebody in the list."""

    entry: Entry
    sign: Sign
    source: str  # what they came by, in words
    letter: str  # the number of the last issue that went to them
    outcome: Sign | None


@dataclass(frozen=True)
class Page:
    """Some people, and where there are more."""

    lines: Sequence[Line]
    older: str  # the address of the next page; may be empty
    total: int | None  # None: not counted


@router.get("/subscribers")
def every(
    request: Request, visitor: SignedIn, here: Here, session: Reading, after: int = 0
) -> HTMLResponse:
    """Show how many there are, and the first of those who are wanted."""
    view = filters.of_query(session, visitor, request.query_params)
    now = db.now(session)
    counted = headcount.of_list(
        session, here.counted, view.mailing_list, visitor.language, wait=False, now=now
    )
    at_once = _is_quick(view, counted) or "now" in request.query_params
    shown = None
    if visitor.may_write and at_once:
        shown = _page(session, view, visitor.language, after=after, now=now)
    return here.pages.answer(
        "staff/subscribers.html",
        visitor.language,
        visitor=visitor,
        shown=shown,
        **_frame(session, here, view, counted),
        **_filters(session, view, visitor),
        sentence=_sentence(session, here, view, shown, visitor.language, now),
    )


@router.get("/subscribers/figures")
def count(
    request: Request, visitor: SignedIn, here: Here, session: Reading
) -> HTMLResponse:
    """Return the top of the page once a long list is counted."""
    view = filters.of_query(session, visitor, request.query_params)
    now = db.now(session)
    counted = headcount.of_list(
        session, here.counted, view.mailing_list, visitor.language, wait=True, now=now
    )
    return here.pages.answer(
        "staff/_headcount.html",
        visitor.language,
        visitor=visitor,
        **_frame(session, here, view, counted),
    )


@router.get("/subscribers/people")
def some(
    request: Request, visitor: Editor, here: Here, session: Reading, after: int = 0
) -> HTMLResponse:
    """Return the people alone, of a long list that is searched."""
    view = filters.of_query(session, visitor, request.query_params)
    now = db.now(session)
    may = visitor.may_write
    shown = (
        _page(session, view, visitor.language, after=after, now=now) if may else None
    )
    return here.pages.answer(
        "staff/_people.html",
        visitor.language,
        visitor=visitor,
        view=view,
        groups=GROUPS,
        shown=shown,
        zone=_zone(view.mailing_list),
        sentence=_sentence(session, here, view, shown, visitor.language, now),
        tags_known=_tags(view.mailing_list),
    )


@router.get("/subscribers/many")
def how_many(
    request: Request, visitor: SignedIn, here: Here, session: Reading
) -> HTMLResponse:
    """Return the sentence that says whom the page shows, once they are counted."""
    view = filters.of_query(session, visitor, request.query_params)
    many = directory.count(session, view.wanted, now=db.now(session))
    return here.pages.answer(
        "staff/_many.html",
        visitor.language,
        status=HTTPStatus.OK,
        sentence=said(view, many, visitor.language),
        view=view,
        many=many,
        counting=False,
    )


def said(view: View, many: int, language: str) -> str:
    """Return whom a view shows, in a sentence with their number."""
    _ = i18n.translator(language)
    if not many:
        return _("Nobody here is like that.")
    one, several = _SHOWN[view.wanted.group]
    return _(one) if many == 1 else _(several, many=i18n.number(many, language))


def _is_quick(view: View, counted: headcount.Headcount) -> bool:
    """Whether the people are found while the page waits: always, on a short list."""
    known = counted.figures
    if known is not None and known.total <= figures.FEW:
        return True
    sorted_by_address = view.order is Order.ADDRESS and not view.is_all
    return view.wanted.is_plain and not sorted_by_address


def _page(
    session: Session, view: View, language: str, *, after: int, now: datetime
) -> Page:
    found = directory.page(
        session,
        view.wanted,
        order=view.order,
        after=after if 0 < after < 2**31 else 0,
        limit=_MANY + 1,
        now=now,
    )
    shown, more = found[:_MANY], len(found) > _MANY
    lines = _lines(session, shown, language)
    last = shown[-1].subscription.id if more else 0
    complete = not more and not after
    return Page(
        lines,
        older=view.address(after=last) if more else "",
        total=len(shown) if complete else None,
    )


def _lines(session: Session, shown: Sequence[Entry], language: str) -> list[Line]:
    letters = _last_letters(session, [each.subscriber.id or 0 for each in shown])
    ids = {each.subscription.import_id for each in shown} - {None}
    query = select(Import).where(col(Import.id).in_(ids))
    files = {each.id: each.filename for each in session.exec(query)} if ids else {}
    return [_line(each, letters, files, language) for each in shown]


def _line(
    entry: Entry,
    letters: Mapping[int, Letter],
    files: Mapping[int | None, str],
    language: str,
) -> Line:
    number, state = letters.get(entry.subscriber.id or 0, (None, None))
    _ = i18n.translator(language)
    brought = entry.subscription.import_id
    file = files.get(brought, "")
    return Line(
        entry,
        GROUPS[entry.group],
        source=_("import “{file}”", file=file) if brought else _("form or by hand"),
        letter=i18n.number(number, language) if number else "",
        outcome=LETTERS[state] if state else None,
    )


def _last_letters(session: Session, ids: Sequence[int]) -> dict[int, Letter]:
    """Return the number and the outcome of the last letter of each, by subscriber."""
    if not ids:
        return {}
    mine = col(Delivery.subscriber_id)
    latest = select(func.max(Delivery.id)).where(mine.in_(ids)).group_by(mine)
    query = (
        select(Delivery.subscriber_id, Issue.number, Delivery.state)
        .join(Issue, col(Issue.id) == col(Delivery.issue_id))
        .where(col(Delivery.id).in_(list(session.exec(latest))))
    )
    return {
        person or 0: (number, DeliveryState(state))
        for person, number, state in session.exec(query)
    }


def _frame(
    session: Session, here: Site, view: View, counted: headcount.Headcount
) -> dict[str, Any]:
    return {
        "view": view,
        "lists": filters.every_list(session),
        "counted": counted,
        "groups": GROUPS,
        "zone": _zone(view.mailing_list),
        "public": here.settings.base_url,
    }


def _filters(session: Session, view: View, visitor: Visitor) -> dict[str, Any]:
    listed = [
        each
        for each in importing.listing(session, limit=20)
        if each.mailing_list.id == view.wanted.list_id
    ]
    return {
        "imports": listed,
        "segments": segments.all_segments(session) if visitor.may_write else [],
        "tags_known": _tags(view.mailing_list),
        "orders": ORDERS,
    }


ORDERS: Mapping[Order, str] = {
    Order.NEWEST: N_("Newest first"),
    Order.OLDEST: N_("Oldest first"),
    Order.ADDRESS: N_("By address"),
}


def _tags(mailing_list: MailingList) -> list[str]:
    return sorted(mailing_list.topics)


def _zone(mailing_list: MailingList) -> ZoneInfo:
    return ZoneInfo(mailing_list.timezone)


def _sentence(
    session: Session,
    here: Site,
    view: View,
    shown: Page | None,
    language: str,
    now: datetime,
) -> str:
    """Say whom the page shows; empty where that must be counted beside the page."""
    if shown is None:
        return ""
    if shown.total is not None:
        return said(view, shown.total, language)
    many = _known(session, here, view, now)
    return "" if many is None else said(view, many, language)


def _known(session: Session, here: Site, view: View, now: datetime) -> int | None:
    """Return how many are wanted, where that is known or quickly counted."""
    wanted = view.wanted
    if figures.are_few(session, wanted.list_id):
        return directory.count(session, wanted, now=now)
    kept = here.counted.of(
        wanted.list_id, after=datetime.min.replace(tzinfo=now.tzinfo)
    )
    if kept is None or not wanted.is_plain:
        return None
    spoken = kept.languages(wanted.group)
    if wanted.language is None:
        return sum(spoken.values())
    tag = None if wanted.language == directory.NOBODY else wanted.language
    return spoken.get(tag, 0)
