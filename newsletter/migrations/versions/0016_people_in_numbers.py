"""Staff look at a million people: indexes for it, and work beside the pages."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

from subscribers.columns import Json

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_KINDS = ("trial", "import", "undo", "change", "take back", "erase", "export")
_STATES = ("draft", "queued", "running", "done", "failed")


def upgrade() -> None:
    """Apply this step; steps only go forward."""
    _add_errands()
    _add_changes()
    _add_indexes()


def _add_errands() -> None:
    op.create_table(
        "errand",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", _words("errandkind", _KINDS), nullable=False),
        sa.Column("state", _words("errandstate", _STATES), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("facts", Json, nullable=False),
        sa.Column("result", Json, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(1000), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("beat_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["mailing_list.id"],
            name=op.f("fk_errand_list_id_mailing_list"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_errand_staff_id_staff"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["import.id"],
            name=op.f("fk_errand_import_id_import"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errand")),
    )
    op.create_index("ix_errand_state_beat_at", "errand", ["state", "beat_at"])


def _words(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, length=24)


def _add_changes() -> None:
    op.create_table(
        "errand_change",
        sa.Column("errand_id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("before", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["errand_id"],
            ["errand.id"],
            name=op.f("fk_errand_change_errand_id_errand"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_errand_change_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "errand_id", "subscriber_id", name=op.f("pk_errand_change")
        ),
    )
    op.create_index(
        op.f("ix_errand_change_subscriber_id"), "errand_change", ["subscriber_id"]
    )


def _add_indexes() -> None:
    op.create_index("ix_subscriber_language_id", "subscriber", ["language", "id"])
    op.create_index("ix_subscriber_email_hash", "subscriber", ["email_hash"])
    op.create_index(
        "ix_subscription_list_created",
        "subscription",
        ["list_id", "created_at", "id"],
    )
    op.create_index(
        "ix_subscription_list_state",
        "subscription",
        ["list_id", "state", "created_at", "id"],
    )
    _add_partial("ix_subscription_list_left", ["list_id", "unsubscribed_at"])
    _add_partial("ix_subscription_import", ["import_id", "id"])


def _add_partial(name: str, columns: list[str]) -> None:
    """Index the rows alone that have a value in the column that tells."""
    told = "import_id" if "import_id" in columns else "unsubscribed_at"
    only = sa.text(f"{told} IS NOT NULL")
    op.create_index(
        name, "subscription", columns, sqlite_where=only, postgresql_where=only
    )
