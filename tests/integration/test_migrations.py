import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, make_url
from sqlmodel import SQLModel, select

from newsletter import db
from subscribers.models import MailingList
from tests import programs
from tests.postgres import administer


def test_the_steps_make_exactly_the_tables_of_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        differences = compare_metadata(context, SQLModel.metadata)

    assert differences == []


@pytest.mark.slow
def test_two_processes_that_start_together_migrate_once(
    postgres_server: str, tmp_path: Path
) -> None:
    with _empty_database(postgres_server) as url:
        environment = {
            **os.environ,  # noqa: TID251  # for children
            "NEWSLETTER_DATABASE_URL": url,
            "NEWSLETTER_DATA_DIR": str(tmp_path),
        }
        with (
            programs.running("migrate", "--json", environment=environment) as one,
            programs.running("migrate", "--json", environment=environment) as other,
        ):
            said = [each.communicate()[0] for each in (one, other)]
        answers = [json.loads(each) for each in said]

        engine = db.make_engine(url)
        with db.reading(engine) as session:
            lists = session.exec(select(MailingList)).all()
        engine.dispose()
    assert [one.returncode, other.returncode] == [0, 0]
    assert sorted(len(answer["applied"]) > 0 for answer in answers) == [False, True]
    assert len(lists) == 1


@contextmanager
def _empty_database(server: str) -> Iterator[str]:
    name = f"empty_{os.getpid()}"
    administer(server, f"CREATE DATABASE {name}")
    url = make_url(server).set(database=name)
    try:
        yield url.render_as_string(hide_password=False)
    finally:
        administer(server, f"DROP DATABASE {name} WITH (FORCE)")
