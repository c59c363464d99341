"""When staff were last seen, and what each of them did."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step; steps only go forward."""
    with op.batch_alter_table("staff") as batch_op:
        batch_op.add_column(sa.Column("seen_at", UTCDateTime(), nullable=True))
    with op.batch_alter_table("audit_entry") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_audit_entry_staff_id"), ["staff_id"], unique=False
        )
