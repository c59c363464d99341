"""Brings a database to the tables this version needs, and knows when it may."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from newsletter import db, tasks
from newsletter.config import Settings, is_loopback
from newsletter.errors import NewsletterError, WrongKeys
from newsletter.models import Instance
from subscribers.models import MailingList

# Any number will do, as long as nothing else in the database locks by it.
_LOCK = 5_091_327_118
_NAMES = {"fr": "Lettre d'information", "nl": "Nieuwsbrief", "de": "Rundbrief"}


def ensure(engine: Engine, settings: Settings) -> None:
    """Make the database usable, or raise with what a person has to do first.

    An empty database is set up. An older one is upgraded when it is SQLite, a file
    that only this program opens; on PostgreSQL other machines may still run the
    older version, so somebody decides. Raises WrongKeys when SECRET_KEYS lost the
    key this database was made with.
    """
    current, script = _current(engine), ScriptDirectory.from_config(alembic_config())
    if current != script.get_current_head() or _lacks_queue(engine):
        _refuse_newer(current, script)
        if current is not None and engine.dialect.name != "sqlite":
            raise NewsletterError(
                "The database is of an older version. Run `newsletter migrate` first."
            )
        upgrade(engine, settings)
    _check_keys(engine, settings)


def upgrade(engine: Engine, settings: Settings | None) -> list[str]:
    """Apply the steps that are missing and return what each does, oldest first.

    Without settings the tables stay empty: those of a draft lack what it will add.

    All of it is one transaction behind one lock: of two processes that start
    together, the second finds nothing left to do.
    """
    with _alone(engine) as connection:
        before = MigrationContext.configure(connection).get_current_revision()
        config = alembic_config(connection)
        script = ScriptDirectory.from_config(config)
        _refuse_newer(before, script)
        command.upgrade(config, "head")
        tasks.upgrade(connection)
        if settings:
            _fill(connection, settings)
        applied = list(script.iterate_revisions("head", before or "base"))
    return [f"{step.revision} {step.doc.rstrip('.')}" for step in reversed(applied)]


def alembic_config(connection: Connection | None = None) -> Config:
    """Return what Alembic needs to know, without an alembic.ini no wheel installs."""
    config = Config()
    folder = str(Path(__file__).parent)
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def first_name(tag: str) -> str:
    """Return what the first list is called in a language until somebody names it."""
    return _NAMES.get(tag.split("-", 1)[0], "Newsletter")


def _current(engine: Engine) -> str | None:
    try:
        with engine.execution_options(reading=True).connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except OperationalError as error:
        raise NewsletterError(
            f"NEWSLETTER_DATABASE_URL: cannot open {engine.url} ({error.orig})"
        ) from error


def _lacks_queue(engine: Engine) -> bool:
    with engine.execution_options(reading=True).connect() as connection:
        return tasks.is_outdated(connection)


def _refuse_newer(current: str | None, script: ScriptDirectory) -> None:
    if current not in {None, *(step.revision for step in script.walk_revisions())}:
        raise NewsletterError(
            f"The database was made by a newer version (step {current}): "
            "install that version, or restore a backup."
        )


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            with connection.begin():
                connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
                yield connection
            return
        # Rebuilding a table drops the old one, which would cascade to its children.
        # The pragma does nothing inside a transaction, hence the driver's connection.
        driver = connection.connection.cursor()
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                _refuse_orphans(connection)
        finally:
            driver.execute("PRAGMA foreign_keys=ON")
            driver.close()


def _refuse_orphans(connection: Connection) -> None:
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if orphans:
        raise NewsletterError(f"A step would leave rows without a parent: {orphans[0]}")


def _fill(connection: Connection, settings: Settings) -> None:
    with Session(connection) as session:
        _furnish(session, settings)
        session.flush()


def _furnish(session: Session, settings: Settings) -> None:
    """Give an empty database what every installation has."""
    if session.get(Instance, 1):
        return
    session.add(Instance(key_check=settings.keys.check_mark()))
    host = urlsplit(settings.base_url).hostname or ""
    domain = "example.org" if is_loopback(host) else host
    session.add(
        MailingList(
            slug="newsletter",
            names={tag: first_name(tag) for tag in settings.languages},
            languages=settings.languages,
            sender_address=f"newsletter@{domain}",
            list_id=f"newsletter.{domain}",
            timezone=settings.timezone,
        )
    )


def _check_keys(engine: Engine, settings: Settings) -> None:
    with db.reading(engine) as session:
        instance = session.get(Instance, 1)
    if instance and instance.key_check != settings.keys.check_mark():
        raise WrongKeys(
            "NEWSLETTER_SECRET_KEYS does not end with the key this database was made "
            "with. Links in mail already sent and suppressed addresses depend on it: "
            "put the old key back, as the last of the list."
        )
