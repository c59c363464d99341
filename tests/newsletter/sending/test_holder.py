from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event
from sqlmodel import select

from newsletter import db, jobs
from newsletter.config import Settings
from newsletter.models import Delivery, DeliveryState, IssueState, Sender
from newsletter.sending import Holder, dead_senders
from subscribers.clock import utcnow
from subscribers.models import UnknownPolicy
from tests import factories
from tests.newsletter.sending.sent import break_lines


def dead(engine: Engine, data_dir: Path) -> list[str]:
    with db.reading(engine) as session:
        return dead_senders(session, data_dir=data_dir, now=db.now(session))


def age(engine: Engine, by: timedelta) -> None:
    with db.writing(engine) as session:
        for sender in session.exec(select(Sender)):
            sender.heartbeat_at = utcnow() - by


def claimed_row(engine: Engine, holder: str) -> int:
    with db.writing(engine) as session:
        issue = factories.make_issue(session, state=IssueState.SENDING, total=1)
        row = factories.make_delivery(
            session,
            issue=issue,
            state=DeliveryState.SENDING,
            claimed_by=holder,
            attempt=1,
            due_at=None,
            dated_at=utcnow(),
        )
        return row.id or 0


def row(engine: Engine, row_id: int) -> Delivery:
    with db.reading(engine) as session:
        return session.get_one(Delivery, row_id)


def test_a_living_sender_is_left_alone(engine: Engine, settings: Settings) -> None:
    with Holder(engine, settings.data_dir):
        assert dead(engine, settings.data_dir) == []


def test_a_sender_without_heartbeat_is_given_up(
    engine: Engine, settings: Settings
) -> None:
    with Holder(engine, settings.data_dir) as holder:
        age(engine, timedelta(seconds=31))

        assert dead(engine, settings.data_dir) == [holder.id]


def test_a_heartbeat_keeps_a_sender_alive(engine: Engine, settings: Settings) -> None:
    with Holder(engine, settings.data_dir) as holder:
        age(engine, timedelta(seconds=31))

        assert holder.beat()

        assert dead(engine, settings.data_dir) == []


def test_a_free_lock_file_gives_its_sender_up_at_once(
    engine: Engine, settings: Settings
) -> None:
    holder = Holder(engine, settings.data_dir)
    with holder:
        assert holder._lock is not None
        holder._lock.close()  # as the kernel does when the process dies

        assert dead(engine, settings.data_dir) == [holder.id]


def test_a_sender_elsewhere_is_judged_by_its_heartbeat_alone(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    with Holder(engine, settings.data_dir):
        assert dead(engine, tmp_path / "another machine") == []


def test_a_sender_that_was_given_up_learns_it_at_its_next_heartbeat(
    engine: Engine, settings: Settings
) -> None:
    with Holder(engine, settings.data_dir) as holder:
        age(engine, timedelta(seconds=31))
        jobs.recover(engine, settings)

        assert not holder.beat()


def test_a_dead_senders_rows_are_unknown_and_due_again_once(
    engine: Engine, settings: Settings
) -> None:
    with Holder(engine, settings.data_dir) as holder:
        row_id = claimed_row(engine, holder.id)
        age(engine, timedelta(seconds=31))

        jobs.recover(engine, settings)

    found = row(engine, row_id)
    assert (found.state, found.unknowns) == (DeliveryState.UNKNOWN, 1)
    assert found.due_at is not None


def test_with_hold_they_wait_for_a_person(engine: Engine, settings: Settings) -> None:
    careful = settings.model_copy(update={"on_unknown": UnknownPolicy.HOLD})
    with Holder(engine, settings.data_dir) as holder:
        row_id = claimed_row(engine, holder.id)
        age(engine, timedelta(seconds=31))

        jobs.recover(engine, careful)

    assert row(engine, row_id).due_at is None


def test_rows_left_behind_by_a_failure_are_recovered_at_once(
    engine: Engine, settings: Settings
) -> None:
    with Holder(engine, settings.data_dir) as holder:
        row_id = claimed_row(engine, holder.id)

    jobs.recover(engine, settings)

    assert row(engine, row_id).state is DeliveryState.UNKNOWN


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_line_that_breaks_while_a_sender_signs_off_is_no_failure(
    engine: Engine, settings: Settings
) -> None:
    with Holder(engine, settings.data_dir) as holder:
        other = db.make_engine(engine.url.render_as_string(hide_password=False))

        @event.listens_for(engine, "commit")
        def cut(_connection: Connection) -> None:
            break_lines(other)

    event.remove(engine, "commit", cut)
    other.dispose()

    # The kernel let go of its lock: whoever looks next clears it away.
    assert dead(engine, settings.data_dir) == [holder.id]
