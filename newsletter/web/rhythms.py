"""The series for staff: what is prepared by itself, when next, how it went last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from newsletter import db, i18n, issues, series
from newsletter.i18n import N_
from newsletter.models import Series, Turn
from newsletter.series import Moment
from newsletter.web import sessions
from newsletter.web.deps import Here, Reading
from newsletter.web.sessions import SignedIn
from subscribers.models import MailingList

router = APIRouter(dependencies=[Depends(sessions.same_site)])

_COMING = 3  # moments

TURNS: Mapping[Turn, str] = {
    Turn.PREPARED: N_("the draft was prepared"),
    Turn.THIN: N_("too little news"),
    Turn.OPEN: N_("skipped: an earlier draft still waited"),
    Turn.MISSED: N_("missed: the program was not running"),
    Turn.UNAPPROVED: N_("not sent: nobody had approved it"),
}


@dataclass(frozen=True)
class Line:
    """One series in the list."""

    series: Series
    list_name: str
    title: str  # of the next issue
    rule: str  # in the language of the page
    coming: tuple[Moment, ...]
    zone: ZoneInfo
    turn: str  # what became of the last moment; a message to translate
    waiting: int | None  # the draft that waits for approval


@router.get("/series")
def every(
    visitor: SignedIn, here: Here, session: Reading, saved: str = ""
) -> HTMLResponse:
    """List all series with their next moments."""
    now = db.now(session)
    return here.pages.answer(
        "staff/series.html",
        visitor.language,
        visitor=visitor,
        saved=saved,
        lines=[
            _line(session, each, language=visitor.language, now=now)
            for each in series.every(session)
        ],
    )


def _line(session: Session, each: Series, *, language: str, now: datetime) -> Line:
    mailing_list = session.get_one(MailingList, each.list_id)
    waiting = series.open_draft(session, each)
    return Line(
        series=each,
        list_name=mailing_list.name_in(language),
        title=series.title_in(
            each.titles,
            i18n.translator(language).speaks,
            number=issues.next_number(session, each.list_id),
            on=(each.next_at or now).astimezone(ZoneInfo(each.timezone)).date(),
        ),
        rule=series.say(series.rule_of(each), language),
        coming=tuple(series.moments_of(each, now, count=_COMING)),
        zone=ZoneInfo(each.timezone),
        turn=TURNS[each.turn] if each.turn else "",
        waiting=waiting.id if waiting else None,
    )
