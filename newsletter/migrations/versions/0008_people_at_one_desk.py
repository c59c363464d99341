"""Staff at one desk: accounts, earlier words, guests, comments, what was done."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

from subscribers.columns import Json

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step; steps only go forward."""
    _accounts()
    _together()
    _add_columns()


def _accounts() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("email_key", sa.String(254), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "admin",
                "editor",
                "translator",
                "viewer",
                name="role",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("languages", Json, nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("invited_by", sa.String(254), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("email_key", name=op.f("uq_invitation_email_key")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_invitation_secret_hash")),
    )
    op.create_table(
        "password_reset",
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_password_reset_staff_id_staff"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_password_reset")),
    )
    with op.batch_alter_table("password_reset") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_password_reset_staff_id"), ["staff_id"], unique=False
        )

    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("who", sa.String(254), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "logged in",
                "changed password",
                "changed two-factor",
                "invited",
                "joined",
                "changed role",
                "removed",
                "created issue",
                "changed issue",
                "discarded issue",
                "approved",
                "overrode",
                "tested",
                "scheduled",
                "took back",
                "paused",
                "resumed",
                "stopped",
                "corrected",
                "made link",
                "ended link",
                "changed list",
                "changed sender",
                "changed look",
                "changed source",
                "imported",
                "undid import",
                "exported",
                "changed people",
                "erased",
                "lifted",
                name="action",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("issue_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"],
            ["issue.id"],
            name=op.f("fk_audit_entry_issue_id_issue"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_audit_entry_staff_id_staff"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry") as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_audit_entry_issue_id"), ["issue_id"], unique=False
        )


def _together() -> None:
    op.create_table(
        "guest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "translate", "review", name="guestrole", native_enum=False, length=24
            ),
            nullable=False,
        ),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("made_by", sa.String(254), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=True),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum("fine", "not yet", name="verdict", native_enum=False, length=24),
            nullable=True,
        ),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["issue_id"],
            ["issue.id"],
            name=op.f("fk_guest_issue_id_issue"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_guest_staff_id_staff"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_guest_secret_hash")),
    )
    with op.batch_alter_table("guest") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_guest_issue_id"), ["issue_id"], unique=False
        )

    op.create_table(
        "presence",
        sa.Column("holder", sa.String(40), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("who", sa.String(254), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"],
            ["issue.id"],
            name=op.f("fk_presence_issue_id_issue"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.id"],
            name=op.f("fk_presence_item_id_item"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("holder", name=op.f("pk_presence")),
    )
    with op.batch_alter_table("presence") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_presence_issue_id"), ["issue_id"], unique=False
        )

    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("issue_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words", Json, nullable=False),
        sa.Column("ready", sa.Boolean(), nullable=False),
        sa.Column("source_hash", sa.String(64), nullable=False),
        sa.Column("lost", sa.Boolean(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("who", sa.String(254), nullable=False),
        sa.Column("saved_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"],
            ["issue.id"],
            name=op.f("fk_revision_issue_id_issue"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.id"],
            name=op.f("fk_revision_item_id_item"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_revision_staff_id_staff"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
    )
    with op.batch_alter_table("revision") as batch_op:
        batch_op.create_index(
            "ix_revision_issue", ["issue_id", "language", "version"], unique=False
        )
        batch_op.create_index(
            "ix_revision_item", ["item_id", "language", "version"], unique=False
        )

    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("guest_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("who", sa.String(254), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("settled_by", sa.String(254), nullable=False),
        sa.ForeignKeyConstraint(
            ["guest_id"],
            ["guest.id"],
            name=op.f("fk_comment_guest_id_guest"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"],
            ["issue.id"],
            name=op.f("fk_comment_issue_id_issue"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.id"],
            name=op.f("fk_comment_item_id_item"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_comment_staff_id_staff"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    with op.batch_alter_table("comment") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_comment_issue_id"), ["issue_id"], unique=False
        )


def _add_columns() -> None:
    _to_editions_and_items()
    _to_lists_and_sources()
    _to_staff()


def _to_editions_and_items() -> None:
    with op.batch_alter_table("edition") as batch_op:
        batch_op.add_column(
            sa.Column("ready", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("source_hash", sa.String(64), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("version", sa.Integer(), nullable=False, server_default="1")
        )

    with op.batch_alter_table("item") as batch_op:
        batch_op.add_column(
            sa.Column("url_hash", sa.String(64), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column(
                "arrived",
                sa.Enum(
                    "feed",
                    "pasted",
                    "button",
                    "written",
                    "command",
                    name="arrival",
                    native_enum=False,
                    length=24,
                ),
                nullable=False,
                server_default="feed",
            )
        )
        batch_op.add_column(
            sa.Column("added_by", sa.String(254), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column(
                "fetch_state",
                sa.Enum(
                    "none",
                    "waiting",
                    "read",
                    "failed",
                    name="fetchstate",
                    native_enum=False,
                    length=24,
                ),
                nullable=False,
                server_default="none",
            )
        )
        batch_op.add_column(
            sa.Column("fetch_error", sa.String(300), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("twins", Json, nullable=False, server_default=sa.text("'{}'"))
        )
        batch_op.add_column(sa.Column("video_seconds", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("subtitles", Json, nullable=False, server_default=sa.text("'[]'"))
        )
        batch_op.create_index(batch_op.f("ix_item_state"), ["state"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_item_url_hash"), ["url_hash"], unique=False
        )


def _to_lists_and_sources() -> None:
    with op.batch_alter_table("mailing_list") as batch_op:
        batch_op.add_column(
            sa.Column("sections", Json, nullable=False, server_default=sa.text("'[]'"))
        )
        batch_op.add_column(
            sa.Column("fallbacks", Json, nullable=False, server_default=sa.text("'{}'"))
        )

    with op.batch_alter_table("source") as batch_op:
        batch_op.add_column(
            sa.Column("failures", sa.Integer(), nullable=False, server_default="0")
        )
        batch_op.add_column(
            sa.Column("paused", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("next_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("list_id", sa.Integer(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_source_next_at"), ["next_at"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_source_list_id_mailing_list"),
            "mailing_list",
            ["list_id"],
            ["id"],
            ondelete="SET NULL",
        )


def _to_staff() -> None:
    with op.batch_alter_table("staff") as batch_op:
        batch_op.add_column(
            sa.Column("language", sa.String(35), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column(
                "single_keys", sa.Boolean(), nullable=False, server_default=sa.true()
            )
        )
        batch_op.add_column(sa.Column("list_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("totp_secret", sa.String(200), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("totp_step", sa.Integer(), nullable=False, server_default="0")
        )
        batch_op.add_column(
            sa.Column("recovery", Json, nullable=False, server_default=sa.text("'[]'"))
        )
        batch_op.add_column(sa.Column("left_at", UTCDateTime(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_staff_list_id_mailing_list"),
            "mailing_list",
            ["list_id"],
            ["id"],
            ondelete="SET NULL",
        )

    with op.batch_alter_table("staff_session") as batch_op:
        batch_op.add_column(
            sa.Column("agent", sa.String(200), nullable=False, server_default="")
        )
