"""The news desk: pages that are read, and the same news in several languages."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step; steps only go forward."""
    op.create_table(
        "twin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("url_hash", sa.String(64), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("guid", sa.String(2000), nullable=True),
        sa.Column("entry_hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.id"],
            name=op.f("fk_twin_item_id_item"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["source.id"],
            name=op.f("fk_twin_source_id_source"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_twin")),
        sa.UniqueConstraint(
            "item_id", "language", name=op.f("uq_twin_item_id_language")
        ),
        sa.UniqueConstraint("source_id", "guid", name=op.f("uq_twin_source_id_guid")),
    )
    with op.batch_alter_table("twin") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_twin_url_hash"), ["url_hash"], unique=False
        )
    with op.batch_alter_table("item") as batch_op:
        batch_op.add_column(sa.Column("fetch_at", UTCDateTime(), nullable=True))
        batch_op.add_column(
            sa.Column("fetch_tries", sa.Integer(), nullable=False, server_default="0")
        )
        batch_op.add_column(sa.Column("deleted_at", UTCDateTime(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_item_fetch_at"), ["fetch_at"], unique=False
        )
