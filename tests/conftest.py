"""Databases, settings and commands for every test."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import Engine, make_url
from sqlmodel import Session
from typer.testing import CliRunner, Result

from newsletter import config, db
from newsletter.config import Settings
from newsletter.migrations import ready
from subscribers.tokens import KeyRing
from tests import factories, postgres
from tests.databases import Databases
from tests.relay import Relay, serving

BASE_URL = "https://news.example.org"
Run = Callable[..., Result]

_names = count()

# How long one example takes says more of the machine than of what it tests.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings and the `.env` of whoever runs the tests out of them."""
    for name in list(os.environ):  # noqa: TID251  # only to empty it
        if name.startswith(config.PREFIX):
            monkeypatch.delenv(name)
    monkeypatch.setitem(Settings.model_config, "env_file", None)


@pytest.fixture
def keys() -> KeyRing:
    """The key ring the test databases were made with."""
    return factories.KEYS


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings with a data folder of their own, on the test's database if any."""
    wanted = {"engine", "session", "database_url"} & set(request.fixturenames)
    url = request.getfixturevalue("database_url") if wanted else ""
    return _settings(tmp_path / "data", url)


@pytest.fixture
def environment(
    settings: Settings, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """The environment a process needs to work on the test's database."""
    values = {
        "NEWSLETTER_DATABASE_URL": database_url,
        "NEWSLETTER_DATA_DIR": str(settings.data_dir),
        "NEWSLETTER_BASE_URL": settings.base_url,
        "NEWSLETTER_SECRET_KEYS": ",".join(settings.secret_keys),
        "NEWSLETTER_CHECK_DOMAINS": "false",
        "NEWSLETTER_CHECK_LINKS": "false",
        "NEWSLETTER_CHECK_SENDER": "false",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return dict(os.environ)  # noqa: TID251  # what a child process inherits


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    """Return a function that runs `newsletter …` on the test's database."""
    from newsletter.cli import app  # the whole program: only for tests that ask

    def newsletter(*words: str, stdin: str | bytes | None = None) -> Result:
        return CliRunner(env=environment).invoke(app, list(words), input=stdin)

    return newsletter


@pytest.fixture
def relay() -> Iterator[Relay]:
    """An SMTP server on loopback; its answers can be scripted."""
    with serving(Relay()) as relay:
        yield relay


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database of this test's own, migrated, on either kind of server."""
    url: str = request.getfixturevalue(f"_{request.param}_url")
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on `database_url`."""
    yield from _disposed(database_url)


@pytest.fixture
def sqlite_engine(tmp_path: Path, _sqlite_template: Path) -> Iterator[Engine]:
    """An engine on SQLite only, for what no other database is concerned with."""
    yield from _disposed(_copy(_sqlite_template, tmp_path))


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """One transaction. On SQLite it holds the only pen from its first statement on."""
    with db.writing(engine) as session:
        yield session


@pytest.fixture
def _sqlite_url(tmp_path: Path, _sqlite_template: Path) -> str:
    return _copy(_sqlite_template, tmp_path)


@pytest.fixture
def _postgres_url(
    postgres_server: str, _postgres_databases: Databases
) -> Iterator[str]:
    name = f"test_{os.getpid()}_{next(_names)}"
    _postgres_databases.lend(name)
    yield _named(postgres_server, name)
    _postgres_databases.take_back(name)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    _migrate(f"sqlite:///{folder}/template.db", folder)
    return folder / "template.db"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server; the test is left out where none can be had."""
    try:
        with postgres.server() as url:
            yield url
    except postgres.NoPostgres as reason:
        pytest.skip(f"left out, for lack of PostgreSQL: {reason}")


@pytest.fixture(scope="session")
def _postgres_databases(postgres_server: str) -> Iterator[Databases]:
    name = f"template_{os.getpid()}"
    postgres.administer(postgres_server, f"CREATE DATABASE {name}")
    with tempfile.TemporaryDirectory() as folder:
        _migrate(_named(postgres_server, name), Path(folder))
    databases = Databases(postgres_server, name)
    yield databases
    databases.drop()
    postgres.administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


def _migrate(url: str, folder: Path) -> None:
    for engine in _disposed(url):
        ready.upgrade(engine, _settings(folder, url))


def _settings(folder: Path, url: str) -> Settings:
    return config.load(
        data_dir=folder,
        database_url=url,
        base_url=BASE_URL,
        secret_keys=factories.SECRETS,
        check_domains=False,
        check_links=False,
        check_sender=False,
    )


def _disposed(url: str) -> Iterator[Engine]:
    engine = db.make_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _copy(template: Path, folder: Path) -> str:
    path = folder / f"test-{next(_names)}.db"
    shutil.copy(template, path)
    return f"sqlite:///{path}"


def _named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)
