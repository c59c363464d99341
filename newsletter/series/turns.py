"""Take the turns of a series: a draft for each moment, once, or the reason why not."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CursorResult, or_, update
from sqlmodel import Session, col, select

from newsletter import notices
from newsletter.errors import NothingToPrepare
from newsletter.models import Issue, IssueState, Series, Turn
from newsletter.series import drafting, keeping
from newsletter.series.drafting import Proposal
from subscribers.models import MailingList


def due(session: Session, *, now: datetime) -> list[int]:
    """Return the series whose next issue is to be prepared by now."""
    query = select(Series).where(
        col(Series.active).is_(True), col(Series.next_at).is_not(None)
    )
    found = session.exec(query.order_by(col(Series.id))).all()
    return [series.id or 0 for series in found if _is_due(series, now)]


def take_turn(
    session: Session, series_id: int, *, now: datetime, late_limit: timedelta
) -> int | None:
    """Prepare the next issue of a series if it is time; return the issue's id if so.

    While there is too little news, or an earlier draft waits, the turn stays open
    until its moment. Of several processes that ask at once, one takes it.
    """
    series = session.get(Series, series_id)
    if series is None or not _is_due(series, now) or series.next_at is None:
        return None
    moment = series.next_at
    if now - moment > late_limit:
        _give_up(session, series, Turn.MISSED, now=now)
        return None
    waiting = open_draft(session, series)
    if waiting is not None:
        if now >= moment:
            _give_up(session, series, Turn.OPEN, now=now, waiting=waiting)
        return None
    proposal = _propose(session, series, moment, now)
    if proposal.is_thin:
        _wait_for_news(session, series, proposal, now=now)
        return None
    issue = _prepare(session, series, proposal, now=now)
    return issue.id if issue else None


def prepare_now(session: Session, series: Series, *, now: datetime) -> Issue:
    """Prepare the next issue although it is not time yet.

    Raises NothingToPrepare with the reason, when there is none to be made.
    """
    moment = series.next_at
    if moment is None or moment <= now:
        raise NothingToPrepare(
            "Series {series} has no next moment: newsletter series resume {series}.",
            series=str(series.id),
        )
    waiting = open_draft(session, series)
    if waiting is not None:
        raise NothingToPrepare(
            "Issue {issue} “{title}” still waits: approve it, or newsletter "
            "issues discard {issue}.",
            issue=str(waiting.id),
            title=waiting.title,
        )
    proposal = _propose(session, series, moment, now)
    if proposal.is_thin:
        raise NothingToPrepare(
            "There is too little news: {many} items, and at least {least} in "
            "one language are wanted.",
            many=len(proposal.collection.items),
            least=series.at_least,
        )
    issue = _prepare(session, series, proposal, now=now)
    if issue is None:
        raise NothingToPrepare("Somebody else has just prepared it.")
    return issue


def open_draft(session: Session, series: Series) -> Issue | None:
    """Return the draft of a series that still waits for somebody."""
    query = select(Issue).where(
        Issue.series_id == series.id, Issue.state == IssueState.DRAFT
    )
    return session.exec(query.order_by(col(Issue.id))).first()


def _is_due(series: Series, now: datetime) -> bool:
    if not series.active or series.next_at is None:
        return False
    opens = series.next_at - timedelta(hours=series.ahead)
    # However long ahead: what comes until the last moment is news of the last issue.
    if series.turn_at is not None and series.turn_at < series.next_at:
        opens = max(opens, series.turn_at)
    return opens <= now


def _propose(
    session: Session, series: Series, moment: datetime, now: datetime
) -> Proposal:
    """Return what could be made, while no other series of the list makes anything.

    Otherwise two of them would give two issues one number, and the same news.
    """
    query = select(MailingList).where(MailingList.id == series.list_id)
    session.exec(query.with_for_update(key_share=True)).one()
    return drafting.propose(session, series, moment=moment, now=now)


def _prepare(
    session: Session, series: Series, proposal: Proposal, *, now: datetime
) -> Issue | None:
    moment, found = proposal.moment, len(proposal.collection.items)
    following = keeping.moment_after(series, moment).at
    if not _move(
        session, series, moment, Turn.PREPARED, next_at=following, found=found
    ):
        return None
    issue = drafting.draft(session, series, proposal)
    if moment <= now:
        issue.send_at = None  # too late for that; whoever approves says when
    about = "prepared" if moment > now else "prepared late"
    _tell(session, proposal, about, now=now, issue=issue)
    return issue


def _wait_for_news(
    session: Session, series: Series, proposal: Proposal, *, now: datetime
) -> None:
    """Say once that there is too little; at the moment itself, give up."""
    moment, found = proposal.moment, len(proposal.collection.items)
    fresh = or_(
        col(Series.turn_at).is_(None),
        col(Series.turn_at) != moment,
        col(Series.turn) != Turn.THIN,
    )
    told = _move(session, series, moment, Turn.THIN, fresh, found=found)
    if told:
        _tell(session, proposal, "thin", now=now)
    if now >= moment:
        following = keeping.moment_after(series, moment).at
        _move(session, series, moment, Turn.THIN, next_at=following, found=found)


def _give_up(
    session: Session,
    series: Series,
    turn: Turn,
    *,
    now: datetime,
    waiting: Issue | None = None,
) -> None:
    moment = series.next_at
    if moment is None:
        return
    following = keeping.moment_after(series, max(moment, now)).at
    if not _move(session, series, moment, turn, next_at=following):
        return
    proposal = drafting.propose(session, series, moment=moment, now=now)
    _tell(session, proposal, turn.value, now=now, issue=waiting, following=following)


def _move(
    session: Session,
    series: Series,
    moment: datetime,
    turn: Turn,
    *conditions: ColumnElement[bool],
    **values: object,
) -> bool:
    """Write down what became of a moment, unless another process has done so."""
    session.flush()
    result = session.execute(
        update(Series)
        .where(
            col(Series.id) == series.id,
            col(Series.next_at) == moment,
            col(Series.active).is_(True),
            *conditions,
        )
        .values(turn=turn, turn_at=moment, **values)
    )
    session.refresh(series)
    assert isinstance(result, CursorResult)  # noqa: S101  # an UPDATE always is one
    return result.rowcount == 1


def _tell(
    session: Session,
    proposal: Proposal,
    about: str,
    *,
    now: datetime,
    issue: Issue | None = None,
    following: datetime | None = None,
) -> None:
    own = issue if about.startswith("prepared") else None

    def facts(language: str) -> dict[str, object]:
        known = drafting.facts(session, proposal, own, language)
        return known | {
            "about": about,
            "waiting": issue.title if issue else "",
            "next": following.isoformat() if following else "",
        }

    notices.tell_editors(
        session, proposal.mailing_list, facts=facts, issue=issue, now=now
    )
