"""Answer what was asked on a page, and carry out what was confirmed from the mailbox.

The page that takes a request learns nothing; what to mail is decided here, later,
from the state of the address, and only whoever reads that mailbox can go on.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from subscribers import suppressions
from subscribers.addresses import normalise
from subscribers.models import (
    Request,
    RequestKind,
    Subscriber,
    Subscription,
    SubscriptionState,
    SuppressionReason,
)
from subscribers.tokens import KeyRing

# How long the link in a mail may be used to confirm what was asked.
CONFIRM_WITHIN = {
    RequestKind.JOIN: timedelta(hours=72),
    RequestKind.NEW_ADDRESS: timedelta(hours=72),
    RequestKind.ADDRESS: timedelta(hours=1),
    RequestKind.DATA: timedelta(hours=1),
    RequestKind.ERASE: timedelta(hours=1),
}
# Mails to one mailbox: so many within so long, over all lists. What a reader asks
# for from their own letter comes sooner than what a stranger can type into a form.
_STRANGERS = ((1, timedelta(hours=24)), (3, timedelta(days=30)))
_READERS = ((3, timedelta(hours=1)), (10, timedelta(days=1)))
_OPEN_TO_ALL = frozenset({RequestKind.JOIN, RequestKind.LINK, RequestKind.NEW_ADDRESS})
# Nobody but staff, or nobody at all, writes to these again.
_CLOSED = frozenset({SuppressionReason.COMPLAINT, SuppressionReason.STAFF})
_MEMBER = frozenset({SubscriptionState.CONFIRMED, SubscriptionState.PAUSED})


class Reply(StrEnum):
    """What a request is answered with; all but the last are mails."""

    CONFIRM = "confirm"
    ALREADY = "already"
    LINK = "link"
    ADDRESS = "address"
    NEW_ADDRESS = "new address"
    DATA = "data"
    ERASE = "erase"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Answer:
    """A request, what its mail says and to whom; `subscriber_id` of a known person."""

    request: Request
    reply: Reply
    email: str
    subscriber_id: int | None


def answer_due(
    session: Session, keys: KeyRing, *, now: datetime, limit: int
) -> list[Answer]:
    """Decide about requests that wait, the oldest first; the caller mails the answers.

    A request is answered once, whichever of two processes comes first.
    """
    due = session.exec(
        select(Request)
        .where(*_waiting(now))
        .order_by(col(Request.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    return [_answer(session, keys, request, now) for request in due]


def is_anything_due(session: Session, *, now: datetime) -> bool:
    """Tell whether a request waits to be answered."""
    query = select(Request.id).where(*_waiting(now)).limit(1)
    return session.exec(query).first() is not None


def _waiting(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return col(Request.answered_at).is_(None), col(Request.due_at) <= now


def find_pending(
    session: Session, handle: str, *, now: datetime, lock: bool
) -> Request | None:
    """Return the request whose mail held this link, None once it is too late.

    One that was carried out already is returned as it is: see `done_at`. `lock`
    makes two presses of the button one.
    """
    query = select(Request).where(col(Request.handle) == handle)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    request = session.exec(query).first()
    if request is None or request.kind not in CONFIRM_WITHIN or not request.mailed:
        return None
    answered = request.answered_at or request.asked_at
    return request if now <= answered + CONFIRM_WITHIN[request.kind] else None


def handle_of(session: Session, request: Request) -> str | None:
    """Return the handle of the subscription that a confirmed request made."""
    query = (
        select(Subscription.handle)
        .join(Subscriber, col(Subscriber.id) == col(Subscription.subscriber_id))
        .where(
            col(Subscriber.email_key) == request.email_key,
            col(Subscription.list_id).in_(request.list_ids),
        )
        .order_by(col(Subscription.id))
    )
    return session.exec(query).first()


def _answer(session: Session, keys: KeyRing, request: Request, now: datetime) -> Answer:
    person = _person(session, request)
    reply = Reply.NOTHING
    if not _is_closed(session, keys, request) and not _is_tired(session, request, now):
        reply = _reply(session, request, person)
    if reply is Reply.CONFIRM:
        person = _await(session, request, person, now)
    request.answered_at = now
    request.mailed = reply is not Reply.NOTHING
    session.add(request)
    # The next request of the same mailbox counts this one.
    session.flush()
    # A known person is written to as ever, however the form spelt the address.
    known = person is not None and request.kind is not RequestKind.NEW_ADDRESS
    email = person.email if person and known else request.email
    return Answer(request, reply, email, person.id if person else None)


def _person(session: Session, request: Request) -> Subscriber | None:
    if request.subscriber_id is not None:
        return session.get(Subscriber, request.subscriber_id)
    query = select(Subscriber).where(col(Subscriber.email_key) == request.email_key)
    return session.exec(query).first()


def _is_closed(session: Session, keys: KeyRing, request: Request) -> bool:
    address = normalise(request.email)
    return suppressions.reason(session, keys, address) in _CLOSED


def _is_tired(session: Session, request: Request, now: datetime) -> bool:
    """Whether this mailbox has had as many mails as it has to bear."""
    strangers = request.kind in _OPEN_TO_ALL
    kinds = _OPEN_TO_ALL if strangers else {request.kind}
    for most, span in _STRANGERS if strangers else _READERS:
        counted = select(func.count()).where(
            col(Request.limit_hash) == request.limit_hash,
            col(Request.kind).in_(kinds),
            col(Request.mailed),
            col(Request.answered_at) > now - span,
        )
        if session.exec(counted).one() >= most:
            return True
    return False


def _reply(session: Session, request: Request, person: Subscriber | None) -> Reply:
    match request.kind:
        case RequestKind.JOIN:
            return _to_newcomer(session, request, person)
        case RequestKind.NEW_ADDRESS:
            return Reply.NEW_ADDRESS if person else Reply.NOTHING
        case RequestKind.LINK:
            known = person is not None and bool(_states(session, person))
            return Reply.LINK if known else Reply.NOTHING
        case _:
            return Reply(request.kind.value) if person else Reply.NOTHING


def _to_newcomer(
    session: Session, request: Request, person: Subscriber | None
) -> Reply:
    if not request.list_ids:
        return Reply.NOTHING
    states = _states(session, person) if person else {}
    member = all(states.get(each) in _MEMBER for each in request.list_ids)
    return Reply.ALREADY if member else Reply.CONFIRM


def _states(session: Session, person: Subscriber) -> dict[int, SubscriptionState]:
    query = select(Subscription.list_id, Subscription.state).where(
        col(Subscription.subscriber_id) == person.id
    )
    return {row[0]: SubscriptionState(row[1]) for row in session.exec(query)}


def _await(
    session: Session, request: Request, person: Subscriber | None, now: datetime
) -> Subscriber:
    """Enter somebody as unconfirmed where they never stood; who left, has left."""
    if person is None:
        person = Subscriber(
            email=request.email,
            email_key=request.email_key,
            email_hash=request.email_hash,
            language=request.language,
            created_at=now,
            updated_at=now,
        )
        session.add(person)
        session.flush()
    assert person.id is not None  # noqa: S101  # a flushed row has its key
    for list_id in set(request.list_ids) - _states(session, person).keys():
        session.add(
            Subscription(
                subscriber_id=person.id,
                list_id=list_id,
                state=SubscriptionState.UNCONFIRMED,
                created_at=now,
            )
        )
    session.flush()
    return person
