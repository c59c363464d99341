"""Results over time: how a list grows, how its last issues did; /results."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from sqlmodel import Session, col, select

from newsletter import db, deliveries, i18n
from newsletter.deliveries import Counts
from newsletter.models import DeliveryState, Issue, IssueState
from newsletter.web import charts, dispatch, sessions
from newsletter.web.charts import Bars, Lines
from newsletter.web.deps import Here, Reading, Site
from newsletter.web.sessions import SignedIn
from subscribers import growth
from subscribers.growth import Day
from subscribers.models import ConsentKind, MailingList

router = APIRouter(dependencies=[Depends(sessions.same_site)])

_MONTHS = 13  # this one, and a year of others
_ISSUES = 12
_LEFT = (IssueState.SENDING, IssueState.PAUSED, IssueState.SENT, IssueState.CANCELLED)


@dataclass(frozen=True)
class Month:
    """How many read a list when a month ended, or today; who came and who went."""

    words: str
    short: str
    members: dict[str, int]  # by language
    joined: int
    departed: int

    @property
    def total(self) -> int:
        """In all languages."""
        return sum(self.members.values())

    @property
    def change(self) -> int:
        """Those who came, less those who went."""
        return self.joined - self.departed


@dataclass(frozen=True)
class Grown:
    """The growth of a list, drawn and as figures."""

    languages: Sequence[str]  # the most read first
    months: Sequence[Month]
    lines: Lines
    bars: Bars


@dataclass(frozen=True)
class Past:
    """How one issue did."""

    id: int
    number: int
    title: str
    at: datetime
    zone: ZoneInfo
    total: int
    reached: int
    refused: int
    departed: int


@router.get("/results")
def results(
    visitor: SignedIn,
    here: Here,
    session: Reading,
    list: str = "",  # noqa: A002  # the word in the address
) -> HTMLResponse:
    """Show how a list grows and how its last issues did."""
    lists = session.exec(select(MailingList).order_by(col(MailingList.id))).all()
    wanted = visitor.person.list_id
    chosen = next(
        (each for each in lists if each.slug == list),
        next((each for each in lists if each.id == wanted), lists[0]),
    )
    past = _past(session, here, chosen)
    drawn = charts.dots(
        [(each.total, each.reached, each.refused, each.departed) for each in past]
    )
    return here.pages.answer(
        "staff/results.html",
        visitor.language,
        visitor=visitor,
        lists=lists,
        chosen=chosen,
        grown=grown(session, chosen, visitor.language, now=db.now(session)),
        past=[(each, dots) for each, dots in zip(past, drawn, strict=True)],
        chart=charts,
    )


def grown(
    session: Session, mailing_list: MailingList, language: str, *, now: datetime
) -> Grown | None:
    """Return the growth of a list over a year; None before anybody was counted."""
    today = now.date()
    begins = _first_of(today, back=_MONTHS - 1)
    days = growth.of_list(session, mailing_list.id or 0, since=begins)
    months = _months(days, language)
    if not any(month.total or month.joined for month in months):
        return None
    last = months[-1].members
    tags = sorted(
        {tag for month in months for tag in month.members},
        key=lambda tag: (-last.get(tag, 0), tag),
    )
    shown = [tag for tag in tags if tag]
    short = [month.short for month in months]
    return Grown(
        tags,
        months,
        charts.lines(
            {tag: [month.members.get(tag, 0) for month in months] for tag in shown},
            short,
        ),
        charts.bars([month.change for month in months], short),
    )


def _months(days: Sequence[Day], language: str) -> list[Month]:
    """Return the months of these days: each ends as its last day did."""
    found: dict[date, list[Day]] = {}
    for day in days:
        found.setdefault(day.day.replace(day=1), []).append(day)
    months = []
    for first, rows in sorted(found.items()):
        last = max(row.day for row in rows)
        months.append(
            Month(
                f"{i18n.month(first, language)} {first.year}",
                i18n.day_and_month(first, language)[1],
                {row.language: row.members for row in rows if row.day == last},
                sum(row.joined for row in rows),
                sum(row.departed for row in rows),
            )
        )
    return months


def _first_of(day: date, *, back: int) -> date:
    """Return the first day of the month so many months before."""
    for _ in range(back):
        day = day.replace(day=1) - timedelta(days=1)
    return day.replace(day=1)


def _past(session: Session, here: Site, mailing_list: MailingList) -> list[Past]:
    """Return the last issues of a list, the newest first."""
    query = (
        select(Issue)
        .where(
            Issue.list_id == mailing_list.id,
            col(Issue.state).in_(_LEFT),
            col(Issue.started_at).is_not(None),
            col(Issue.total).is_not(None),
        )
        .order_by(col(Issue.started_at).desc())
        .limit(_ISSUES)
    )
    found: list[Past] = []
    until: datetime | None = None
    for issue in session.exec(query).all():
        at = issue.started_at or issue.created_at
        states = _states(session, here, issue)
        departed = growth.moved(
            session, issue.list_id, kind=ConsentKind.WITHDRAWN, since=at, until=until
        )
        found.append(
            Past(
                issue.id or 0,
                issue.number,
                issue.title,
                at,
                ZoneInfo(issue.timezone),
                issue.total or 0,
                states[DeliveryState.ACCEPTED],
                states[DeliveryState.REJECTED],
                departed,
            )
        )
        until = at
    return found


def _states(session: Session, here: Site, issue: Issue) -> Counts:
    """Count the rows of an issue; of a large one on its way not at every look."""

    def make() -> Counts:
        return deliveries.status(session, issue).states

    if not dispatch.is_large(issue):
        return make()
    counts: Counts = here.audience.look(("states", issue.id, issue.state), make)
    return counts
