"""Figures of results: readers per edition, and how a list grows from day to day."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0015"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step; steps only go forward."""
    with op.batch_alter_table("edition") as batch_op:
        batch_op.add_column(sa.Column("readers", sa.Integer(), nullable=True))

    with op.batch_alter_table("delivery") as batch_op:
        batch_op.create_index(
            "ix_delivery_set_aside",
            ["issue_id", "language", "state"],
            unique=False,
            sqlite_where=sa.text("state IN ('skipped', 'cancelled')"),
            postgresql_where=sa.text("state IN ('skipped', 'cancelled')"),
        )

    with op.batch_alter_table("consent") as batch_op:
        batch_op.create_index(
            "ix_consent_list_kind_at", ["list_id", "kind", "at"], unique=False
        )

    op.create_table(
        "growth",
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("joined", sa.Integer(), nullable=False),
        sa.Column("departed", sa.Integer(), nullable=False),
        sa.Column("counted_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["mailing_list.id"],
            name=op.f("fk_growth_list_id_mailing_list"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("list_id", "day", "language", name=op.f("pk_growth")),
    )
