import pytest
from sqlmodel import Session

from newsletter import deliveries
from newsletter.models import DeliveryState
from tests.factories import make_delivery, make_issue, make_subscriber

SETTLED = [state for state in DeliveryState if state is not DeliveryState.SENDING]


@pytest.mark.parametrize("state", SETTLED)
def test_a_row_keeps_its_state_and_nothing_of_the_person(
    session: Session, state: DeliveryState
) -> None:
    anne = make_subscriber(session, name="Anne")
    row = make_delivery(session, subscriber=anne, state=state)

    deliveries.forget(session, [anne.id or 0])

    session.refresh(row)
    assert row.state == state
    assert (row.subscriber_id, row.address, row.address_hash) == (None, "", "")
    assert (row.name, row.handle, row.since_on) == ("", "", "")


def test_what_is_being_sent_is_left_until_its_outcome(session: Session) -> None:
    anne = make_subscriber(session)
    row = make_delivery(session, subscriber=anne, state=DeliveryState.SENDING)

    deliveries.forget(session, [anne.id or 0])

    session.refresh(row)
    assert row.address == anne.email


def test_the_others_stay_in_the_ledger(session: Session) -> None:
    anne, bart = make_subscriber(session), make_subscriber(session)
    issue = make_issue(session)
    make_delivery(session, subscriber=anne, issue=issue)
    row = make_delivery(session, subscriber=bart, issue=issue)

    deliveries.forget(session, [anne.id or 0])

    session.refresh(row)
    assert row.subscriber_id == bart.id
