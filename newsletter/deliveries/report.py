"""Count the ledger: totals per state and language, from the rows themselves."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, cast, func, literal_column, select, union_all
from sqlmodel import Session

from newsletter import i18n
from newsletter.deliveries.claiming import again, being_sent, due_rows
from newsletter.ledger import DELIVERY, being
from newsletter.models import DeliveryState, Edition, Issue, IssueState
from subscribers.columns import table_of

EDITION = table_of(Edition).c
ISSUE = table_of(Issue).c

Counting = Select[*tuple[Any, ...]]
_STATE = cast(DELIVERY.state, String)
# The states that partial indexes hold, an index each; but for those being sent.
_INDEXED = (
    (DeliveryState.QUEUED,),
    (DeliveryState.DEFERRED, DeliveryState.UNKNOWN),
    (DeliveryState.REJECTED,),
    (DeliveryState.SKIPPED, DeliveryState.CANCELLED),
)

Counts = dict[str, int]


@dataclass(frozen=True)
class Report:
    """How an issue stands: `states` and the totals of `languages` both make `total`."""

    id: int
    title: str
    state: IssueState
    send_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    late_by: int | None  # seconds
    paused_because: str
    total: int
    states: Counts
    languages: dict[str, Counts]

    @property
    def settled(self) -> int:
        """How many rows will not change by themselves any more."""
        return sum(
            self.states[state]
            for state in DeliveryState
            if state
            not in (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DEFERRED)
        )

    def as_json(self) -> dict[str, Any]:
        """Return the answer of `issues status --json`."""
        return {
            "id": self.id,
            "title": self.title,
            "state": self.state.value,
            "send_at": _iso(self.send_at),
            "started_at": _iso(self.started_at),
            "finished_at": _iso(self.finished_at),
            "late_by": self.late_by,
            "paused_because": self.paused_because,
            "total": self.total,
            "states": self.states,
            "languages": self.languages,
        }


def status(session: Session, issue: Issue) -> Report:
    """Return the report of an issue, at any moment of its life."""
    languages = _derived(session, issue) or _counted(session, issue)
    states = {
        state.value: sum(counts[state] for counts in languages.values())
        for state in DeliveryState
    }
    return Report(
        id=issue.id or 0,
        title=issue.title,
        state=issue.state,
        send_at=issue.send_at,
        started_at=issue.started_at,
        finished_at=issue.finished_at,
        late_by=issue.late_by,
        paused_because=i18n.retold(issue.paused_because, "en"),
        total=sum(states.values()),
        states=states,
        languages=languages,
    )


def _counted(session: Session, issue: Issue) -> dict[str, Counts]:
    """Count every row of an issue."""
    rows = session.execute(
        select(DELIVERY.language, DELIVERY.state, func.count())
        .where(DELIVERY.issue_id == issue.id)
        .group_by(DELIVERY.language, DELIVERY.state)
        .order_by(DELIVERY.language)
    ).all()
    languages: dict[str, Counts] = {}
    for language, state, count in rows:
        counts = languages.setdefault(language, {"total": 0, **_zero()})
        counts["total"] += count
        counts[state] += count
    return languages


def _derived(session: Session, issue: Issue) -> dict[str, Counts] | None:
    """Count the rows that some index holds: of all there are, the rest was accepted.

    Of a million rows nearly all are, or wait. None before the list is closed, and for
    issues of earlier versions, which did not keep how many each edition has.
    """
    query = select(EDITION.language, EDITION.readers).where(
        EDITION.issue_id == issue.id
    )
    readers = {row.language: row.readers or 0 for row in session.execute(query)}
    if issue.total is None or sum(readers.values()) != issue.total:
        return None
    # One statement, so that all of it is of one moment.
    parts = [*_by_index(issue), _in_hand(issue)]
    languages = {
        language: {"total": many, **_zero(), DeliveryState.ACCEPTED.value: many}
        for language, many in sorted(readers.items())
        if many
    }
    for language, state, count in session.execute(union_all(*parts)):
        languages[language][state] += count
        languages[language][DeliveryState.ACCEPTED.value] -= count
    return languages


def _by_index(issue: Issue) -> Iterator[Counting]:
    """Yield what counts the rows of an issue in each partial index."""
    for some in _INDEXED:
        # Where there is but one state, it is not read: then the index holds it all.
        state = literal_column(f"'{some[0].value}'") if len(some) == 1 else _STATE
        yield (
            select(DELIVERY.language, state, func.count())
            .where(DELIVERY.issue_id == issue.id, being(*some))
            .group_by(*((DELIVERY.language, _STATE)[: len(some)]))
        )


def _in_hand(issue: Issue) -> Counting:
    """Return what counts the rows that are being sent: few, over all issues."""
    return (
        select(
            DELIVERY.language,
            literal_column(f"'{DeliveryState.SENDING.value}'"),
            func.count(),
        )
        # Not by the index of the issue, which holds every row of it.
        .where(
            DELIVERY.issue_id + 0 == issue.id,
            being(DeliveryState.SENDING),
            DELIVERY.claimed_by >= "",
        )
        .group_by(DELIVERY.language)
    )


def anything_due(
    session: Session, *, now: datetime, issue_id: int | None = None
) -> bool:
    """Whether any row, of one issue or of all, may be tried now."""
    return any(
        session.execute(waiting.limit(1)).first() is not None
        for waiting in due_rows(session, issue_id, now)
    )


def anything_due_again(
    session: Session,
    issue_ids: Sequence[int],
    *,
    now: datetime,
    others: Collection[str] = (),
) -> bool:
    """Whether any row of these issues that was tried may be tried again now.

    `others` are relays besides the one that would try, see `retry`.
    """
    return any(
        session.execute(again(issue, now, others=others).limit(1)).first() is not None
        for issue in issue_ids
    )


def count_due(session: Session, *, now: datetime, limit: int) -> dict[int, int]:
    """Count the rows that may be tried now, per issue; to `limit`, for it is enough."""
    due: dict[int, int] = {}
    for issue in list(being_sent(session, None)):
        for waiting in due_rows(session, issue, now):
            some = waiting.order_by(None).limit(limit).subquery()
            rows = session.scalar(select(func.count()).select_from(some)) or 0
            due[issue] = min(limit, due.get(issue, 0) + rows)
    return {issue: rows for issue, rows in due.items() if rows}


def next_due(session: Session, issue: Issue) -> datetime | None:
    """Return when the next waiting row of an issue may be tried; None if none waits."""
    moments = session.execute(
        select(func.min(DELIVERY.due_at)).where(
            DELIVERY.issue_id == issue.id,
            being(DeliveryState.DEFERRED, DeliveryState.UNKNOWN),
        )
    )
    moment: datetime | None = moments.scalar_one()
    return moment


def of_subscriber(session: Session, subscriber_id: int) -> list[dict[str, Any]]:
    """Return the letters one person was sent, the newest first."""
    rows = session.execute(
        select(
            ISSUE.id,
            ISSUE.title,
            DELIVERY.language,
            DELIVERY.state,
            DELIVERY.attempt,
            DELIVERY.reply_code,
            DELIVERY.reply,
            DELIVERY.updated_at,
        )
        .join(table_of(Issue), ISSUE.id == DELIVERY.issue_id)
        .where(DELIVERY.subscriber_id == subscriber_id)
        .order_by(DELIVERY.id.desc())
    ).all()
    return [
        {
            "issue": row.id,
            "title": row.title,
            "language": row.language,
            "state": row.state.value,
            "attempt": row.attempt,
            "reply_code": row.reply_code,
            "reply": row.reply,
            "updated_at": _iso(row.updated_at),
        }
        for row in rows
    ]


def _zero() -> Counts:
    return {state.value: 0 for state in DeliveryState}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
