"""Four readers of whom rules can tell something, and whom a rule selects."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from newsletter.models import DeliveryState
from subscribers import segments
from subscribers.models import Segment, Subscriber, Subscription, SubscriptionState
from tests.factories import (
    make_delivery,
    make_issue,
    make_list,
    make_subscriber,
    subscription_of,
    the_list,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SOON, PAST = NOON + timedelta(seconds=1), NOON - timedelta(seconds=1)
State = SubscriptionState


def emails(session: Session, rule: str | None = None) -> set[str]:
    segment = Segment(name="", rule=rule) if rule else None
    query = segments.mailable(the_list(session).id or 0, segment=segment, now=NOON)
    return {row.email.partition("@")[0] for row in session.execute(query)}


def moment(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)  # type: ignore[misc,arg-type]  # up to minutes


def some_readers(session: Session) -> None:
    readers = [
        ("anne@example.org", "fr", ("press", "schools"), moment(2025, 2, 28, 23, 59)),
        ("bart@example.org", "nl", ("press",), moment(2025, 3, 1)),
        ("cris@example.org", "fr-BE", ("schools",), moment(2025, 3, 2)),
        ("dora@example.net", None, (), moment(2025, 3, 1, 23, 59)),
    ]
    others: dict[str, dict[str, Any]] = {
        "a": {"second_language": "de", "attributes": {"City": "LIÈGE"}},
        "b": {"attributes": {"city": "Liège", "Home Town": "Namur"}},
        "c": {"second_language": "de-AT", "attributes": {"city": "None"}},
        "d": {"attributes": {"city": ""}},
    }
    for email, language, tags, joined in readers:
        reader = make_subscriber(
            session, email=email, language=language, tags=tags, **others[email[0]]
        )
        standing = subscription_of(session, reader)
        standing.created_at = joined
        known = email[0] in "ac"
        standing.confirmed_at = standing.created_at if known else None
        session.add(standing)
    session.flush()
    _on_press(session)
    _letters(session)


def _on_press(session: Session) -> None:
    """Let Anne and Bart be on another list, Cris have left it, Dora not confirm."""
    press = make_list(session, slug="press")
    states = (State.CONFIRMED, State.PAUSED, State.UNSUBSCRIBED, State.UNCONFIRMED)
    for reader, state in zip(by_address(session), states, strict=True):
        session.add(
            Subscription(
                subscriber_id=reader.id or 0, list_id=press.id or 0, state=state
            )
        )
    session.flush()


def _letters(session: Session) -> None:
    """Let Anne have received issue 1, Bart issue 2; to Cris both were refused."""
    anne, bart, cris, _ = by_address(session)
    accepted, rejected = DeliveryState.ACCEPTED, DeliveryState.REJECTED
    letters = [
        (1, anne, accepted),
        (1, cris, rejected),
        (2, bart, accepted),
        (2, cris, DeliveryState.UNKNOWN),
    ]
    issues = {number: make_issue(session, id=number) for number in (1, 2)}
    for number, reader, state in letters:
        make_delivery(session, issue=issues[number], subscriber=reader, state=state)


def by_address(session: Session) -> list[Subscriber]:
    return list(session.exec(select(Subscriber).order_by(Subscriber.email_key)))
