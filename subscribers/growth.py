"""How a list grows: counted once in a while, so that a page only reads."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import select as rows
from sqlmodel import Session, col, select

from subscribers.columns import table_of
from subscribers.models import (
    Consent,
    ConsentKind,
    Growth,
    MailingList,
    Subscriber,
    Subscription,
    SubscriptionState,
)

# Counting a million people takes a second or two: not at every look at a page.
_FRESH = timedelta(minutes=15)
# What a list was like before we counted is told from consents, so far back.
_BACK = 400
_DAY = timedelta(days=1)
_READING = (SubscriptionState.CONFIRMED, SubscriptionState.PAUSED)

GROWTH = table_of(Growth).c

Moves = dict[str, tuple[int, int]]  # by language: who came, who went


@dataclass
class Count:
    """What is to be written for a list: a row a day, the last one today's."""

    list_id: int
    at: datetime
    rows: list[Growth] = field(default_factory=list)


def due(session: Session, *, now: datetime) -> list[int]:
    """Return the lists that nobody has counted for a while."""
    counted = (
        select(Growth.list_id)
        .where(Growth.day == now.date(), Growth.counted_at > now - _FRESH)
        .distinct()
    )
    query = select(MailingList.id).where(col(MailingList.id).not_in(counted))
    return [list_id for list_id in session.exec(query) if list_id is not None]


def count(session: Session, list_id: int, *, now: datetime) -> Count:
    """Count a list as it stands; only reads, however long that takes.

    The first time, and after days without a clock, the days before are told by
    walking back from today: who came that day was not there the day before.
    """
    last: date | None = session.exec(
        select(func.max(Growth.day)).where(Growth.list_id == list_id)
    ).one()
    today = now.date()
    # Today's row is written anew, and so is the last one: its day went on after it.
    first = last or _begun(session, list_id, today)
    made = Count(list_id, now)
    members = _members(session, list_id)
    day = today
    while day >= first:
        moves = _moves(session, list_id, day)
        made.rows += _rows(made, day, members, moves)
        members = _before(members, moves)
        day -= _DAY
    return made


def keep(session: Session, counted: Count) -> None:
    """Write what was counted, over what an earlier count of the same days said."""
    for row in counted.rows:
        session.merge(row)
    session.flush()


class Day(NamedTuple):
    """A day of a list in one language; a tuple, since a page reads a year of them."""

    day: date
    language: str
    members: int
    joined: int
    departed: int


def of_list(session: Session, list_id: int, *, since: date) -> list[Day]:
    """Return the days of a list from `since` on, the oldest first."""
    query = (
        rows(*(GROWTH[name] for name in Day._fields))
        .where(GROWTH.list_id == list_id, GROWTH.day >= since)
        .order_by(GROWTH.day, GROWTH.language)
    )
    return [Day(*row) for row in session.execute(query)]


def moved(
    session: Session,
    list_id: int,
    *,
    kind: ConsentKind,
    since: datetime,
    until: datetime | None = None,
) -> int:
    """Count who came to a list, or left it, between two moments."""
    query = select(func.count()).where(
        Consent.list_id == list_id, Consent.kind == kind, col(Consent.at) >= since
    )
    if until is not None:
        query = query.where(col(Consent.at) < until)
    return session.exec(query).one()


def reasons(
    session: Session,
    list_id: int,
    *,
    since: datetime,
    until: datetime | None = None,
    limit: int,
) -> list[str]:
    """Return why people left between two moments, in their words, newest first."""
    query = select(Consent.evidence).where(
        Consent.list_id == list_id,
        Consent.kind == ConsentKind.WITHDRAWN,
        col(Consent.at) >= since,
    )
    if until is not None:
        query = query.where(col(Consent.at) < until)
    newest = session.exec(query.order_by(col(Consent.at).desc()).limit(20 * limit))
    written = [str(each["reason"]) for each in newest if each.get("reason")]
    return written[:limit]


def _begun(session: Session, list_id: int, today: date) -> date:
    begun: datetime | None = session.exec(
        select(func.min(Consent.at)).where(
            Consent.list_id == list_id, Consent.kind == ConsentKind.GRANTED
        )
    ).one()
    earliest = today - timedelta(days=_BACK)
    return max(begun.date(), earliest) if begun else today


def _members(session: Session, list_id: int) -> dict[str, int]:
    language = func.coalesce(Subscriber.language, "")
    query = (
        select(language, func.count())
        .join(Subscription, col(Subscription.subscriber_id) == col(Subscriber.id))
        .where(Subscription.list_id == list_id, col(Subscription.state).in_(_READING))
        .group_by(language)
    )
    return dict(session.exec(query).all())


def _moves(session: Session, list_id: int, day: date) -> Moves:
    start = datetime.combine(day, time(), UTC)
    # A person's language now; of somebody erased, that of what they agreed to.
    language = func.coalesce(Subscriber.language, Consent.language, "")
    found: Moves = {}
    for kind in ConsentKind:
        query = (
            select(language, func.count())
            .select_from(Consent)
            .outerjoin(Subscriber, col(Subscriber.id) == col(Consent.subscriber_id))
            .where(
                Consent.list_id == list_id,
                Consent.kind == kind,
                col(Consent.at) >= start,
                col(Consent.at) < start + _DAY,
            )
            .group_by(language)
        )
        for tag, many in session.exec(query).all():
            came, went = found.get(tag, (0, 0))
            granted = kind is ConsentKind.GRANTED
            found[tag] = (came + many, went) if granted else (came, went + many)
    return found


def _rows(
    made: Count, day: date, members: dict[str, int], moves: Moves
) -> list[Growth]:
    none = (0, 0)
    return [
        Growth(
            list_id=made.list_id,
            day=day,
            language=tag,
            members=members.get(tag, 0),
            joined=moves.get(tag, none)[0],
            departed=moves.get(tag, none)[1],
            counted_at=made.at,
        )
        for tag in sorted({*members, *moves})
    ]


def _before(members: dict[str, int], moves: Moves) -> dict[str, int]:
    """Return how many there were a day earlier; never fewer than nobody."""
    none = (0, 0)
    return {
        tag: max(members.get(tag, 0) - came + went, 0)
        for tag in {*members, *moves}
        for came, went in [moves.get(tag, none)]
    }
