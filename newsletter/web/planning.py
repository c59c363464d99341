"""A series made, changed, paused, resumed and removed: /series/new, /series/{id}."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from newsletter import db, i18n, series
from newsletter.errors import BadSeries
from newsletter.i18n import N_
from newsletter.models import Series
from newsletter.series import LAST, Plan, titles
from newsletter.web import cadence, sessions
from newsletter.web.cadence import Fields, Unclear
from newsletter.web.deps import Here, Reading, Site, Writing
from newsletter.web.failures import not_found
from newsletter.web.sessions import GenuineForm, SignedIn, Visitor
from newsletter.web.settings import chosen
from newsletter.web.settings.chosen import Admin
from subscribers import lists
from subscribers.models import MailingList

router = APIRouter(dependencies=[Depends(sessions.same_site)])

_COMING = 3  # moments
_LONGEST_AHEAD = 24 * 60  # hours
_MOST_ITEMS = 20

_NO_TITLE = N_(
    "A title is one line of 200 characters at most; it may hold {month}, {year}, "
    "{number} and {date}."
)
_NO_AHEAD = N_("Write a whole number of hours, from 1 to 1440.")
_NO_LEAST = N_("Write a whole number, from 1 to 20.")
_NO_ZONE = N_("Choose a time zone of the list.")


@dataclass
class _Draft:
    """A plan as somebody writes it, and what in it cannot work."""

    rhythm: Fields = field(default_factory=Fields)
    titles: Mapping[str, str] = field(default_factory=dict)
    timezone: str = ""
    ahead: str = "48"
    at_least: str = "3"
    errors: dict[str, str] = field(default_factory=dict)


@router.get("/series/new")
def new(
    visitor: SignedIn, here: Here, session: Reading, request: Request
) -> HTMLResponse:
    """Show the form, with the moments of what the address says already."""
    form = dict(request.query_params)
    own = lists.get(session, form.get("list") or None)
    draft = _read(form, own) if "kind" in form else _Draft(timezone=own.timezone)
    draft.errors.clear()  # nobody has asked for it to be kept
    return _page(here, visitor, session, own, draft)


@router.post("/series/new")
def add(visitor: Admin, form: GenuineForm, here: Here, session: Writing) -> Response:
    """Make a series."""
    own = lists.get(session, form.get("list") or None)
    draft = _read(form, own)
    plan = _plan(draft)
    if plan is None:
        return _page(here, visitor, session, own, draft)
    series.add(session, own, plan, now=db.now(session))
    chosen.changed(session, visitor, own, ["series"])
    return _back()


@router.get("/series/{series_id}")
def show(
    series_id: int, visitor: SignedIn, here: Here, session: Reading, request: Request
) -> HTMLResponse:
    """Show a series in the form, or what the address would make of it."""
    kept, own = _found(session, series_id)
    form = dict(request.query_params)
    draft = _read(form, own) if "kind" in form else _of(kept)
    draft.errors.clear()
    return _page(here, visitor, session, own, draft, kept=kept)


@router.post("/series/{series_id}")
def change(
    series_id: int, visitor: Admin, form: GenuineForm, here: Here, session: Writing
) -> Response:
    """Let a series follow another plan."""
    kept, own = _found(session, series_id)
    draft = _read(form, own)
    plan = _plan(draft)
    if plan is None:
        return _page(here, visitor, session, own, draft, kept=kept)
    series.change(session, kept, plan, now=db.now(session))
    chosen.changed(session, visitor, own, ["series"])
    return _back()


@router.post("/series/{series_id}/pause")
def pause(
    series_id: int, visitor: Admin, _form: GenuineForm, session: Writing
) -> Response:
    """Prepare nothing more for now."""
    kept, own = _found(session, series_id)
    series.pause(session, kept)
    chosen.changed(session, visitor, own, ["series"])
    return _back()


@router.post("/series/{series_id}/resume")
def resume(
    series_id: int, visitor: Admin, _form: GenuineForm, session: Writing
) -> Response:
    """Go on with the next moment from now."""
    kept, own = _found(session, series_id)
    series.resume(session, kept, now=db.now(session))
    chosen.changed(session, visitor, own, ["series"])
    return _back()


@router.post("/series/{series_id}/remove")
def remove(
    series_id: int, visitor: Admin, _form: GenuineForm, session: Writing
) -> Response:
    """Forget a series; its issues stay."""
    kept, own = _found(session, series_id)
    series.remove(session, kept)
    chosen.changed(session, visitor, own, ["series"])
    return _back()


def _found(session: Session, series_id: int) -> tuple[Series, MailingList]:
    if not 0 < series_id < 2**31:
        raise not_found()
    kept = series.get(session, series_id)
    return kept, session.get_one(MailingList, kept.list_id)


def _of(kept: Series) -> _Draft:
    return _Draft(
        cadence.of_rule(series.rule_of(kept)),
        kept.titles,
        kept.timezone,
        str(kept.ahead),
        str(kept.at_least),
    )


def _read(form: Mapping[str, str], own: MailingList) -> _Draft:
    words = chosen.worded(form, "title", own.languages)
    # One for every other language may have been given on the command line.
    if form.get("title.", "").strip():
        words[""] = form["title."].strip()
    return _Draft(
        cadence.read(form),
        {tag: said for tag, said in words.items() if said},
        form.get("timezone", own.timezone),
        form.get("ahead", "").strip(),
        form.get("at_least", "").strip(),
    )


def _plan(draft: _Draft) -> Plan | None:
    """Return the plan, or None once the draft knows what is wrong with it."""
    rule = _rule(draft)
    for tag, words in draft.titles.items() or {"": ""}.items():
        try:
            titles.require({tag: words})
        except BadSeries:
            draft.errors[f"title.{tag}"] = _NO_TITLE
    if draft.timezone not in available_timezones():
        draft.errors["timezone"] = _NO_ZONE
    ahead = _number(draft.ahead, most=_LONGEST_AHEAD)
    at_least = _number(draft.at_least, most=_MOST_ITEMS)
    draft.errors |= {} if ahead else {"ahead": _NO_AHEAD}
    draft.errors |= {} if at_least else {"at_least": _NO_LEAST}
    if draft.errors:
        return None
    return Plan(draft.titles, rule, draft.timezone, ahead, at_least)


def _rule(draft: _Draft) -> str:
    try:
        return cadence.rule_of(draft.rhythm)
    except Unclear as unclear:
        draft.errors[unclear.field] = unclear.message
        return ""


def _number(text: str, *, most: int) -> int:
    """Return a number from 1 to `most`, 0 for anything else."""
    plain = text.isascii() and text.isdecimal() and len(text) < 6
    return int(text) if plain and int(text) <= most else 0


def _page(
    here: Site,
    visitor: Visitor,
    session: Session,
    own: MailingList,
    draft: _Draft,
    *,
    kept: Series | None = None,
) -> HTMLResponse:
    language = visitor.language
    say = i18n.translator(language)
    values: dict[str, Any] = {
        "visitor": visitor,
        "own": own,
        "lists": lists.every(session),
        "kept": kept,
        "draft": draft,
        "errors": draft.errors,
        "said": series.say(series.rule_of(kept), language) if kept else "",
        "weekdays": [series.weekday_name(day, language) for day in range(7)],
        "ordinals": {nth: say(words) for nth, words in series.ORDINALS.items()},
        "last": LAST,
        "zones": sorted(available_timezones()),
    }
    return here.pages.answer(
        "staff/rhythm.html",
        language,
        status=422 if draft.errors else 200,
        **values,
        **_coming(draft, language, db.now(session)),
    )


def _coming(draft: _Draft, language: str, now: datetime) -> dict[str, Any]:
    """Return the moments of a draft whose rhythm is clear, and the rhythm in words."""
    try:
        rule = series.read(cadence.rule_of(draft.rhythm))
    except Unclear as unclear:
        return {"coming": [], "rhythm": "", "unclear": unclear.message, "zone": None}
    known = draft.timezone in available_timezones()
    zone = ZoneInfo(draft.timezone if known else "UTC")
    return {
        "coming": series.several(rule, zone, now, count=_COMING),
        "rhythm": series.say(rule, language),
        "unclear": "",
        "zone": zone,
    }


def _back() -> Response:
    return RedirectResponse("/series?saved=1", HTTPStatus.SEE_OTHER)
