"""Issues know their sections and how often they were arranged; changes are kept."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

from subscribers.columns import Json

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step; steps only go forward."""
    with op.batch_alter_table("issue") as batch_op:
        batch_op.add_column(
            sa.Column("sections", Json, nullable=False, server_default=sa.text("'[]'"))
        )
        batch_op.add_column(
            sa.Column("arranged", sa.Integer(), nullable=False, server_default="0")
        )
    op.create_table(
        "change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "moved",
                "added",
                "removed",
                "sections",
                "decided",
                "took in",
                "left out",
                name="changekind",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("who", sa.String(254), nullable=False),
        sa.Column("subject", sa.String(500), nullable=False),
        sa.Column("many", sa.Integer(), nullable=False),
        sa.Column("arranged", sa.Integer(), nullable=False),
        sa.Column("before", Json, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["issue_id"],
            ["issue.id"],
            name=op.f("fk_change_issue_id_issue"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    op.create_index(op.f("ix_change_issue_id"), "change", ["issue_id"], unique=False)
    # Words that were written before there were states count as they did: ready.
    op.execute("UPDATE edition SET ready = true WHERE subject <> ''")
