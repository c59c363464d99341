from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from newsletter import config, db
from newsletter.config import Settings
from newsletter.errors import NewsletterError, WrongKeys
from newsletter.migrations import ready
from newsletter.models import Instance
from subscribers.models import MailingList
from tests import factories


def _fresh(folder: Path, **overrides: object) -> tuple[Engine, Settings]:
    settings = config.load(data_dir=folder, **overrides)
    return db.make_engine(settings.database), settings


def _forget_steps(engine: Engine, *, now_at: str) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE alembic_version SET version_num = :step"), {"step": now_at}
        )


def test_an_empty_database_is_set_up_by_itself(tmp_path: Path) -> None:
    engine, settings = _fresh(
        tmp_path,
        base_url="https://news.ngo.example",
        languages="nl,fr-BE,it",
        timezone="Europe/Rome",
    )

    ready.ensure(engine, settings)

    with db.reading(engine) as session:
        made = session.exec(select(MailingList)).one()
        instance = session.exec(select(Instance)).one()
    engine.dispose()
    assert made.slug == "newsletter"
    assert made.languages == ["nl", "fr-BE", "it"]
    assert made.names == {
        "nl": "Nieuwsbrief",
        "fr-BE": "Lettre d'information",
        "it": "Newsletter",
    }
    assert made.sender_address == "newsletter@news.ngo.example"
    assert made.list_id == "newsletter.news.ngo.example"
    assert made.timezone == "Europe/Rome"
    assert instance.key_check == settings.keys.check_mark()


def test_on_this_machine_alone_the_sender_has_an_example_address(
    tmp_path: Path,
) -> None:
    engine, settings = _fresh(tmp_path, base_url="http://127.0.0.1:8000")

    ready.ensure(engine, settings)

    with db.reading(engine) as session:
        made = session.exec(select(MailingList)).one()
    engine.dispose()
    assert made.sender_address == "newsletter@example.org"


def test_steps_are_told_once(tmp_path: Path) -> None:
    engine, settings = _fresh(tmp_path)

    first, second = ready.upgrade(engine, settings), ready.upgrade(engine, settings)

    engine.dispose()
    assert first[0] == "0001 First tables"
    assert second == []


def test_a_list_that_was_deleted_does_not_come_back(
    engine: Engine, settings: Settings
) -> None:
    with db.writing(engine) as session:
        session.delete(factories.the_list(session))

    ready.upgrade(engine, settings)

    with db.reading(engine) as session:
        assert session.exec(select(MailingList)).all() == []


def test_a_newer_database_is_refused(engine: Engine, settings: Settings) -> None:
    _forget_steps(engine, now_at="9999")

    with pytest.raises(NewsletterError, match=r"newer version \(step 9999\)"):
        ready.ensure(engine, settings)


def test_lost_keys_are_noticed(engine: Engine, settings: Settings) -> None:
    others = settings.model_copy(update={"secret_keys": ["quite another long secret"]})

    with pytest.raises(WrongKeys, match="NEWSLETTER_SECRET_KEYS"):
        ready.ensure(engine, others)


def test_a_new_key_before_the_old_one_is_fine(
    engine: Engine, settings: Settings
) -> None:
    rotated = settings.model_copy(
        update={"secret_keys": ["a brand new long secret", *settings.secret_keys]}
    )

    ready.ensure(engine, rotated)

    assert rotated.keys.check_mark() == settings.keys.check_mark()


def test_a_server_that_cannot_be_reached_is_named_without_its_password(
    tmp_path: Path,
) -> None:
    engine, settings = _fresh(
        tmp_path,
        database_url=f"postgresql+psycopg://anne:secret@/news?host={tmp_path}",
    )

    with pytest.raises(NewsletterError, match="NEWSLETTER_DATABASE_URL") as refused:
        ready.ensure(engine, settings)

    engine.dispose()
    assert "secret" not in str(refused.value)
