"""How far data folders have come with this database; who attends to an issue."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step; steps only go forward."""
    op.create_table(
        "epoch",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("moved_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epoch")),
    )
    with op.batch_alter_table("instance") as batch:
        batch.add_column(sa.Column("served_at", UTCDateTime(), nullable=True))
        batch.add_column(sa.Column("restored_at", UTCDateTime(), nullable=True))
    with op.batch_alter_table("issue") as batch:
        batch.add_column(sa.Column("attended_at", UTCDateTime(), nullable=True))
