"""What a reader may see and choose through the link in a letter."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from subscribers import holders, requests
from subscribers.addresses import mask
from subscribers.clock import utcnow
from subscribers.errors import LanguageNotOffered
from subscribers.holders import MAILED
from subscribers.inserts import insert_absent
from subscribers.models import (
    MailingList,
    RequestKind,
    Subscriber,
    SubscriberTag,
    Subscription,
    SubscriptionState,
)
from subscribers.requests import Draft
from subscribers.tokens import KeyRing


@dataclass(frozen=True)
class Preferences:
    """One reader's standing with one list; letters get forwarded, so it is masked."""

    handle: str
    masked: str
    language: str | None  # None: never said
    second_language: str | None
    state: SubscriptionState  # a pause that is over is none
    paused_until: datetime | None  # None unless paused
    subscriber_id: int
    list_id: int
    names: dict[str, str]  # of the list, per language
    languages: tuple[str, ...]  # the list is written in; the first is the default


@dataclass(frozen=True)
class Topic:
    """Something a reader may ask for: a tag with words that say what it is."""

    tag: str
    words: dict[str, str]  # per language
    chosen: bool


def find(session: Session, handle: str) -> Preferences | None:
    """Return what the holder of this handle may see, None when nobody has it."""
    holder = holders.find(session, handle)
    if holder is None:
        return None
    subscriber, subscription = holder.subscriber, holder.subscription
    mailing_list = session.get_one(MailingList, subscription.list_id)
    state = present(subscription)
    return Preferences(
        handle=handle,
        masked=mask(subscriber.email),
        language=subscriber.language,
        second_language=subscriber.second_language,
        state=state,
        paused_until=(
            subscription.paused_until if state is SubscriptionState.PAUSED else None
        ),
        subscriber_id=subscription.subscriber_id,
        list_id=subscription.list_id,
        names=dict(mailing_list.names),
        languages=tuple(mailing_list.languages),
    )


def present(subscription: Subscription) -> SubscriptionState:
    """Return the state that counts now: whose pause is over gets letters again."""
    until = subscription.paused_until
    over = until is not None and until <= utcnow()
    if subscription.state is SubscriptionState.PAUSED and over:
        return SubscriptionState.CONFIRMED
    return subscription.state


def set_language(
    session: Session, handle: str, language: str, *, allowed: Sequence[str]
) -> bool:
    """Write to this reader in `language` from now on; False for an unknown handle.

    Raises LanguageNotOffered for a language outside `allowed`.
    """
    _check(language, allowed)
    holder = holders.lock(session, handle)
    if holder is None:
        return False
    reader = holder.subscriber
    second = reader.second_language if reader.second_language != language else None
    _speak(session, reader, language, second)
    return True


def set_second_language(
    session: Session, handle: str, language: str | None, *, allowed: Sequence[str]
) -> bool:
    """Write in this language where there is nothing in the first; None: in no other.

    False for an unknown handle, and for the language that is their first already.
    Raises LanguageNotOffered for a language outside `allowed`.
    """
    if language is not None:
        _check(language, allowed)
    holder = holders.lock(session, handle)
    first = (holder.subscriber.language or allowed[0]) if holder else None
    if holder is None or language == first:
        return False
    _speak(session, holder.subscriber, holder.subscriber.language, language)
    return True


def topics(session: Session, subscriber_id: int) -> list[Topic]:
    """Return what somebody may choose among, of all the lists whose letters they get.

    A tag that two lists offer stands once, in the words of the older one.
    """
    query = (
        select(MailingList)
        .join(Subscription, col(Subscription.list_id) == col(MailingList.id))
        .where(
            col(Subscription.subscriber_id) == subscriber_id,
            col(Subscription.state).in_(MAILED),
        )
        .order_by(col(MailingList.id))
    )
    offered: dict[str, dict[str, str]] = {}
    for mailing_list in session.exec(query):
        offered = dict(mailing_list.topics) | offered
    chosen = _tags(session, subscriber_id)
    return [Topic(tag, dict(words), tag in chosen) for tag, words in offered.items()]


def set_topics(session: Session, handle: str, wanted: Collection[str]) -> bool:
    """Have exactly these of the topics on offer; False for an unknown handle.

    Labels that staff gave and no reader may choose stay as they are.
    """
    holder = holders.lock(session, handle)
    if holder is None:
        return False
    person = holder.subscriber_id
    offered = topics(session, person)
    joined = [t.tag for t in offered if t.tag in wanted and not t.chosen]
    left = {t.tag for t in offered if t.tag not in wanted and t.chosen}
    rows = [{"subscriber_id": person, "tag": tag} for tag in sorted(joined)]
    insert_absent(session, SubscriberTag, rows)
    for tag in _tags(session, person):
        if tag in left:
            session.delete(session.get_one(SubscriberTag, (person, tag)))
    session.flush()
    return True


def ask(
    session: Session,
    keys: KeyRing,
    handle: str,
    kind: RequestKind,
    *,
    language: str,
    new_email: str = "",
) -> bool:
    """Ask for what only the mailbox itself may have; False for an unknown handle.

    Whoever was forwarded a letter holds its links, but not the mailbox. The answer
    is a mail to the address we have, in `language`.
    """
    holder = holders.find(session, handle)
    if holder is None:
        return False
    draft = Draft(
        kind=kind,
        address=holder.address,
        language=language,
        subscriber_id=holder.subscriber_id,
        new_email=new_email,
        form="/p",
    )
    requests.ask(session, keys, draft)
    return True


def _check(language: str, allowed: Sequence[str]) -> None:
    if language not in allowed:
        raise LanguageNotOffered(
            "The language “{language}” is not offered; choose one of {known}.",
            language=language[:40],
            known=tuple(allowed),
        )


def _speak(
    session: Session, reader: Subscriber, language: str | None, second: str | None
) -> None:
    if (reader.language, reader.second_language) == (language, second):
        return
    reader.language, reader.second_language = language, second
    reader.updated_at = utcnow()
    session.add(reader)
    session.flush()


def _tags(session: Session, subscriber_id: int) -> set[str]:
    query = select(SubscriberTag.tag).where(
        col(SubscriberTag.subscriber_id) == subscriber_id
    )
    return set(session.exec(query))
