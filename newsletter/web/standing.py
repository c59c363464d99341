"""What a reader's own page shows: their choices, in the words of its language."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from newsletter.web import agreements
from newsletter.web.readers import Reader
from subscribers import offers, pausing, preferences, wordings
from subscribers.models import SubscriptionState
from subscribers.offers import Offer
from subscribers.tokens import KeyRing, Purpose


@dataclass(frozen=True)
class TopicLine:
    """One topic as a box to tick."""

    tag: str
    words: str
    chosen: bool


@dataclass(frozen=True)
class ListLine:
    """One list, how the reader stands with it, and what joining it would mean."""

    slug: str
    name: str
    about: str
    is_mailed: bool
    paused_on: date | None
    is_awaited: bool  # a mail asked them to confirm, and they have not yet
    can_undo: bool
    words: str
    agreed: str  # the digest of `words`, to know afterwards which ones were shown


def of(session: Session, keys: KeyRing, reader: Reader) -> dict[str, Any]:
    """Return the values of the template, with the addresses of its forms."""
    own = reader.preferences
    lines = [_list(each, reader) for each in offers.listing(session, own.handle)]
    return {
        "reader": own,
        "action": f"/p/{keys.sign(Purpose.PREFERENCES, own.handle)}",
        "leave": f"/u/{keys.sign(Purpose.UNSUBSCRIBE, own.handle)}",
        "months": pausing.MONTHS,
        "paused_on": paused_on(reader),
        "seconds": [tag for tag in own.languages if tag != reader.first_language],
        "topics": _topics(session, reader),
        "lists": lines,
        "several": sum(line.is_mailed for line in lines) > 1,
    }


def paused_on(reader: Reader) -> date | None:
    """Return the day a pause ends in the list's zone, None without a pause."""
    until = reader.preferences.paused_until
    return reader.local_day(until) if until else None


def _topics(session: Session, reader: Reader) -> list[TopicLine]:
    return [
        TopicLine(topic.tag, _in_words(topic.words, reader, topic.tag), topic.chosen)
        for topic in preferences.topics(session, reader.preferences.subscriber_id)
    ]


def _in_words(words: dict[str, str], reader: Reader, tag: str) -> str:
    default = words.get(reader.mailing_list.default_language)
    return words.get(reader.language) or default or tag


def _list(offer: Offer, reader: Reader) -> ListLine:
    words = agreements.words_of(offer.mailing_list, reader.language)
    return ListLine(
        slug=offer.mailing_list.slug,
        name=offer.mailing_list.name_in(reader.language),
        about=offer.mailing_list.description_in(reader.language),
        is_mailed=offer.is_mailed,
        paused_on=reader.local_day(offer.paused_until) if offer.paused_until else None,
        is_awaited=offer.state is SubscriptionState.UNCONFIRMED,
        can_undo=offer.can_undo,
        words=words,
        agreed=wordings.digest(words),
    )
