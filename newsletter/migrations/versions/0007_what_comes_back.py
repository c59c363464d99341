"""What comes back of letters, and which breakers somebody overruled."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

from subscribers.columns import BigId, Json

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step; steps only go forward."""
    op.create_table(
        "bounce",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("source", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("failure", sa.String(24), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("diagnostic", sa.String(1000), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("delivery_id", BigId, nullable=True),
        sa.Column("issue_id", sa.Integer(), nullable=True),
        sa.Column("subscriber_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("domain", sa.String(253), nullable=False),
        sa.Column("effect", sa.String(24), nullable=False),
        sa.Column("lifted_by", sa.String(254), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.id"],
            name=op.f("fk_bounce_delivery_id_delivery"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"],
            ["issue.id"],
            name=op.f("fk_bounce_issue_id_issue"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_bounce_subscriber_id_subscriber"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounce")),
        sa.UniqueConstraint("key", name=op.f("uq_bounce_key")),
    )
    with op.batch_alter_table("bounce") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_bounce_delivery_id"), ["delivery_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_bounce_issue_id"), ["issue_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_bounce_received_at"), ["received_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_bounce_subscriber_id"), ["subscriber_id"], unique=False
        )

    with op.batch_alter_table("delivery") as batch_op:
        batch_op.create_index(
            "ix_delivery_rejected",
            ["issue_id", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'rejected'"),
            postgresql_where=sa.text("state = 'rejected'"),
        )

    with op.batch_alter_table("issue") as batch_op:
        batch_op.add_column(
            sa.Column("paused_by", sa.String(24), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("tolerated", Json, nullable=False, server_default=sa.text("'[]'"))
        )
