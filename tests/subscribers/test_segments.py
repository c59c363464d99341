from datetime import datetime

import pytest
from sqlalchemy import case, update
from sqlmodel import Session, col, select

from newsletter.models import Delivery, DeliveryState
from subscribers import segments, suppressions
from subscribers.addresses import normalise
from subscribers.errors import (
    InvalidRule,
    ListNotFound,
    SegmentExists,
    SegmentNotFound,
)
from subscribers.models import (
    Segment,
    Subscriber,
    SuppressionReason,
)
from subscribers.tokens import KeyRing
from tests.factories import (
    make_delivery,
    make_issue,
    make_list,
    make_subscriber,
    subscription_of,
    the_list,
)
from tests.subscribers.readers import (
    NOON,
    PAST,
    SOON,
    State,
    by_address,
    emails,
    some_readers,
)


def test_confirmed_people_are_mailable(session: Session) -> None:
    anne = make_subscriber(session, email="anne@example.org", name="Anne")

    query = segments.mailable(the_list(session).id or 0, now=NOON)

    row = session.execute(query).one()
    standing = subscription_of(session, anne)
    assert row._asdict() == {
        "subscriber_id": anne.id,
        "email": "anne@example.org",
        "email_hash": anne.email_hash,
        "name": "Anne",
        "language": "fr",
        "handle": standing.handle,
        "confirmed_at": standing.confirmed_at,
        "second_language": None,
    }


@pytest.mark.parametrize(
    ("state", "paused_until", "mailed"),
    [
        (State.CONFIRMED, None, True),
        (State.UNCONFIRMED, None, False),
        (State.UNSUBSCRIBED, None, False),
        (State.PAUSED, SOON, False),
        (State.PAUSED, NOON, True),
        (State.PAUSED, PAST, True),
        (State.PAUSED, None, False),
        (None, None, False),
    ],
)
def test_the_standing_with_the_list_decides(
    session: Session, state: State | None, paused_until: datetime | None, mailed: bool
) -> None:
    anne = make_subscriber(session, state=state, paused_until=paused_until)

    assert bool(emails(session)) is mailed
    assert one_mailable(session, anne) is mailed


def one_mailable(session: Session, reader: Subscriber) -> bool:
    test = segments.is_mailable(col(Subscriber.id), the_list(session).id or 0, now=NOON)
    query = select(test).where(col(Subscriber.id) == reader.id)
    return bool(session.exec(query).one())


def test_a_suppression_outranks_a_subscription(session: Session, keys: KeyRing) -> None:
    anne = make_subscriber(session, email="anne@example.org")
    make_subscriber(session, email="bart@example.org")
    suppressions.suppress(
        session, keys, normalise(anne.email), reason=SuppressionReason.HARD_BOUNCE
    )

    assert emails(session) == {"bart"}
    assert one_mailable(session, anne) is False


def test_another_list_is_another_matter(session: Session) -> None:
    other = make_list(session)
    anne = make_subscriber(session, list=other)

    assert emails(session) == set()
    assert one_mailable(session, anne) is False


def test_it_counts_by_language(session: Session) -> None:
    some_readers(session)
    list_id = the_list(session).id or 0
    press = Segment(name="press", rule="tag=press")

    everybody = segments.count(session, list_id, now=NOON)

    assert everybody == {"fr": 1, "fr-BE": 1, "nl": 1, None: 1}
    assert segments.count(session, list_id, segment=press, now=NOON) == {
        "fr": 1,
        "nl": 1,
    }


def test_one_update_decides_about_every_delivery(
    session: Session, keys: KeyRing
) -> None:
    issue = make_issue(session)
    anne, bart, cris, dora = [make_subscriber(session) for _ in range(4)]
    rows = [
        make_delivery(session, issue=issue, subscriber=reader)
        for reader in (anne, bart, cris, dora)
    ]
    rows[3].address_hash = keys.fingerprint("dora.before@example.org")
    for address in (cris.email, "dora.before@example.org"):
        suppressions.suppress(
            session, keys, normalise(address), reason=SuppressionReason.HARD_BOUNCE
        )
    subscription_of(session, bart).state = State.UNSUBSCRIBED
    session.flush()

    allowed = segments.is_mailable(
        col(Delivery.subscriber_id),
        issue.list_id,
        now=NOON,
        address_hash=col(Delivery.address_hash),
    )
    moved = case((allowed, DeliveryState.SENDING.value), else_="skipped")
    session.execute(update(Delivery).values(state=moved))

    query = select(Delivery.state).order_by(col(Delivery.id))
    states = session.exec(query.execution_options(populate_existing=True)).all()
    assert states == ["sending", "skipped", "skipped", "skipped"]


def test_it_can_be_walked_in_chunks(session: Session) -> None:
    some_readers(session)
    query = segments.mailable(the_list(session).id or 0, now=NOON)
    seen: list[int] = []

    for _ in range(3):
        chunk = query.where(col(Subscriber.id) > max(seen, default=0))
        rows = session.execute(chunk.order_by(col(Subscriber.id)).limit(2))
        seen += [row.subscriber_id for row in rows]

    assert seen == sorted(each.id or 0 for each in by_address(session))


def test_a_rule_is_saved_under_a_name(session: Session) -> None:
    made = segments.add(session, "  Dutch  press ", "language=nl  and tag=press")

    assert (made.name, made.rule) == ("Dutch press", "language=nl and tag=press")
    assert segments.get(session, "Dutch press") is made
    assert segments.all_segments(session) == [made]


def test_a_wrong_rule_is_not_saved(session: Session) -> None:
    with pytest.raises(InvalidRule):
        segments.add(session, "press", "tag==press")

    assert segments.all_segments(session) == []


@pytest.mark.parametrize("name", ["", "  ", "a" * 61, "a\x1b[2J"])
def test_a_name_is_a_short_line(session: Session, name: str) -> None:
    with pytest.raises(InvalidRule, match="1 to 60 printable characters"):
        segments.add(session, name, "tag=press")


def test_a_name_is_given_once(session: Session) -> None:
    segments.add(session, "press", "tag=press")

    with pytest.raises(SegmentExists, match="already a segment called “press”"):
        segments.add(session, "press", "tag=tv")


def test_an_unknown_name_is_answered_with_those_there_are(session: Session) -> None:
    with pytest.raises(SegmentNotFound, match="there is: none"):
        segments.get(session, "press")

    segments.add(session, "schools", "tag=schools")
    with pytest.raises(SegmentNotFound, match="there is: schools"):
        segments.get(session, "press")


def test_a_rule_is_tried_without_saving_it(session: Session) -> None:
    some_readers(session)
    list_id = the_list(session).id or 0

    tried = segments.preview(session, list_id, "tag=press", now=NOON)
    first = segments.preview(session, list_id, "language!=nl", now=NOON, sample=1)

    assert (tried.languages, tried.total) == ({"fr": 1, "nl": 1}, 2)
    assert [(each.email, each.language) for each in tried.sample] == [
        ("anne@example.org", "fr"),
        ("bart@example.org", "nl"),
    ]
    assert (len(first.sample), first.total) == (1, 3)
    assert segments.all_segments(session) == []


def test_a_rule_about_a_list_that_is_not_there_is_refused(session: Session) -> None:
    list_id = the_list(session).id or 0

    with pytest.raises(ListNotFound, match="no list called presse"):
        segments.add(session, "press", "language=fr and not list=presse")
    with pytest.raises(ListNotFound):
        segments.preview(session, list_id, "list=presse", now=NOON)


def test_a_rule_is_changed(session: Session) -> None:
    made = segments.add(session, "press", "tag=press")

    changed = segments.change(session, " press ", "tag=press  or tag=tv")

    assert changed is made
    assert made.rule == "tag=press or tag=tv"
    with pytest.raises(InvalidRule):
        segments.change(session, "press", "tag==press")
    assert made.rule == "tag=press or tag=tv"


def test_a_rule_is_removed(session: Session) -> None:
    segments.add(session, "press", "tag=press")

    segments.remove(session, "press")

    assert segments.all_segments(session) == []
    with pytest.raises(SegmentNotFound):
        segments.remove(session, "press")


def test_a_rule_may_name_a_list_that_is_there(session: Session) -> None:
    slug = the_list(session).slug

    made = segments.add(session, "readers", f"list={slug} or not list={slug}")

    assert made.rule == f"list={slug} or not list={slug}"
