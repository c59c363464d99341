"""A site that all tests of a module share, for what takes long to set up."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from newsletter import config, db
from newsletter.config import Settings
from tests import factories
from tests.conftest import BASE_URL


@contextmanager
def site(
    folder: Path, template: Path, **settings: bool
) -> Iterator[tuple[Engine, Settings]]:
    """Make a database from the template in a folder of its own, and its settings."""
    database = folder / "shared.db"
    shutil.copy(template, database)
    made = config.load(
        data_dir=folder,
        database_url=f"sqlite:///{database}",
        base_url=BASE_URL,
        secret_keys=factories.SECRETS,
        **settings,
    )
    engine = db.make_engine(made.database)
    try:
        yield engine, made
    finally:
        engine.dispose()
