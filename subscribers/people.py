"""Look people up: one by address, or many by list, language, state and segment."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from sqlmodel import Session, col, select

from subscribers import segments
from subscribers.addresses import normalise
from subscribers.clock import utcnow
from subscribers.errors import SubscriberNotFound
from subscribers.models import (
    Consent,
    Import,
    MailingList,
    Segment,
    Subscriber,
    SubscriberTag,
    Subscription,
    SubscriptionState,
)

_WINDOW = 1000  # ids in one question: databases bound how many values it may hold


@dataclass(frozen=True)
class Standing:
    """A person's subscription with the list it is to."""

    mailing_list: MailingList
    subscription: Subscription


@dataclass(frozen=True)
class Proof:
    """A consent record, with the list it is about and the import it came by."""

    consent: Consent
    mailing_list: MailingList | None
    file: Import | None


def find(session: Session, email: str) -> Subscriber | None:
    """Return the person with this address however it is cased, None if unknown.

    Raises InvalidAddress.
    """
    key = normalise(email).key
    return session.exec(
        select(Subscriber).where(col(Subscriber.email_key) == key)
    ).first()


def get(session: Session, email: str) -> Subscriber:
    """Return the person with this address; raises SubscriberNotFound."""
    found = find(session, email)
    if found is None:
        raise SubscriberNotFound(
            "Nobody here has the address {email}.", email=email[:254]
        )
    return found


def listing(
    session: Session,
    *,
    list_id: int | None = None,
    language: str | None = None,
    state: SubscriptionState | None = None,
    segment: Segment | None = None,
    limit: int,
) -> list[Subscriber]:
    """Return people by address, at most `limit`; `language` "none" is those without.

    A segment selects by one subscription; without a list, any of theirs will do.
    """
    query = select(Subscriber).order_by(col(Subscriber.email_key)).limit(limit)
    if language is not None:
        wanted = None if language == "none" else language
        query = query.where(col(Subscriber.language).is_not_distinct_from(wanted))
    tests = []
    if list_id is not None:
        tests.append(col(Subscription.list_id) == list_id)
    if state is not None:
        tests.append(col(Subscription.state) == state)
    if segment is not None:
        tests.append(segments.selects(segment.rule, now=utcnow()))
    if tests:
        standing = select(Subscription.subscriber_id).join(Subscriber)
        query = query.where(col(Subscriber.id).in_(standing.where(*tests)))
    return list(session.exec(query))


def tags_of(session: Session, people: Iterable[Subscriber]) -> dict[int, list[str]]:
    """Return the tags of these people by their id, in order."""
    found: dict[int, list[str]] = {each.id: [] for each in people if each.id}
    ids = iter(found)
    while window := list(islice(ids, _WINDOW)):
        query = (
            select(SubscriberTag)
            .where(col(SubscriberTag.subscriber_id).in_(window))
            .order_by(col(SubscriberTag.tag))
        )
        for row in session.exec(query):
            found[row.subscriber_id].append(row.tag)
    return found


def standings(session: Session, subscriber: Subscriber) -> list[Standing]:
    """Return somebody's subscriptions, the oldest list first."""
    query = (
        select(MailingList, Subscription)
        .join(Subscription, col(Subscription.list_id) == col(MailingList.id))
        .where(col(Subscription.subscriber_id) == subscriber.id)
        .order_by(col(MailingList.id))
    )
    return [Standing(*row) for row in session.exec(query)]


def proofs(session: Session, subscriber: Subscriber) -> list[Proof]:
    """Return who agreed to what, and took it back, in the order it happened."""
    query = (
        select(Consent, MailingList, Import)
        .join(MailingList, col(MailingList.id) == col(Consent.list_id), isouter=True)
        .join(Import, col(Import.id) == col(Consent.import_id), isouter=True)
        .where(col(Consent.subscriber_id) == subscriber.id)
        .order_by(col(Consent.id))
    )
    return [Proof(*row) for row in session.exec(query)]
