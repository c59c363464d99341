"""Requests, notices and wordings; what lists and people have besides."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

from subscribers.columns import Json

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:  # noqa: PLR0915  # a list of tables
    """Apply this step; steps only go forward."""
    op.create_table(
        "request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handle", sa.String(16), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "join",
                "address",
                "new address",
                "data",
                "erase",
                "link",
                name="requestkind",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("email_key", sa.String(254), nullable=False),
        sa.Column("email_hash", sa.String(32), nullable=False),
        sa.Column("limit_hash", sa.String(32), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=True),
        sa.Column("list_ids", Json, nullable=False),
        sa.Column("wording_ids", Json, nullable=False),
        sa.Column("new_email", sa.String(254), nullable=False),
        sa.Column("form", sa.String(300), nullable=False),
        sa.Column("network", sa.String(32), nullable=True),
        sa.Column("proof", sa.String(64), nullable=False),
        sa.Column("message_id", sa.String(255), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("mailed", sa.Boolean(), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_request_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sa.UniqueConstraint("handle", name=op.f("uq_request_handle")),
    )
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.create_index(
            "ix_request_answered_at_due_at", ["answered_at", "due_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_request_asked_at"), ["asked_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_request_email_hash"), ["email_hash"], unique=False
        )
        batch_op.create_index(
            "ix_request_limit_hash_asked_at", ["limit_hash", "asked_at"], unique=False
        )
        batch_op.create_index(
            "ix_request_network_asked_at", ["network", "asked_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_request_subscriber_id"), ["subscriber_id"], unique=False
        )

    op.create_table(
        "wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("words_hash", sa.String(64), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["mailing_list.id"],
            name=op.f("fk_wording_list_id_mailing_list"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording")),
        sa.UniqueConstraint(
            "list_id",
            "language",
            "version",
            name=op.f("uq_wording_list_id_language_version"),
        ),
    )
    op.create_table(
        "import_change",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("before", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["import.id"],
            name=op.f("fk_import_change_import_id_import"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_import_change_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "import_id", "subscriber_id", name=op.f("pk_import_change")
        ),
    )
    with op.batch_alter_table("import_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_import_change_subscriber_id"),
            ["subscriber_id"],
            unique=False,
        )

    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handle", sa.String(16), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "confirm",
                "welcome",
                "already",
                "link",
                "address",
                "new address",
                "data",
                "erase",
                "left",
                name="noticekind",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("subscriber_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sending",
                "accepted",
                "deferred",
                "rejected",
                "unknown",
                "skipped",
                "cancelled",
                name="deliverystate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("dated_at", UTCDateTime(), nullable=True),
        sa.Column("reply_code", sa.Integer(), nullable=True),
        sa.Column("reply", sa.String(1000), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["mailing_list.id"],
            name=op.f("fk_notice_list_id_mailing_list"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["request.id"],
            name=op.f("fk_notice_request_id_request"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_notice_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("handle", name=op.f("uq_notice_handle")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_notice_request_id"), ["request_id"], unique=False
        )
        batch_op.create_index(
            "ix_notice_state_due_at", ["state", "due_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_notice_subscriber_id"), ["subscriber_id"], unique=False
        )

    # The tables have rows already: what is added needs a value for them.
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("form", sa.String(300), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("asked_at", UTCDateTime(), nullable=True))
        batch_op.add_column(
            sa.Column("message_id", sa.String(255), nullable=False, server_default="")
        )

    with op.batch_alter_table("mailing_list", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("public", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch_op.add_column(
            sa.Column(
                "descriptions", Json, nullable=False, server_default=sa.text("'{}'")
            )
        )
        batch_op.add_column(
            sa.Column("consent", Json, nullable=False, server_default=sa.text("'{}'"))
        )
        batch_op.add_column(
            sa.Column("privacy_url", sa.String(2000), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("topics", Json, nullable=False, server_default=sa.text("'{}'"))
        )
        batch_op.add_column(
            sa.Column("accent", sa.String(7), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column(
                "acknowledge", sa.Boolean(), nullable=False, server_default=sa.true()
            )
        )

    with op.batch_alter_table("subscriber", schema=None) as batch_op:
        batch_op.add_column(sa.Column("second_language", sa.String(35), nullable=True))
        batch_op.add_column(
            sa.Column(
                "attributes", Json, nullable=False, server_default=sa.text("'{}'")
            )
        )
        # Nobody looks people up by these two, and a million hashes in random order
        # cost an import more than everything else.
        batch_op.drop_index("ix_subscriber_email_hash")
        batch_op.drop_index("ix_subscriber_language")

    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.drop_index("ix_subscription_list_state")
        batch_op.create_index(
            "ix_subscription_list_subscriber",
            ["list_id", "subscriber_id"],
            unique=False,
        )
