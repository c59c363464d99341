"""What is stated of relays, and their slots, brakes and leases."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

from subscribers.columns import Json

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step; steps only go forward."""
    op.create_table(
        "relay",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("preset", sa.String(40), nullable=False),
        sa.Column("connections", sa.Integer(), nullable=True),
        sa.Column("messages_per_connection", sa.Integer(), nullable=True),
        sa.Column("per_second", sa.Integer(), nullable=True),
        sa.Column("per_minute", sa.Integer(), nullable=True),
        sa.Column("per_hour", sa.Integer(), nullable=True),
        sa.Column("per_day", sa.Integer(), nullable=True),
        sa.Column("domains", Json, nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_relay")),
    )
    op.create_table(
        "relay_lane",
        sa.Column("relay", sa.String(40), nullable=False),
        sa.Column("group", sa.String(253), nullable=False),
        sa.Column("slot_at", UTCDateTime(), nullable=True),
        sa.Column("braked_at", UTCDateTime(), nullable=True),
        sa.Column("factor", sa.Float(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("relay", "group", name=op.f("pk_relay_lane")),
    )
    op.create_table(
        "relay_use",
        sa.Column("relay", sa.String(40), nullable=False),
        sa.Column("group", sa.String(253), nullable=False),
        sa.Column(
            "span",
            sa.Enum(
                "second",
                "minute",
                "hour",
                "day",
                name="span",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("many", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "relay", "group", "span", "at", name=op.f("pk_relay_use")
        ),
    )
    op.create_table(
        "relay_lease",
        sa.Column("relay", sa.String(40), nullable=False),
        sa.Column("holder", sa.String(32), nullable=False),
        sa.Column("connections", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("until_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("relay", "holder", name=op.f("pk_relay_lease")),
    )
    with op.batch_alter_table("mailing_list", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("relays", Json, nullable=False, server_default=sa.text("'[]'"))
        )
