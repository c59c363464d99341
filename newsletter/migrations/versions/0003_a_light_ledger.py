"""Indexes over the rows that wait alone; the trial of a gentle start; relays."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

from subscribers.columns import Json

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_PARTIAL = (
    ("ix_delivery_queued", ["issue_id", "language", "id"], "state = 'queued'"),
    (
        "ix_delivery_again",
        ["issue_id", "due_at"],
        "state IN ('deferred', 'unknown')",
    ),
    ("ix_delivery_sending", ["claimed_by"], "state = 'sending'"),
)


def upgrade() -> None:
    """Apply this step; steps only go forward."""
    for name in (
        "ix_delivery_claimed_by",
        "ix_delivery_issue_state_due",
        "ix_delivery_issue_state_id",
    ):
        op.drop_index(name, table_name="delivery")
    op.add_column(
        "delivery",
        sa.Column("relay", sa.String(40), nullable=False, server_default=""),
    )
    for name, columns, states in _PARTIAL:
        only = sa.text(states)
        op.create_index(
            name, "delivery", columns, sqlite_where=only, postgresql_where=only
        )
    op.add_column(
        "edition",
        sa.Column("trial", Json, nullable=False, server_default=sa.text("'[]'")),
    )
    op.add_column("edition", sa.Column("opened_at", UTCDateTime(), nullable=True))
