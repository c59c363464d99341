"""Look many people of a list up, as staff do: filtered, in an order, page by page."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    not_,
    or_,
    text,
    tuple_,
)
from sqlalchemy import select as rows
from sqlmodel import Session, col, select

from subscribers import segments
from subscribers.columns import table_of
from subscribers.models import (
    Subscriber,
    SubscriberTag,
    Subscription,
    SubscriptionState,
    Suppression,
)

# As many ids are looked up one by one sooner than found on a walk over everybody.
NARROW = 2000
_DAYS = ("since", "until")
NOBODY = "none"  # as a language: those who never said one


class Group(StrEnum):
    """How somebody stands with a list, as staff see it."""

    ACTIVE = "active"  # gets the letter
    WAITING = "waiting"  # has not confirmed yet
    PAUSED = "paused"
    LEFT = "left"
    STOPPED = "stopped"  # on the list, but mail to the address is stopped


class Order(StrEnum):
    """In which order people are listed."""

    NEWEST = "newest"
    OLDEST = "oldest"
    ADDRESS = "address"


@dataclass(frozen=True)
class Wanted:
    """Whom of a list to look at; what is empty or None leaves everybody in."""

    list_id: int
    group: Group | None = None
    language: str | None = None  # NOBODY: those who never said one
    search: str = ""  # a part of the name or the address
    tag: str = ""
    since: date | None = None  # joined on this day or later, in UTC
    until: date | None = None  # … or earlier
    import_id: int | None = None  # 0: by no import
    rule: str = ""  # of a segment

    @property
    def is_plain(self) -> bool:
        """Whether nothing is asked that takes a walk over all of them."""
        return replace(self, group=None, language=None) == Wanted(self.list_id)

    def as_json(self) -> dict[str, Any]:
        """Return the wishes as JSON holds them."""
        found = {key: value for key, value in asdict(self).items() if value is not None}
        days = {key: found[key].isoformat() for key in _DAYS if key in found}
        return found | days

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "Wanted":
        """Return the wishes that `as_json` wrote."""
        days = {key: date.fromisoformat(found[key]) for key in _DAYS if key in found}
        group = {"group": Group(found["group"])} if "group" in found else {}
        return cls(**{**found, **days, **group})


@dataclass(frozen=True)
class Entry:
    """Somebody on a list, and how they stand with it."""

    subscriber: Subscriber
    subscription: Subscription
    group: Group


def page(
    session: Session,
    wanted: Wanted,
    *,
    order: Order,
    after: int = 0,
    limit: int,
    now: datetime,
) -> list[Entry]:
    """Return up to `limit` people; `after` is the subscription a page ended with.

    Raises InvalidRule.
    """
    query = _asked(session, wanted, now, Subscriber, Subscription, group_of(now))
    if query is None:
        return []
    if order is Order.ADDRESS:
        query = query.where(_walking(session, wanted.list_id))
    else:
        query = query.where(col(Subscription.list_id) == wanted.list_id)
    last = session.get(Subscription, after) if after else None
    if last is not None:
        query = query.where(_beyond(session, last, order))
    with _unsorted(session):
        found = session.execute(query.order_by(*_ORDERS[order]).limit(limit)).all()
    return [Entry(row[0], row[1], Group(row[2])) for row in found]


def count(session: Session, wanted: Wanted, *, now: datetime) -> int:
    """Return how many there are; of a million, that takes most of a second."""
    query = _asked(session, wanted, now, func.count())
    if query is None:
        return 0
    query = query.where(col(Subscription.list_id) == wanted.list_id)
    return int(session.execute(query).scalar_one())


def ids(
    session: Session, wanted: Wanted, *, after: int = 0, limit: int, now: datetime
) -> list[int]:
    """Return the next subscribers by number, to walk over all in small steps."""
    key = col(Subscription.subscriber_id)
    mine = col(Subscription.list_id) == wanted.list_id
    query = _people(key).where(mine, *tests(wanted, now), key > after)
    return list(session.execute(query.order_by(key).limit(limit)).scalars())


def tests(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    """Return what to ask of Subscriber joined with Subscription; raises InvalidRule."""
    found = []
    if wanted.group is not None:
        found.append(_IN_GROUP[wanted.group](now))
    if wanted.language:
        found.append(_speaks(wanted.language))
    if wanted.search:
        found.append(_contains(wanted.search))
    if wanted.tag:
        found.append(_tagged(wanted.tag))
    if wanted.import_id is not None:
        came_by = col(Subscription.import_id)
        wished = came_by == wanted.import_id if wanted.import_id else came_by.is_(None)
        found.append(wished)
    if wanted.rule:
        found.append(segments.selects(wanted.rule, now=now))
    return [*found, *_joined(wanted)]


def group_of(now: datetime) -> ColumnElement[str]:
    """Return the group of a subscription as a column."""
    state = col(Subscription.state)
    return case(
        (state == SubscriptionState.UNSUBSCRIBED, literal(Group.LEFT.value)),
        (_is_stopped(), literal(Group.STOPPED.value)),
        (state == SubscriptionState.UNCONFIRMED, literal(Group.WAITING.value)),
        (_pauses(now), literal(Group.PAUSED.value)),
        else_=literal(Group.ACTIVE.value),
    )


def _people(*columns: Any) -> Select[Any]:
    return (
        rows(*columns)
        .select_from(Subscription)
        .join(Subscriber, col(Subscriber.id) == col(Subscription.subscriber_id))
    )


def _walking(session: Session, list_id: int) -> ColumnElement[bool]:
    """Return the test for a list that leaves SQLite no way but that of the addresses.

    It would look up everybody on the list, sort them, and show the first fifty.
    """
    theirs = col(Subscription.list_id)
    if session.get_bind().dialect.name == "sqlite":
        return theirs + 0 == list_id
    return theirs == list_id


@contextmanager
def _unsorted(session: Session) -> Iterator[None]:
    """Let PostgreSQL walk in the order of the page, and not sort a million first.

    It takes what is searched for to be rare. Where it is, few are left to sort.
    """
    if session.get_bind().dialect.name != "postgresql":
        yield
        return
    session.execute(text("SET LOCAL enable_sort = off"))
    yield
    session.execute(text("SET LOCAL enable_sort = on"))


def _asked(
    session: Session, wanted: Wanted, now: datetime, *columns: Any
) -> Select[Any] | None:
    """Return the question without its list; None when nobody can be the answer."""
    query = _people(*columns).where(*tests(wanted, now))
    few = _few(session, wanted)
    if few is None:
        return query
    return query.where(col(Subscription.subscriber_id).in_(few)) if few else None


def _few(session: Session, wanted: Wanted) -> list[int] | None:
    """Return the ids among which all wanted are, if one of the wishes leaves few.

    Else a walk in the order of the page meets somebody often enough.
    """
    for query in _narrowing(wanted):
        found = list(session.execute(query.limit(NARROW + 1)).scalars())
        if len(found) <= NARROW:
            return found
    return None


def _narrowing(wanted: Wanted) -> list[Select[tuple[int]]]:
    found: list[Select[Any]] = []
    person, standing = col(Subscriber.id), col(Subscription.subscriber_id)
    if wanted.search:
        found.append(rows(person).where(_contains(wanted.search)))
    if wanted.tag:
        tagged = col(SubscriberTag.subscriber_id)
        found.append(rows(tagged).where(col(SubscriberTag.tag) == wanted.tag))
    if wanted.import_id:
        came_by = col(Subscription.import_id) == wanted.import_id
        found.append(rows(standing).where(came_by))
    if wanted.group is Group.STOPPED:
        same = col(Suppression.address_hash) == col(Subscriber.email_hash)
        found.append(rows(person).select_from(Suppression).join(Subscriber, same))
    elif wanted.group in _STATES:
        state = col(Subscription.state) == _STATES[wanted.group]
        theirs = col(Subscription.list_id) == wanted.list_id
        found.append(rows(standing).where(theirs, state))
    if wanted.language:
        found.append(rows(person).where(_speaks(wanted.language)))
    return found


def _speaks(language: str) -> ColumnElement[bool]:
    spoken = col(Subscriber.language)
    return spoken.is_(None) if language == NOBODY else spoken == language


def _contains(search: str) -> ColumnElement[bool]:
    plain = " ".join(search.split())
    # SQLite knows capitals of ASCII alone.
    spelt = {plain} if plain.isascii() else {plain, plain.title(), plain.lower()}
    # Together: to look twice takes twice as long.
    both = col(Subscriber.email_key).concat(" ").concat(col(Subscriber.name))
    return or_(*(both.ilike(_pattern(each), escape="/") for each in sorted(spelt)))


def _pattern(text: str) -> str:
    for sign in "/%_":
        text = text.replace(sign, f"/{sign}")
    return f"%{text}%"


def _tagged(tag: str) -> ColumnElement[bool]:
    return exists().where(
        col(SubscriberTag.subscriber_id) == col(Subscriber.id),
        col(SubscriberTag.tag) == tag,
    )


def _joined(wanted: Wanted) -> list[ColumnElement[bool]]:
    joined, found = col(Subscription.created_at), []
    if wanted.since is not None:
        found.append(joined >= datetime.combine(wanted.since, time(), UTC))
    if wanted.until is not None:
        end = datetime.combine(wanted.until, time(), UTC) + timedelta(days=1)
        found.append(joined < end)
    return found


def _is_stopped() -> ColumnElement[bool]:
    return exists().where(col(Suppression.address_hash) == col(Subscriber.email_hash))


def _pauses(now: datetime) -> ColumnElement[bool]:
    return and_(
        col(Subscription.state) == SubscriptionState.PAUSED,
        or_(
            col(Subscription.paused_until).is_(None),
            col(Subscription.paused_until) > now,
        ),
    )


def _gets(now: datetime) -> ColumnElement[bool]:
    state = col(Subscription.state)
    mailed = state.in_((SubscriptionState.CONFIRMED, SubscriptionState.PAUSED))
    return and_(mailed, not_(_pauses(now)), not_(_is_stopped()))


def _waits(_now: datetime) -> ColumnElement[bool]:
    state = col(Subscription.state) == SubscriptionState.UNCONFIRMED
    return and_(state, not_(_is_stopped()))


def _rests(now: datetime) -> ColumnElement[bool]:
    return and_(_pauses(now), not_(_is_stopped()))


def _has_left(_now: datetime) -> ColumnElement[bool]:
    return col(Subscription.state) == SubscriptionState.UNSUBSCRIBED


def _is_held(_now: datetime) -> ColumnElement[bool]:
    return and_(
        col(Subscription.state) != SubscriptionState.UNSUBSCRIBED, _is_stopped()
    )


_IN_GROUP = {
    Group.ACTIVE: _gets,
    Group.WAITING: _waits,
    Group.PAUSED: _rests,
    Group.LEFT: _has_left,
    Group.STOPPED: _is_held,
}
_STATES = {
    Group.WAITING: SubscriptionState.UNCONFIRMED,
    Group.PAUSED: SubscriptionState.PAUSED,
    Group.LEFT: SubscriptionState.UNSUBSCRIBED,
}
_JOINED_AT, _NUMBER = col(Subscription.created_at), col(Subscription.id)
_ADDRESS = col(Subscriber.email_key)
_WHEN = table_of(Subscription).c.created_at.type
_ORDERS: dict[Order, Sequence[ColumnElement[Any]]] = {
    Order.NEWEST: (_JOINED_AT.desc(), _NUMBER.desc()),
    Order.OLDEST: (_JOINED_AT.asc(), _NUMBER.asc()),
    Order.ADDRESS: (_ADDRESS.asc(),),
}


def _beyond(session: Session, last: Subscription, order: Order) -> ColumnElement[bool]:
    if order is Order.ADDRESS:
        key = select(Subscriber.email_key).where(Subscriber.id == last.subscriber_id)
        return (session.exec(key).first() or "") < _ADDRESS
    here = tuple_(literal(last.created_at, _WHEN), literal(last.id))
    place = tuple_(_JOINED_AT, _NUMBER)
    return place < here if order is Order.NEWEST else place > here
