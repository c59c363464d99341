from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from newsletter import deliveries, issues
from newsletter.errors import BadTime, IssueNotEditable, ItemNotFound, WrongState
from newsletter.issues.composing import Plan
from newsletter.models import DeliveryState, Issue, IssueState
from subscribers.clock import utcnow
from tests import factories


def make(session: Session, state: IssueState, **columns: Any) -> Issue:
    return factories.make_issue(session, state=state, **columns)


def test_a_draft_is_scheduled(session: Session) -> None:
    issue = make(session, IssueState.DRAFT)
    at = utcnow() + timedelta(hours=1)

    issues.schedule(session, issue, at=at, now=utcnow())

    assert (issue.state, issue.send_at) == (IssueState.SCHEDULED, at)


def test_a_moment_that_has_passed_is_refused(session: Session) -> None:
    issue = make(session, IssueState.DRAFT)

    with pytest.raises(BadTime, match="has passed"):
        issues.schedule(session, issue, at=utcnow() - timedelta(hours=1), now=utcnow())


@pytest.mark.parametrize(
    "state",
    [IssueState.STARTING, IssueState.SENDING, IssueState.SENT, IssueState.CANCELLED],
)
def test_what_has_started_cannot_be_scheduled(
    session: Session, state: IssueState
) -> None:
    issue = make(session, state)

    with pytest.raises(WrongState, match="cannot be scheduled"):
        issues.schedule(session, issue, at=utcnow(), now=utcnow())


def test_cancelling_a_scheduled_issue_gives_the_draft_back(session: Session) -> None:
    issue = make(session, IssueState.SCHEDULED, send_at=utcnow())

    issues.cancel(session, issue)

    assert (issue.state, issue.send_at) == (IssueState.DRAFT, None)


def test_a_scheduled_issue_is_taken_back(session: Session) -> None:
    issue = make(session, IssueState.SCHEDULED, send_at=utcnow())

    issues.take_back(session, issue)

    assert (issue.state, issue.send_at) == (IssueState.DRAFT, None)


@pytest.mark.parametrize(
    "state", [each for each in IssueState if each is not IssueState.SCHEDULED]
)
def test_only_a_scheduled_issue_is_taken_back(
    session: Session, state: IssueState
) -> None:
    issue = make(session, state)

    with pytest.raises(WrongState, match="cannot be taken back"):
        issues.take_back(session, issue)

    assert issue.state is state


def test_cancelling_a_running_issue_lets_its_rows_follow(session: Session) -> None:
    issue = make(session, IssueState.SENDING, total=2)
    queued = factories.make_delivery(session, issue=issue)
    accepted = factories.make_delivery(
        session, issue=issue, state=DeliveryState.ACCEPTED
    )

    issues.cancel(session, issue)
    deliveries.cancel_queued(session, limit=10, now=utcnow())

    session.refresh(queued)
    session.refresh(accepted)
    assert queued.state is DeliveryState.CANCELLED
    assert accepted.state is DeliveryState.ACCEPTED


def test_a_finished_issue_cannot_be_cancelled(session: Session) -> None:
    issue = make(session, IssueState.SENT)

    with pytest.raises(WrongState):
        issues.cancel(session, issue)


def test_an_issue_ends_when_nothing_is_left_to_attempt(session: Session) -> None:
    done = make(session, IssueState.SENDING, total=1)
    factories.make_delivery(session, issue=done, state=DeliveryState.REJECTED)
    going = make(session, IssueState.SENDING, total=1)
    factories.make_delivery(session, issue=going, state=DeliveryState.DEFERRED)

    ended = issues.finish(session, now=utcnow())

    assert ended == [done.id]


@pytest.mark.parametrize("waits", [True, False])
def test_an_unknown_delivery_keeps_an_issue_open_only_while_it_will_be_resent(
    session: Session,
    waits: bool,
) -> None:
    issue = make(session, IssueState.SENDING, total=1)
    factories.make_delivery(
        session,
        issue=issue,
        state=DeliveryState.UNKNOWN,
        due_at=utcnow() if waits else None,
    )

    ended = issues.finish(session, now=utcnow())

    assert ended == ([] if waits else [issue.id])


def test_resolving_opens_a_sent_issue_again(session: Session) -> None:
    issue = make(session, IssueState.SENT, total=1)
    row = factories.make_delivery(
        session, issue=issue, state=DeliveryState.UNKNOWN, due_at=None
    )

    count = deliveries.resolve(session, issue, resend=True, now=utcnow())

    session.refresh(row)
    assert count == 1
    assert row.due_at is not None
    assert issue.state is IssueState.SENDING


def test_resuming_requeues_what_was_held(session: Session) -> None:
    issue = make(session, IssueState.PAUSED, total=1, paused_because="why")
    held = factories.make_delivery(
        session, issue=issue, state=DeliveryState.DEFERRED, due_at=None
    )

    issues.resume(session, issue, now=utcnow())

    session.refresh(held)
    assert (issue.state, issue.paused_because) == (IssueState.SENDING, "")
    assert held.state is DeliveryState.QUEUED


def test_a_new_issue_counts_on_and_gets_an_address_of_its_own(
    session: Session,
) -> None:
    mailing_list = factories.the_list(session)
    item = factories.make_item(session)

    first = issues.create(session, mailing_list, Plan("L’été", items=[item.id or 0]))
    second = issues.create(session, mailing_list, Plan("L’été"))

    assert (first.slug, second.slug) == ("lete", "lete-2")
    assert second.number == first.number + 1


def test_sections_keep_their_items_together(session: Session) -> None:
    ids = [factories.make_item(session).id or 0 for _ in range(4)]
    issue = make(session, IssueState.DRAFT)

    issues.arrange(session, issue, items=ids, sections={"Agenda": [ids[0]]})

    from newsletter import editions

    rows = editions.coverage(session, issue).rows
    assert [row.item.id for row in rows] == [ids[1], ids[2], ids[3], ids[0]]
    assert [row.section for row in rows] == ["", "", "", "Agenda"]


def test_arranging_an_item_that_is_not_there_is_refused(session: Session) -> None:
    issue = make(session, IssueState.DRAFT)

    with pytest.raises(ItemNotFound, match="no item 999999"):
        issues.arrange(session, issue, items=[999999])


def test_what_has_left_cannot_be_arranged(session: Session) -> None:
    issue = make(session, IssueState.SENT)

    with pytest.raises(IssueNotEditable):
        issues.arrange(session, issue, items=[])
