"""Rows for tests: sensible defaults, every column by keyword."""

import hashlib
from itertools import count
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from newsletter.models import (
    Delivery,
    DeliveryState,
    Edition,
    Issue,
    IssueItem,
    Item,
    ItemState,
    ItemText,
    ItemType,
)
from subscribers import addresses
from subscribers.clock import utcnow
from subscribers.models import (
    Channel,
    Consent,
    ConsentKind,
    MailingList,
    Segment,
    Subscriber,
    SubscriberTag,
    Subscription,
    SubscriptionState,
)
from subscribers.tokens import KeyRing

SECRETS = ["a key that is only used by these tests"]
KEYS = KeyRing(SECRETS)
LANGUAGES = ("fr", "nl", "de", "en")
# The readers of every test; a fourth is Anne again, with a number.
PEOPLE = ("Anne", "Bart", "Cris")

Row = TypeVar("Row")
_counter = count()


def the_list(session: Session) -> MailingList:
    """Return the list that every database starts with."""
    return session.exec(select(MailingList).order_by(col(MailingList.id))).first() or (
        make_list(session, slug="newsletter")
    )


def make_list(session: Session, **columns: Any) -> MailingList:
    """Make one more mailing list."""
    number = next(_counter)
    values: dict[str, Any] = {
        "slug": f"list-{number}",
        "names": dict.fromkeys(LANGUAGES, "Nouvelles"),
        "languages": list(LANGUAGES),
        "sender_name": "Example",
        "sender_address": "news@example.org",
        "legal": {"fr": "Exemple asbl, Bruxelles"},
        "list_id": f"list-{number}.example.org",
    }
    return _added(session, MailingList(**values | columns))


def make_subscriber(
    session: Session,
    *,
    list: MailingList | None = None,  # noqa: A002  # the glossary's word
    state: SubscriptionState | None = SubscriptionState.CONFIRMED,
    tags: tuple[str, ...] | list[str] = (),
    paused_until: Any = None,
    **columns: Any,
) -> Subscriber:
    """Make a reader of a list (the first one by default); `state=None`: of no list."""
    name, email = _person()
    email = columns.setdefault("email", email)
    key = addresses.normalise(email).key
    values = {
        "name": name,
        "language": "fr",
        "email_key": key,
        "email_hash": KEYS.fingerprint(key),
    }
    reader = _added(session, Subscriber(**values | columns))
    for tag in tags:
        session.add(SubscriberTag(subscriber_id=_id(reader), tag=tag))
    if state:
        mailing_list = list or the_list(session)
        _subscribe(session, reader, mailing_list, state=state, until=paused_until)
    session.flush()
    return reader


def _subscribe(
    session: Session,
    reader: Subscriber,
    mailing_list: MailingList,
    *,
    state: SubscriptionState,
    until: Any,
) -> None:
    words = "Yes, send me the newsletter."
    confirmed = state is not SubscriptionState.UNCONFIRMED
    session.add(
        Subscription(
            subscriber_id=_id(reader),
            list_id=_id(mailing_list),
            state=state,
            paused_until=until,
            confirmed_at=utcnow() if confirmed else None,
            unsubscribed_at=(
                utcnow() if state is SubscriptionState.UNSUBSCRIBED else None
            ),
        )
    )
    session.add(
        Consent(
            subscriber_id=_id(reader),
            list_id=_id(mailing_list),
            kind=ConsentKind.GRANTED,
            channel=Channel.FORM,
            words=words,
            words_hash=hashlib.sha256(words.encode()).hexdigest(),
            language=reader.language,
        )
    )


def subscribe_too(
    session: Session, reader: Subscriber, mailing_list: MailingList
) -> None:
    """Let a reader have one more list."""
    confirmed = SubscriptionState.CONFIRMED
    _subscribe(session, reader, mailing_list, state=confirmed, until=None)
    session.flush()


def subscription_of(
    session: Session, reader: Subscriber, mailing_list: MailingList | None = None
) -> Subscription:
    """Return a reader's subscription to a list (the first one by default)."""
    return session.exec(
        select(Subscription).where(
            Subscription.subscriber_id == reader.id,
            Subscription.list_id == (mailing_list or the_list(session)).id,
        )
    ).one()


def make_segment(session: Session, **columns: Any) -> Segment:
    """Make a saved rule: the readers of Dutch by default."""
    values = {"name": f"segment-{next(_counter)}", "rule": "language=nl"}
    return _added(session, Segment(**values | columns))


def make_item(
    session: Session,
    *,
    texts: dict[str, dict[str, Any]] | None = None,
    **columns: Any,
) -> Item:
    """Make a story; `texts` maps a language to the columns of its words.

    The first language is the one of the source. Its words are ready, and so are
    the others unless they say otherwise.
    """
    number = next(_counter)
    words = texts or {"fr": {"title": f"Une nouvelle, {number}"}}
    values: dict[str, Any] = {
        "type": ItemType.STORY,
        "language": next(iter(words)),
        "state": ItemState.KEPT,
        "url": f"https://example.org/news/{number}",
        "published_at": utcnow(),
    }
    item = _added(session, Item(**values | columns))
    for language, text in words.items():
        default: dict[str, Any] = {
            "title": f"Title {number} ({language})",
            "summary": f"Summary {number} ({language})",
            "body": f"<p>Body {number} ({language})</p>",
            "ready": True,
        }
        session.add(ItemText(item_id=_id(item), language=language, **default | text))
    session.flush()
    return item


def make_issue(
    session: Session,
    *,
    list: MailingList | None = None,  # noqa: A002  # the glossary's word
    items: tuple[Item, ...] | list[Item] = (),
    languages: tuple[str, ...] | list[str] = LANGUAGES,
    **columns: Any,
) -> Issue:
    """Make a draft with an edition and a subject, which is ready, per language."""
    number = next(_counter) + 1
    mailing_list = list or the_list(session)
    values: dict[str, Any] = {
        "list_id": mailing_list.id,
        "number": number,
        "title": f"Issue {number}",
        "slug": f"issue-{number}",
        "timezone": mailing_list.timezone,
    }
    issue = _added(session, Issue(**values | columns))
    for language in languages:
        subject = f"Subject {number} ({language})"
        session.add(
            Edition(issue_id=_id(issue), language=language, subject=subject, ready=True)
        )
    for position, item in enumerate(items):
        session.add(
            IssueItem(issue_id=_id(issue), item_id=_id(item), position=position)
        )
    session.flush()
    return issue


def make_delivery(
    session: Session,
    *,
    issue: Issue | None = None,
    subscriber: Subscriber | None = None,
    **columns: Any,
) -> Delivery:
    """Make a queued row of the ledger, due now."""
    issue = issue or make_issue(session)
    reader = subscriber or make_subscriber(session)
    mailing_list = session.get_one(MailingList, issue.list_id)
    values: dict[str, Any] = {
        "issue_id": issue.id,
        "subscriber_id": reader.id,
        "handle": subscription_of(session, reader, mailing_list).handle,
        "language": reader.language or "fr",
        "address": reader.email,
        "address_hash": reader.email_hash,
        "name": reader.name,
        "since_on": reader.created_at.date().isoformat(),
        "state": DeliveryState.QUEUED,
        "due_at": utcnow(),
    }
    return _added(session, Delivery(**values | columns))


def _person() -> tuple[str, str]:
    number = next(_counter)
    name = PEOPLE[number % len(PEOPLE)]
    return name, f"{name.lower()}-{number}@example.org"


def _added(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row


def _id(row: Any) -> int:
    return int(row.id)
