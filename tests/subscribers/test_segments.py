from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import case, update
from sqlmodel import Session, col, select

from newsletter.models import Delivery, DeliveryState
from subscribers import segments, suppressions
from subscribers.addresses import normalise
from subscribers.errors import InvalidRule, SegmentExists, SegmentNotFound
from subscribers.models import (
    Segment,
    Subscriber,
    Subscription,
    SubscriptionState,
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

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SOON, PAST = NOON + timedelta(seconds=1), NOON - timedelta(seconds=1)
State = SubscriptionState


def emails(session: Session, rule: str | None = None) -> set[str]:
    segment = Segment(name="", rule=rule) if rule else None
    query = segments.mailable(the_list(session).id or 0, segment=segment, now=NOON)
    return {row.email.partition("@")[0] for row in session.execute(query)}


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


@pytest.mark.parametrize(
    ("rule", "chosen"),
    [
        ("language=fr", {"anne", "cris"}),
        ("language=fr-BE", {"cris"}),
        ("language=nl,none", {"bart", "dora"}),
        ("language!=fr", {"bart", "dora"}),
        ("not language=none", {"anne", "bart", "cris"}),
        ("tag=press", {"anne", "bart"}),
        ("tag=Press,schools", {"anne", "bart", "cris"}),
        ("tag=press and not tag=schools", {"bart"}),
        ("language=nl,fr and tag=press and not tag=schools", {"bart"}),
        ("not tag=press", {"cris", "dora"}),
        ("language=nl or tag=schools", {"anne", "bart", "cris"}),
        ("language=fr and (tag=press or language=fr-BE)", {"anne", "cris"}),
        ("domain=example.net", {"dora"}),
        ("domain!=example.net", {"anne", "bart", "cris"}),
        ("domain=ample.org", set()),
        ("joined>=2025-03-02", {"cris"}),
        ("joined>2025-03-01", {"cris"}),
        ("joined<=2025-03-01", {"anne", "bart", "dora"}),
        ("joined<2025-03-01", {"anne"}),
        ("joined=2025-03-01", {"bart", "dora"}),
        ("joined!=2025-03-01", {"anne", "cris"}),
        ("joined=2025-02-28,2025-03-02", {"anne", "cris"}),
        ("confirmed>2025-01-01", {"anne", "cris"}),
        ("not confirmed>2025-01-01", {"bart", "dora"}),
    ],
)
def test_a_rule_selects(session: Session, rule: str, chosen: set[str]) -> None:
    some_readers(session)

    assert emails(session, rule) == chosen


def moment(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)  # type: ignore[misc,arg-type]  # up to minutes


def some_readers(session: Session) -> None:
    readers = [
        ("anne@example.org", "fr", ("press", "schools"), moment(2025, 2, 28, 23, 59)),
        ("bart@example.org", "nl", ("press",), moment(2025, 3, 1)),
        ("cris@example.org", "fr-BE", ("schools",), moment(2025, 3, 2)),
        ("dora@example.net", None, (), moment(2025, 3, 1, 23, 59)),
    ]
    for email, language, tags, joined in readers:
        reader = make_subscriber(session, email=email, language=language, tags=tags)
        standing = subscription_of(session, reader)
        standing.created_at = joined
        known = email[0] in "ac"
        standing.confirmed_at = standing.created_at if known else None
        session.add(standing)
    session.flush()


def test_rules_hold_no_sql(session: Session) -> None:
    make_subscriber(session, tags=("press",))

    assert emails(session, """tag="' or 1=1 --" """) == set()
    assert emails(session, "tag=%") == set()


field = st.sampled_from(["language", "tag", "domain", "joined", "confirmed"])
value = {
    "language": st.sampled_from(["fr", "nl-BE", "none", "fr,none"]),
    "tag": st.sampled_from(["press", '"a % b"', "press,schools"]),
    "domain": st.just("example.org"),
    "joined": st.just("2025-03-01"),
    "confirmed": st.just("2025-03-01"),
}
condition = field.flatmap(lambda name: value[name].map(lambda v: f"{name}={v}"))
any_rule = st.recursive(
    condition,
    lambda inner: st.one_of(
        inner.map("not {}".format),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda three: f"({' '.join(three)})"
        ),
    ),
    max_leaves=6,
)


@hypothesis_settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rule=any_rule)
def test_everybody_is_in_a_segment_or_in_its_opposite(
    session: Session, rule: str
) -> None:
    if not emails(session):
        some_readers(session)

    chosen, others = emails(session, rule), emails(session, f"not ({rule})")

    assert chosen & others == set()
    assert chosen | others == {"anne", "bart", "cris", "dora"}


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

    assert seen == sorted(session.exec(select(Subscription.subscriber_id)))


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

    with pytest.raises(SegmentExists, match="already a segment called 'press'"):
        segments.add(session, "press", "tag=tv")


def test_an_unknown_name_is_answered_with_those_there_are(session: Session) -> None:
    with pytest.raises(SegmentNotFound, match="there is: none"):
        segments.get(session, "press")

    segments.add(session, "schools", "tag=schools")
    with pytest.raises(SegmentNotFound, match="there is: schools"):
        segments.get(session, "press")
