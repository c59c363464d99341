"""Drafts the next step from the difference between steps and models."""

import sys
from tempfile import TemporaryDirectory

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from newsletter import config, db
from newsletter.migrations import ready


def draft(name: str) -> str:
    """Write the next numbered step below `versions` and return its path.

    A person reads it before it is kept: Alembic sees tables, not intentions.
    """
    with TemporaryDirectory() as folder:
        settings = config.load(
            data_dir=folder, database_url=f"sqlite:///{folder}/draft.db"
        )
        engine = db.make_engine(settings.database)
        try:
            ready.upgrade(engine, None)
            with engine.begin() as connection:
                alembic = ready.alembic_config(connection)
                step = command.revision(
                    alembic, name, autogenerate=True, rev_id=_next(alembic)
                )
        finally:
            engine.dispose()
    return str(step.path)  # type: ignore[union-attr]  # one step, as one head


def _next(alembic: Config) -> str:
    head = ScriptDirectory.from_config(alembic).get_current_head() or "0"
    return f"{int(head) + 1:04}"


if __name__ == "__main__":
    sys.stdout.write(draft(" ".join(sys.argv[1:]) or "change tables") + "\n")
