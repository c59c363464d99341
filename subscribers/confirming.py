"""Carry out what somebody confirmed from their mailbox: join, or another address."""

from datetime import datetime

from sqlmodel import Session, col, select

from subscribers import suppressions
from subscribers.addresses import normalise
from subscribers.errors import AddressTaken
from subscribers.models import (
    Channel,
    Consent,
    ConsentKind,
    MailingList,
    Request,
    Subscriber,
    Subscription,
    SubscriptionState,
    SuppressionReason,
    Wording,
)
from subscribers.tokens import KeyRing

# A mailbox that answers is neither dead nor forgotten.
_LIFTED = frozenset({SuppressionReason.HARD_BOUNCE, SuppressionReason.ERASED})


def join(
    session: Session, keys: KeyRing, request: Request, *, now: datetime
) -> Subscriber:
    """Confirm the subscriptions of a request, each with its proof; once.

    A second call changes nothing: whoever has left since stays away.
    """
    person = _person(session, request, now)
    if request.done_at is not None:
        return person
    request.done_at = now
    session.add(request)
    _lift(session, keys, person)
    person.language, person.updated_at = request.language, now
    session.add(person)
    wordings = _wordings(session, request)
    for list_id in request.list_ids:
        if session.get(MailingList, list_id) is not None:
            _confirm(session, person, list_id, request, wordings.get(list_id), now)
    session.flush()
    return person


def move(session: Session, keys: KeyRing, request: Request, *, now: datetime) -> None:
    """Give a reader the new address that has just proved to be theirs.

    Raises AddressTaken when the letter goes there already, in somebody's name.
    """
    person = session.get(Subscriber, request.subscriber_id)
    if person is None or request.done_at is not None:
        return
    address = normalise(request.email)
    taken = select(Subscriber.id).where(
        col(Subscriber.email_key) == address.key, col(Subscriber.id) != person.id
    )
    if session.exec(taken).first() is not None:
        raise AddressTaken
    person.email, person.email_key = address.email, address.key
    person.email_hash = keys.fingerprint(address.key)
    person.updated_at = request.done_at = now
    session.add_all([person, request])
    _lift(session, keys, person)
    session.flush()


def _person(session: Session, request: Request, now: datetime) -> Subscriber:
    query = select(Subscriber).where(col(Subscriber.email_key) == request.email_key)
    found = session.exec(query).first()
    if found is None:
        # Purged or erased since the mail left; the link still proves the mailbox.
        found = Subscriber(
            email=request.email,
            email_key=request.email_key,
            email_hash=request.email_hash,
            language=request.language,
            created_at=now,
        )
        session.add(found)
        session.flush()
    return found


def _lift(session: Session, keys: KeyRing, person: Subscriber) -> None:
    address = normalise(person.email)
    if suppressions.reason(session, keys, address) in _LIFTED:
        suppressions.lift(session, keys, address)


def _wordings(session: Session, request: Request) -> dict[int, Wording]:
    query = select(Wording).where(col(Wording.id).in_(request.wording_ids))
    return {each.list_id: each for each in session.exec(query)}


def _confirm(
    session: Session,
    person: Subscriber,
    list_id: int,
    request: Request,
    wording: Wording | None,
    now: datetime,
) -> None:
    assert person.id is not None  # noqa: S101  # it came from the database
    query = select(Subscription).where(
        col(Subscription.subscriber_id) == person.id,
        col(Subscription.list_id) == list_id,
    )
    standing = session.exec(query.with_for_update()).first() or Subscription(
        subscriber_id=person.id, list_id=list_id, state=SubscriptionState.UNCONFIRMED
    )
    standing.state = SubscriptionState.CONFIRMED
    standing.confirmed_at, standing.unsubscribed_at = now, None
    standing.paused_until = None
    session.add(standing)
    session.add(
        Consent(
            subscriber_id=person.id,
            list_id=list_id,
            kind=ConsentKind.GRANTED,
            channel=Channel.FORM,
            words=wording.words if wording else "",
            words_hash=wording.words_hash if wording else "",
            version=wording.version if wording else None,
            language=request.language,
            form=request.form,
            asked_at=request.asked_at,
            message_id=request.message_id,
            at=now,
        )
    )
