"""What a reader may see and choose through the link in a letter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from subscribers.addresses import mask
from subscribers.clock import utcnow
from subscribers.errors import LanguageNotOffered
from subscribers.models import (
    MailingList,
    Subscriber,
    Subscription,
    SubscriptionState,
)


@dataclass(frozen=True)
class Preferences:
    """One reader's standing with one list; letters get forwarded, so it is masked."""

    handle: str
    masked: str
    language: str | None  # None: never said
    state: SubscriptionState
    paused_until: datetime | None
    subscriber_id: int
    list_id: int
    names: dict[str, str]  # of the list, per language
    languages: tuple[str, ...]  # the list is written in; the first is the default


def find(session: Session, handle: str) -> Preferences | None:
    """Return what the holder of this handle may see, None when nobody has it."""
    row = session.exec(
        select(Subscription, Subscriber, MailingList)
        .join(Subscriber, col(Subscriber.id) == col(Subscription.subscriber_id))
        .join(MailingList, col(MailingList.id) == col(Subscription.list_id))
        .where(col(Subscription.handle) == handle)
    ).first()
    if row is None:
        return None
    subscription, subscriber, mailing_list = row
    return Preferences(
        handle=handle,
        masked=mask(subscriber.email),
        language=subscriber.language,
        state=subscription.state,
        paused_until=subscription.paused_until,
        subscriber_id=subscription.subscriber_id,
        list_id=subscription.list_id,
        names=dict(mailing_list.names),
        languages=tuple(mailing_list.languages),
    )


def set_language(
    session: Session, handle: str, language: str, *, allowed: Sequence[str]
) -> bool:
    """Write to this reader in `language` from now on; False for an unknown handle.

    Raises LanguageNotOffered for a language outside `allowed`.
    """
    if language not in allowed:
        raise LanguageNotOffered(
            f"The language {language[:40]!r} is not offered; "
            f"choose one of {', '.join(allowed)}."
        )
    reader = session.exec(
        select(Subscriber)
        .join(Subscription, col(Subscription.subscriber_id) == col(Subscriber.id))
        .where(col(Subscription.handle) == handle)
    ).first()
    if reader is None:
        return False
    if reader.language != language:
        reader.language, reader.updated_at = language, utcnow()
        session.add(reader)
        session.flush()
    return True
