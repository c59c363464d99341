"""A database that was restored from a backup sends nothing by itself."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, update
from sqlmodel import col, select

from newsletter import db, guards, issues
from newsletter.config import Settings
from newsletter.models import Epoch, Instance, Issue, IssueState
from subscribers.clock import utcnow
from tests import factories


def at(folder: Path, settings: Settings) -> Settings:
    return settings.model_copy(update={"data_dir": folder})


def watch(engine: Engine, settings: Settings) -> None:
    guards.watch(engine, settings, shares=False)


def an_issue(
    engine: Engine, state: IssueState, *, send_at: datetime | None = None
) -> int:
    with db.writing(engine) as session:
        total = 1 if state is IssueState.SENDING else None
        issue = factories.make_issue(
            session, state=state, send_at=send_at or utcnow(), total=total
        )
        return issue.id or 0


def load(engine: Engine, issue_id: int) -> Issue:
    with db.reading(engine) as session:
        return issues.get_issue(session, issue_id)


def epochs(engine: Engine) -> dict[str, int]:
    with db.reading(engine) as session:
        return {epoch.id: epoch.number for epoch in session.exec(select(Epoch))}


def restore(engine: Engine, backup: dict[str, int]) -> None:
    """Put the epochs back as they were when the backup was made."""
    with db.writing(engine) as session:
        session.execute(delete(Epoch).where(col(Epoch.id).not_in(backup)))
        for folder, number in backup.items():
            session.get_one(Epoch, folder).number = number


def age(engine: Engine, by: timedelta) -> None:
    """Make the last tick of any clock so much older."""
    with db.writing(engine) as session:
        session.execute(update(Instance).values(ticked_at=utcnow() - by))


def test_what_was_on_its_way_waits_for_a_person(
    engine: Engine, settings: Settings
) -> None:
    watch(engine, settings)
    backup = epochs(engine)
    watch(engine, settings)
    sending, starting, late = (
        an_issue(engine, state)
        for state in (IssueState.SENDING, IssueState.STARTING, IssueState.SCHEDULED)
    )
    restore(engine, backup)

    watch(engine, settings)

    for issue_id in (sending, starting, late):
        found = load(engine, issue_id)
        assert found.state is IssueState.PAUSED
        assert "restored from a backup" in found.paused_because


def test_what_comes_later_and_what_is_no_more_stays_as_it_is(
    engine: Engine, settings: Settings
) -> None:
    watch(engine, settings)
    backup = epochs(engine)
    watch(engine, settings)
    tomorrow = utcnow() + timedelta(days=1)
    later = an_issue(engine, IssueState.SCHEDULED, send_at=tomorrow)
    sent = an_issue(engine, IssueState.SENT)
    restore(engine, backup)

    watch(engine, settings)

    assert load(engine, later).state is IssueState.SCHEDULED
    assert load(engine, sent).state is IssueState.SENT


def test_after_a_person_resumed_it_goes_on(engine: Engine, settings: Settings) -> None:
    watch(engine, settings)
    backup = epochs(engine)
    watch(engine, settings)
    issue_id = an_issue(engine, IssueState.SENDING)
    restore(engine, backup)
    watch(engine, settings)
    with db.writing(engine) as session:
        issues.resume(session, issues.get_issue(session, issue_id), now=utcnow())

    watch(engine, settings)

    assert load(engine, issue_id).state is IssueState.SENDING


def test_a_stop_and_a_start_are_nothing(engine: Engine, settings: Settings) -> None:
    issue_id = an_issue(engine, IssueState.SENDING)
    watch(engine, settings)
    age(engine, timedelta(hours=1))

    watch(engine, settings)

    assert load(engine, issue_id).state is IssueState.SENDING


def test_a_crash_after_the_commit_is_nothing(
    engine: Engine, settings: Settings
) -> None:
    issue_id = an_issue(engine, IssueState.SENDING)
    watch(engine, settings)
    remembered = (settings.data_dir / "epoch").read_bytes()
    watch(engine, settings)
    (settings.data_dir / "epoch").write_bytes(remembered)

    watch(engine, settings)

    assert load(engine, issue_id).state is IssueState.SENDING


def test_a_machine_that_joins_is_no_backup(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    issue_id = an_issue(engine, IssueState.SENDING)
    watch(engine, settings)

    watch(engine, at(tmp_path / "second", settings))
    watch(engine, settings)

    assert load(engine, issue_id).state is IssueState.SENDING


def test_a_new_machine_first_does_not_hide_the_backup(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    watch(engine, settings)
    backup = epochs(engine)
    watch(engine, settings)
    issue_id = an_issue(engine, IssueState.SENDING)
    restore(engine, backup)
    for _ in range(5):
        watch(engine, at(tmp_path / "new", settings))

    watch(engine, settings)

    assert load(engine, issue_id).state is IssueState.PAUSED


def test_a_machine_that_the_backup_does_not_know_finds_it_too(
    engine: Engine, settings: Settings
) -> None:
    watch(engine, settings)
    issue_id = an_issue(engine, IssueState.SENDING)
    restore(engine, {})

    watch(engine, settings)

    assert load(engine, issue_id).state is IssueState.PAUSED


def test_the_second_machine_does_not_pause_again_what_was_resumed(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    second = at(tmp_path / "second", settings)
    watch(engine, settings)
    watch(engine, second)
    backup = epochs(engine)
    watch(engine, second)
    watch(engine, settings)
    issue_id = an_issue(engine, IssueState.SENDING)
    restore(engine, backup)
    watch(engine, settings)
    with db.writing(engine) as session:
        issues.resume(session, issues.get_issue(session, issue_id), now=utcnow())

    watch(engine, second)

    assert load(engine, issue_id).state is IssueState.SENDING


def test_a_later_backup_is_found_again(engine: Engine, settings: Settings) -> None:
    issue_id = 0
    for _ in range(2):
        watch(engine, settings)
        backup = epochs(engine)
        watch(engine, settings)
        issue_id = an_issue(engine, IssueState.SENDING)
        restore(engine, backup)
        watch(engine, settings)

    assert load(engine, issue_id).state is IssueState.PAUSED


@pytest.mark.parametrize(
    ("silent_for", "state"),
    [
        (timedelta(minutes=1), IssueState.SENDING),
        (timedelta(minutes=11), IssueState.PAUSED),
    ],
)
def test_a_new_machine_on_a_silent_database_takes_it_for_a_backup(
    engine: Engine,
    settings: Settings,
    tmp_path: Path,
    silent_for: timedelta,
    state: IssueState,
) -> None:
    watch(engine, settings)
    issue_id = an_issue(engine, IssueState.SENDING)
    age(engine, silent_for)

    watch(engine, at(tmp_path / "new", settings))

    assert load(engine, issue_id).state is state


def test_a_torn_file_makes_the_folder_new(engine: Engine, settings: Settings) -> None:
    watch(engine, settings)
    (settings.data_dir / "epoch").write_text("half of")

    watch(engine, settings)

    assert len(epochs(engine)) == 2
