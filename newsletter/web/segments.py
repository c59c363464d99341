"""Segments for staff: saved rules over people, made with a form and counted live."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session, col, select

from newsletter import audit, db, deliveries, i18n
from newsletter.errors import WrongState
from newsletter.i18n import N_
from newsletter.models import Action, Issue, Role
from newsletter.web import conditions, filters, sessions
from newsletter.web.deps import Here, Reading, Site, Writing
from newsletter.web.failures import not_found
from newsletter.web.sessions import GenuineForm, SignedIn, Visitor
from subscribers import lists, rules, segments
from subscribers.errors import InvalidRule, ListNotFound, SegmentExists
from subscribers.models import Segment
from subscribers.sentences import Told

_may = sessions.allowed(Role.EDITOR)
router = APIRouter(dependencies=[Depends(sessions.same_site)])

Editor = Annotated[Visitor, Depends(_may)]

_TAKEN = N_("There is a segment of this name already.")
_INCOMPLETE = N_("A condition lacks a value that fits it, or the segment a name.")
_NO_CONDITION = N_("Choose at least one condition, and give the segment a name.")


@dataclass(frozen=True)
class Line:
    """One segment in the list."""

    segment: Segment
    words: str
    used: bool


@dataclass(frozen=True)
class Filled:
    """A form as it was filled in, and what is wrong with it."""

    name: str = ""
    rule: str = ""
    rows: tuple[conditions.Row, ...] = ()
    expert: bool = False  # the rule says more than rows can
    segment_id: int = 0
    problem: str = ""
    remark: str = ""


@router.get("/subscribers/segments")
def every(visitor: SignedIn, here: Here, session: Reading) -> HTMLResponse:
    """List the segments with what they say."""
    names = conditions.names_of(session, visitor.language)
    used = set(session.exec(select(Issue.segment_id).distinct()))
    lines = [
        Line(each, _said(each.rule, names, visitor.language), each.id in used)
        for each in segments.all_segments(session)
    ]
    return here.pages.answer(
        "staff/segments.html", visitor.language, visitor=visitor, lines=lines
    )


@router.get("/subscribers/segments/new")
def start(
    request: Request, visitor: Editor, here: Here, session: Reading
) -> HTMLResponse:
    """Begin a segment, with what of the people page’s filter a rule can say."""
    view = filters.of_query(session, visitor, request.query_params)
    rule = conditions.of_view(view.wanted)
    wanted = view.wanted
    lost = bool(wanted.search or wanted.group or wanted.import_id is not None)
    filled = _filled(Filled(rule=rule, remark="lost" if lost else ""))
    return _form(here, visitor, session, filled)


@router.get("/subscribers/segments/count")
def count(
    request: Request, visitor: SignedIn, here: Here, session: Reading
) -> HTMLResponse:
    """Count whom the conditions select now."""
    _ = i18n.translator(visitor.language)
    form = request.query_params
    try:
        rule = _rule(form)
        chosen = filters.of_query(session, visitor, {}).mailing_list
        found = segments.preview(
            session, chosen.id or 0, rule, now=db.now(session), sample=5
        )
        words = conditions.said(
            rules.parse(rule),
            conditions.names_of(session, visitor.language),
            visitor.language,
        )
    except (InvalidRule, ListNotFound) as error:
        found = None
        words = i18n.told(error, visitor.language) if form.get("rule") else ""
    return here.pages.answer(
        "staff/_segment_count.html",
        visitor.language,
        visitor=visitor,
        found=found,
        words=words,
    )


@router.post("/subscribers/segments/new")
def make(visitor: Editor, form: GenuineForm, here: Here, session: Writing) -> Response:
    """Save a new segment."""
    try:
        with session.begin_nested():
            segments.add(session, form.get("name", ""), _rule(form))
    except SegmentExists:
        return _form(here, visitor, session, _again(form, _TAKEN))
    except (InvalidRule, ListNotFound) as error:
        return _form(
            here,
            visitor,
            session,
            _again(form, _problem(form, error, visitor.language)),
        )
    _note(session, visitor, form)
    return _back()


@router.get("/subscribers/segments/{segment_id}")
def edit(
    segment_id: int, visitor: Editor, here: Here, session: Reading
) -> HTMLResponse:
    """Show a segment as the form that made it."""
    found = _found(session, segment_id)
    filled = Filled(name=found.name, rule=found.rule, segment_id=segment_id)
    return _form(here, visitor, session, _filled(filled))


@router.post("/subscribers/segments/{segment_id}")
def change(
    segment_id: int, visitor: Editor, form: GenuineForm, here: Here, session: Writing
) -> Response:
    """Give a segment another rule."""
    found = _found(session, segment_id)
    try:
        with session.begin_nested():
            deliveries.change_segment(session, found.name, _rule(form))
    except (InvalidRule, ListNotFound, WrongState) as error:
        said = _problem(form, error, visitor.language)
        filled = _again({**form, "name": found.name}, said, segment_id)
        return _form(here, visitor, session, filled)
    _note(session, visitor, form)
    return _back()


@router.post("/subscribers/segments/{segment_id}/remove", dependencies=[Depends(_may)])
def remove(segment_id: int, _form: GenuineForm, session: Writing) -> Response:
    """Forget a segment that no issue was made for."""
    deliveries.remove_segment(session, _found(session, segment_id).name)
    return _back()


def _rule(form: Mapping[str, str]) -> str:
    """Return the rule of a form: in its own words, or made of its conditions."""
    text = form.get("rule", "").replace("\0", "").strip()
    if form.get("expert") and text:
        return text
    return conditions.rule_of(conditions.of_form(form))


def _problem(form: Mapping[str, str], error: Told, language: str) -> str:
    """Return what is wrong: with the text of experts, word for word."""
    if form.get("expert") or isinstance(error, WrongState):
        return i18n.told(error, language)
    return _INCOMPLETE if form.get("k0") else _NO_CONDITION


def _filled(filled: Filled) -> Filled:
    rows = conditions.rows_of(filled.rule) if filled.rule else []
    return Filled(
        **{
            **vars(filled),
            "rows": tuple(rows or ()),
            "expert": rows is None,
        }
    )


def _again(form: Mapping[str, str], problem: str, segment_id: int = 0) -> Filled:
    return Filled(
        name=form.get("name", ""),
        rule=form.get("rule", ""),
        rows=tuple(conditions.of_form(form)),
        expert=bool(form.get("expert")),
        segment_id=segment_id,
        problem=problem,
    )


def _form(
    here: Site, visitor: Visitor, session: Session, filled: Filled
) -> HTMLResponse:
    problem = filled.problem
    return here.pages.answer(
        "staff/segment.html",
        visitor.language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        visitor=visitor,
        filled=filled,
        kinds=conditions.KINDS,
        most=conditions.ROWS,
        names=conditions.names_of(session, visitor.language),
        **_offered(session),
    )


def _offered(session: Session) -> dict[str, Any]:
    every = lists.every(session)
    return {
        "languages": list(dict.fromkeys(t for each in every for t in each.languages)),
        "tags_known": sorted({tag for each in every for tag in each.topics}),
    }


def _said(rule: str, names: conditions.Names, language: str) -> str:
    try:
        return conditions.said(rules.parse(rule), names, language)
    except InvalidRule:
        return rule


def _found(session: Session, segment_id: int) -> Segment:
    query = select(Segment).where(col(Segment.id) == segment_id)
    found = session.exec(query).first() if 0 < segment_id < 2**31 else None
    if found is None:
        raise not_found()
    return found


def _note(session: Session, visitor: Visitor, form: Mapping[str, str]) -> None:
    name = form.get("name", "")[:60]
    audit.note(session, visitor.person, Action.CHANGED_LIST, subject=name)


def _back() -> Response:
    return RedirectResponse("/subscribers/segments", HTTPStatus.SEE_OTHER)
