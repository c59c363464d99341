"""procrastinate's tables beside ours: made, upgraded, and never in Alembic's way."""

import pytest
from sqlalchemy import Engine, inspect, text

from newsletter.config import Settings
from newsletter.errors import NewsletterError
from newsletter.migrations import ready
from newsletter.tasks import schema

LAST_BUT_ONE = "03.04.00_01_pre_add_retry_failed_job_procedure"
# What the last step makes.
EVENTS = "procrastinate_trigger_function_status_events_update_v1"


@pytest.fixture
def database_url(_postgres_url: str) -> str:
    """PostgreSQL alone: SQLite has no queue."""
    return _postgres_url


def reached(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return schema._reached(connection)


def go_back(engine: Engine) -> None:
    """Undo the last step of procrastinate, as a database of last year is."""
    undone = f"DROP FUNCTION procrastinate.{EVENTS} CASCADE"
    comment = f"COMMENT ON SCHEMA procrastinate IS '{LAST_BUT_ONE}'"
    with engine.begin() as connection:
        connection.execute(text(undone))
        connection.execute(text(comment))


def has_function(engine: Engine, name: str) -> bool:
    with engine.connect() as connection:
        found = connection.scalar(
            text("SELECT to_regproc(:name)"), {"name": f"procrastinate.{name}"}
        )
        return found is not None


def test_the_step_we_name_is_the_last_that_is_shipped() -> None:
    assert schema._steps()[-1] == schema.NEWEST


def test_a_new_database_has_the_queue(engine: Engine) -> None:
    assert inspect(engine).has_table("procrastinate_jobs", schema="procrastinate")
    assert reached(engine) == schema.NEWEST


def test_nothing_of_it_lies_among_our_tables(engine: Engine) -> None:
    ours = inspect(engine).get_table_names()

    assert [name for name in ours if name.startswith("procrastinate")] == []


def test_missing_steps_are_applied_once(engine: Engine, settings: Settings) -> None:
    go_back(engine)

    for _ in range(2):
        ready.upgrade(engine, settings)

    assert has_function(engine, EVENTS)
    assert reached(engine) == schema.NEWEST


def test_an_older_queue_waits_for_migrate(engine: Engine, settings: Settings) -> None:
    go_back(engine)

    with pytest.raises(NewsletterError, match="Run `newsletter migrate` first"):
        ready.ensure(engine, settings)


def test_sqlite_has_no_queue(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as connection:
        schema.upgrade(connection)

        assert not schema.is_outdated(connection)
        assert inspect(connection).get_schema_names() == ["main"]
