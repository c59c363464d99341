"""Staff may decide otherwise about a failure, and never about a complaint."""

import pytest
from sqlmodel import Session, select

from newsletter import bounces
from newsletter.bounces import Effect
from newsletter.bounces.report import Kind
from newsletter.models import Bounce
from newsletter.smtp.failures import Failure
from subscribers import addresses, suppressions
from subscribers.addresses import Address
from subscribers.errors import SuppressionStays
from subscribers.models import Subscriber, SuppressionReason
from tests import factories
from tests.newsletter.bounces.sent import sent_to
from tests.newsletter.bounces.test_take import reason, report, take

KEYS = factories.KEYS


def address_of(reader: Subscriber) -> Address:
    return addresses.normalise(reader.email)


def failed(session: Session, reader: Subscriber, **values: object) -> Bounce:
    """Return the row of a failure that ended mail to its address."""
    take(session, report(session, sent_to(session, reader), **values))
    return session.exec(select(Bounce)).all()[-1]


def test_mail_may_go_to_an_address_again_and_its_failures_are_forgiven(
    session: Session,
) -> None:
    reader, other = (factories.make_subscriber(session) for _ in range(2))
    mine, theirs = failed(session, reader), failed(session, other)

    lifted = bounces.lift(session, KEYS, address_of(reader), by="Inès")

    session.expire_all()
    assert lifted
    assert (reason(session, reader.email), mine.lifted_by) == (None, "Inès")
    assert reason(session, other.email) is SuppressionReason.HARD_BOUNCE
    assert theirs.lifted_by == ""


def test_what_was_forgiven_does_not_count_with_what_comes(session: Session) -> None:
    reader = factories.make_subscriber(session)
    first = sent_to(session, reader, days_ago=9)
    take(session, report(session, first, failure=Failure.DISABLED))
    bounces.lift(session, KEYS, address_of(reader), by="Inès")

    again = report(session, sent_to(session, reader), failure=Failure.DISABLED)

    assert take(session, again) is Effect.COUNTED


def test_a_new_failure_ends_mail_again(session: Session) -> None:
    reader = factories.make_subscriber(session)
    failed(session, reader)
    bounces.lift(session, KEYS, address_of(reader), by="Inès")

    failed(session, reader)

    assert reason(session, reader.email) is SuppressionReason.HARD_BOUNCE


@pytest.mark.parametrize("first", ["failure", "complaint"])
def test_after_a_complaint_nothing_is_lifted(session: Session, first: str) -> None:
    reader = factories.make_subscriber(session)
    if first == "failure":
        failed(session, reader)
    complaint = failed(session, reader, kind=Kind.COMPLAINT, failure=None)

    with pytest.raises(SuppressionStays, match="calls a letter spam"):
        bounces.lift(session, KEYS, address_of(reader), by="Inès")
    with pytest.raises(SuppressionStays, match="calls a letter spam"):
        bounces.lift_for(session, KEYS, complaint, by="Inès")

    assert reason(session, reader.email) is SuppressionReason.COMPLAINT
    assert {row.lifted_by for row in session.exec(select(Bounce))} == {""}


def test_what_a_colleague_stopped_by_hand_is_not_lifted_for_a_failure(
    session: Session,
) -> None:
    reader = factories.make_subscriber(session)
    row = failed(session, reader)
    why = SuppressionReason.STAFF
    suppressions.suppress(session, KEYS, address_of(reader), reason=why)

    with pytest.raises(SuppressionStays, match="A colleague"):
        bounces.lift_for(session, KEYS, row, by="Inès")

    assert reason(session, reader.email) is why


def test_a_report_about_nobody_lifts_nothing(session: Session) -> None:
    row = failed(session, factories.make_subscriber(session), places=[])

    with pytest.raises(SuppressionStays, match="Nobody knows"):
        bounces.lift_for(session, KEYS, row, by="Inès")
