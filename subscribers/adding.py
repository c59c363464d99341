"""Enter one person by hand: they confirm it themselves, or staff say who agreed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from subscribers import requests, suppressions
from subscribers.addresses import Address
from subscribers.errors import CannotAdd, ConsentMissing
from subscribers.models import (
    Channel,
    Consent,
    ConsentKind,
    Request,
    RequestKind,
    Subscriber,
    Subscription,
    SubscriptionState,
    SuppressionReason,
)
from subscribers.requests import Draft
from subscribers.tokens import KeyRing
from subscribers.wordings import digest

# Between two mails that ask somebody to confirm; signup keeps to it as well.
ASK_EVERY = timedelta(hours=24)
_MEMBER = (SubscriptionState.CONFIRMED, SubscriptionState.PAUSED)
# Whoever these keep away proves that they are back by confirming, or stays away.
_CLOSED = (SuppressionReason.COMPLAINT, SuppressionReason.STAFF)


@dataclass(frozen=True)
class Newcomer:
    """Who is entered, and on which list."""

    address: Address
    list_id: int
    name: str = ""
    language: str = ""


def ask(
    session: Session, keys: KeyRing, who: Newcomer, *, wording_id: int, now: datetime
) -> Subscriber:
    """Enter somebody as waiting, and have a mail sent that asks them to confirm.

    Raises CannotAdd for whoever is on the list, or must not be mailed.
    """
    if suppressions.reason(session, keys, who.address) in _CLOSED:
        raise CannotAdd("Mail to this address was stopped, so nobody can ask them.")
    person = _person(session, keys, who, now)
    standing = _standing(session, person, who.list_id)
    if standing is not None and standing.state in _MEMBER:
        raise CannotAdd("This person is on the list already.")
    if standing is None:
        session.add(_new_standing(person, who.list_id, now))
    draft = Draft(
        kind=RequestKind.JOIN,
        address=Address(person.email, person.email_key),
        language=who.language,
        list_ids=(who.list_id,),
        wording_ids=(wording_id,),
        form="staff",
    )
    requests.ask(session, keys, draft)
    session.flush()
    return person


def was_asked(session: Session, person: Subscriber, *, now: datetime) -> bool:
    """Tell whether a mail asked them to confirm so lately that none goes out now."""
    query = select(Request.id).where(
        col(Request.email_key) == person.email_key,
        col(Request.kind) == RequestKind.JOIN,
        col(Request.mailed),
        col(Request.answered_at) > now - ASK_EVERY,
    )
    return session.exec(query.limit(1)).first() is not None


def add(
    session: Session,
    keys: KeyRing,
    who: Newcomer,
    *,
    consent: str,
    by: str,
    now: datetime,
) -> Subscriber:
    """Enter somebody as confirmed, on words that say when and how they agreed.

    Raises ConsentMissing, and CannotAdd for whoever left, or must not be mailed.
    """
    words = consent.replace("\0", "").strip()
    if not words:
        raise ConsentMissing
    if suppressions.is_suppressed(session, keys, who.address):
        raise CannotAdd("Mail to this address was stopped: let them confirm instead.")
    person = _person(session, keys, who, now)
    standing = _standing(session, person, who.list_id)
    _refuse_known(standing)
    standing = standing or _new_standing(person, who.list_id, now)
    standing.state, standing.confirmed_at = SubscriptionState.CONFIRMED, now
    session.add_all([standing, _consent(person, who, words, by, now)])
    session.flush()
    return person


def _refuse_known(standing: Subscription | None) -> None:
    if standing is not None and standing.state in _MEMBER:
        raise CannotAdd("This person is on the list already.")
    if standing is not None and standing.state == SubscriptionState.UNSUBSCRIBED:
        raise CannotAdd("This person left the list: let them confirm instead.")


def _consent(
    person: Subscriber, who: Newcomer, words: str, by: str, now: datetime
) -> Consent:
    return Consent(
        subscriber_id=person.id,
        list_id=who.list_id,
        kind=ConsentKind.GRANTED,
        channel=Channel.STAFF,
        words=words,
        words_hash=digest(words),
        language=who.language or None,
        evidence={"by": by},
        at=now,
    )


def _person(
    session: Session, keys: KeyRing, who: Newcomer, now: datetime
) -> Subscriber:
    query = select(Subscriber).where(col(Subscriber.email_key) == who.address.key)
    person = session.exec(query).first() or Subscriber(
        email=who.address.email,
        email_key=who.address.key,
        email_hash=keys.fingerprint(who.address.key),
        created_at=now,
    )
    person.name = who.name or person.name
    person.language = person.language or who.language or None
    session.add(person)
    session.flush()
    return person


def _standing(
    session: Session, person: Subscriber, list_id: int
) -> Subscription | None:
    query = select(Subscription).where(
        Subscription.subscriber_id == person.id, Subscription.list_id == list_id
    )
    return session.exec(query.with_for_update()).first()


def _new_standing(person: Subscriber, list_id: int, now: datetime) -> Subscription:
    return Subscription(
        subscriber_id=person.id or 0,
        list_id=list_id,
        state=SubscriptionState.UNCONFIRMED,
        created_at=now,
    )
