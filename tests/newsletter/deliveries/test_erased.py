"""Erasing somebody empties their rows and keeps the counts (architecture §4.10)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import db, deliveries, issues, rights
from newsletter.deliveries import Claim, Result
from newsletter.models import Delivery, DeliveryState, Issue, IssueState
from newsletter.smtp import Fault, Outcome, Verdict
from subscribers.models import Subscriber, UnknownPolicy
from tests.factories import KEYS, make_delivery, make_issue, make_subscriber

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
SENDER = "a sender"
State = DeliveryState

REFUSED = Outcome(
    Verdict.REJECTED, 550, "5.1.1 <anne@example.org>: who?", Fault.RECIPIENT
)


@pytest.fixture
def issue_id(engine: Engine) -> int:
    """An issue that is being sent, to Anne alone."""
    with db.writing(engine) as session:
        issue = make_issue(session, state=IssueState.SENDING, total=1)
        anne = make_subscriber(session, email="anne@example.org", name="Anne")
        make_delivery(session, issue=issue, subscriber=anne, due_at=NOW)
        return issue.id or 0


def claim(engine: Engine, now: datetime = NOW) -> list[Claim]:
    with db.writing(engine) as session:
        return deliveries.claim(session, sender=SENDER, limit=10, now=now)


def record(engine: Engine, claim: Claim, outcome: Outcome) -> None:
    with db.writing(engine) as session:
        deliveries.record(
            session,
            [Result(claim, outcome)],
            sender=SENDER,
            now=NOW,
            on_unknown=UnknownPolicy.RESEND,
        )


def erase(engine: Engine) -> None:
    with db.writing(engine) as session:
        rights.erase(session, KEYS, session.exec(select(Subscriber)).one())


def only_row(engine: Engine) -> Delivery:
    with db.reading(engine) as session:
        return session.exec(select(Delivery)).one()


def about_a_person(row: Delivery) -> set[object]:
    return {
        row.subscriber_id,
        row.address,
        row.address_hash,
        row.name,
        row.handle,
        row.since_on,
        row.reply,
    }


EMPTY: set[object] = {None, ""}


def total(engine: Engine, issue_id: int) -> tuple[int | None, int]:
    with db.reading(engine) as session:
        issue = issues.get_issue(session, issue_id)
        return issue.total, deliveries.status(session, issue).total


@pytest.mark.parametrize("state", [state for state in State if state != State.SENDING])
def test_a_row_is_emptied_and_keeps_its_state(engine: Engine, state: State) -> None:
    with db.writing(engine) as session:
        make_delivery(session, state=state, reply="250 anne@example.org ok")

    erase(engine)

    row = only_row(engine)
    assert about_a_person(row) == EMPTY
    assert row.state == state


def test_a_row_that_waits_is_skipped_when_its_turn_comes(
    engine: Engine, issue_id: int
) -> None:
    erase(engine)

    assert claim(engine) == []

    row = only_row(engine)
    assert (row.state, row.due_at) == (State.SKIPPED, None)
    assert total(engine, issue_id) == (1, 1)


def test_a_row_that_is_out_keeps_its_address_until_its_outcome(
    engine: Engine, issue_id: int
) -> None:
    (held,) = claim(engine)
    erase(engine)
    row = only_row(engine)
    assert (row.state, row.address, row.subscriber_id) == (
        State.SENDING,
        "anne@example.org",
        None,
    )

    record(engine, held, Outcome(Verdict.ACCEPTED, 250, "ok for anne@example.org"))

    row = only_row(engine)
    assert about_a_person(row) == EMPTY
    assert (row.state, row.reply_code) == (State.ACCEPTED, 250)
    assert total(engine, issue_id) == (1, 1)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (REFUSED, State.REJECTED),
        (Outcome(Verdict.UNKNOWN, None, "silence", Fault.CONNECTION), State.UNKNOWN),
        (Outcome(Verdict.DEFERRED, 451, "later", Fault.RECIPIENT), State.SKIPPED),
        (Outcome(Verdict.HELD, 550, "5.7.26 no", Fault.POLICY), State.SKIPPED),
        (Outcome(Verdict.RETURNED), State.SKIPPED),
    ],
)
def test_nothing_is_tried_again_for_somebody_erased(
    engine: Engine, issue_id: int, outcome: Outcome, state: State
) -> None:
    (held,) = claim(engine)
    erase(engine)

    record(engine, held, outcome)

    row = only_row(engine)
    assert about_a_person(row) == EMPTY
    assert (row.state, row.due_at) == (state, None)
    assert claim(engine, LATER) == []
    assert only_row(engine).state == state
    assert total(engine, issue_id) == (1, 1)


@pytest.mark.parametrize("policy", UnknownPolicy)
def test_after_a_crash_the_row_is_unknown_and_stays_so(
    engine: Engine, issue_id: int, policy: UnknownPolicy
) -> None:
    claim(engine)
    erase(engine)

    with db.writing(engine) as session:
        deliveries.recover(session, dead=[SENDER], now=NOW, on_unknown=policy)

    row = only_row(engine)
    assert about_a_person(row) - {row.reply} == EMPTY
    assert "@" not in row.reply
    assert claim(engine, LATER) == []
    assert (only_row(engine).state, row.due_at) == (State.UNKNOWN, None)
    assert total(engine, issue_id) == (1, 1)


@pytest.mark.usefixtures("issue_id")
def test_a_late_answer_still_counts(engine: Engine) -> None:
    (held,) = claim(engine)
    with db.writing(engine) as session:
        deliveries.recover(
            session, dead=[SENDER], now=NOW, on_unknown=UnknownPolicy.RESEND
        )
    erase(engine)

    record(engine, held, Outcome(Verdict.ACCEPTED, 250, "ok for anne@example.org"))

    row = only_row(engine)
    assert about_a_person(row) == EMPTY
    assert row.state is State.ACCEPTED


@pytest.mark.usefixtures("issue_id")
def test_an_unknown_row_is_not_resent(engine: Engine) -> None:
    with db.writing(engine) as session:
        row = session.exec(select(Delivery)).one()
        row.state, row.attempt, row.due_at = State.UNKNOWN, 1, NOW

    erase(engine)

    assert claim(engine, LATER) == []
    assert (only_row(engine).state, only_row(engine).due_at) == (State.UNKNOWN, None)


@pytest.mark.usefixtures("issue_id")
def test_a_row_left_behind_by_a_deletion_is_emptied_in_its_turn(
    engine: Engine,
) -> None:
    with db.writing(engine) as session:
        session.delete(session.exec(select(Subscriber)).one())
    assert only_row(engine).address == "anne@example.org"

    assert claim(engine) == []

    assert about_a_person(only_row(engine)) == EMPTY
    assert only_row(engine).state is State.SKIPPED


def test_a_person_resends_only_to_who_is_there(engine: Engine, issue_id: int) -> None:
    with db.writing(engine) as session:
        issue = session.get_one(Issue, issue_id)
        anne = session.exec(select(Subscriber)).one()
        session.exec(select(Delivery)).one().state = State.UNKNOWN
        make_delivery(session, issue=issue, state=State.UNKNOWN, due_at=None)
        rights.erase(session, KEYS, anne)

        sent_again = deliveries.resolve(session, issue, resend=True, now=NOW)

        assert sent_again == 1


@contextmanager
def beside(work: threading.Thread) -> Iterator[None]:
    """Start a thread that has to wait for the transaction this block is in."""
    work.start()
    work.join(0.5)
    assert work.is_alive()
    yield


@pytest.mark.usefixtures("issue_id")
def test_an_outcome_written_down_during_an_erasure_is_emptied(engine: Engine) -> None:
    (held,) = claim(engine)
    outcome = Outcome(Verdict.ACCEPTED, 250, "ok for anne@example.org")
    recording = threading.Thread(target=record, args=(engine, held, outcome))

    with db.writing(engine) as session:
        rights.erase(session, KEYS, session.exec(select(Subscriber)).one())
        with beside(recording):
            pass
    recording.join(10)

    row = only_row(engine)
    assert about_a_person(row) == EMPTY
    assert row.state is State.ACCEPTED


@pytest.mark.usefixtures("issue_id")
def test_an_erasure_during_an_outcome_empties_the_row(engine: Engine) -> None:
    (held,) = claim(engine)
    erasing = threading.Thread(target=erase, args=(engine,))

    with db.writing(engine) as session:
        outcome = Outcome(Verdict.ACCEPTED, 250, "ok for anne@example.org")
        deliveries.record(
            session,
            [Result(held, outcome)],
            sender=SENDER,
            now=NOW,
            on_unknown=UnknownPolicy.RESEND,
        )
        with beside(erasing):
            pass
    erasing.join(10)

    row = only_row(engine)
    assert about_a_person(row) == EMPTY
    assert row.state is State.ACCEPTED


def test_nobody_is_listed_who_is_erased_meanwhile(engine: Engine) -> None:
    issue_id = starting(engine)
    fanning_out = threading.Thread(target=fan_out, args=(engine, issue_id))

    with db.writing(engine) as session:
        anne = session.exec(
            select(Subscriber).where(Subscriber.email == "anne@example.org")
        ).one()
        rights.erase(session, KEYS, anne)
        with beside(fanning_out):
            pass
    fanning_out.join(10)

    assert only_row(engine).address == "bart@example.org"
    assert total(engine, issue_id) == (1, 1)


def test_an_erasure_during_the_fan_out_leaves_no_address(engine: Engine) -> None:
    issue_id = starting(engine)
    with db.writing(engine) as session:
        session.delete(
            session.exec(
                select(Subscriber).where(Subscriber.email == "bart@example.org")
            ).one()
        )
    erasing = threading.Thread(target=erase, args=(engine,))

    with db.writing(engine) as session:
        issue = session.get_one(Issue, issue_id)
        (chunk,) = deliveries.unlisted(session, issue)
        deliveries.fan_out(session, issue, chunk, languages=["fr"], now=NOW)
        with beside(erasing):
            pass
    erasing.join(10)

    assert about_a_person(only_row(engine)) == EMPTY


def starting(engine: Engine) -> int:
    with db.writing(engine) as session:
        for name in ("anne", "bart"):
            make_subscriber(session, email=f"{name}@example.org")
        issue = make_issue(session, state=IssueState.STARTING)
        return issue.id or 0


def fan_out(engine: Engine, issue_id: int) -> None:
    with db.writing(engine) as session:
        issue = session.get_one(Issue, issue_id)
        for chunk in deliveries.unlisted(session, issue):
            deliveries.fan_out(session, issue, chunk, languages=["fr"], now=NOW)
        deliveries.close_list(session, issue, now=NOW)


def test_forgetting_nobody_changes_nothing(session: Session) -> None:
    row = make_delivery(session)

    deliveries.forget(session, [])

    assert row.address
