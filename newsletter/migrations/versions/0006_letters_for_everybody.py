"""How letters look, where they are found, when they recur, who approves them."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

from subscribers.columns import Json

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step; steps only go forward."""
    _add_tables()
    _add_columns()


def _add_tables() -> None:
    op.create_table(
        "document_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(32), nullable=False),
        sa.Column("ext", sa.String(4), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("origin", sa.String(2000), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_file")),
        sa.UniqueConstraint("hash", name=op.f("uq_document_file_hash")),
    )
    op.create_table(
        "link_check",
        sa.Column("url_hash", sa.String(64), nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "works",
                "broken",
                "doubtful",
                "untried",
                name="linkstate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("checked_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("url_hash", name=op.f("pk_link_check")),
    )
    with op.batch_alter_table("link_check") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_link_check_checked_at"), ["checked_at"], unique=False
        )

    op.create_table(
        "asset_size",
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(32), nullable=False),
        sa.Column("ext", sa.String(4), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id"],
            ["asset.id"],
            name=op.f("fk_asset_size_asset_id_asset"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("asset_id", "width", name=op.f("pk_asset_size")),
    )
    op.create_table(
        "look",
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("design", sa.String(20), nullable=False),
        sa.Column("titles", sa.String(20), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=True),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["asset.id"], name=op.f("fk_look_asset_id_asset")
        ),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["mailing_list.id"],
            name=op.f("fk_look_list_id_mailing_list"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("list_id", name=op.f("pk_look")),
    )
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("titles", Json, nullable=False),
        sa.Column("rule", sa.String(100), nullable=False),
        sa.Column("timezone", sa.String(60), nullable=False),
        sa.Column("ahead", sa.Integer(), nullable=False),
        sa.Column("at_least", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("next_at", UTCDateTime(), nullable=True),
        sa.Column(
            "turn",
            sa.Enum(
                "prepared",
                "thin",
                "open",
                "missed",
                "unapproved",
                name="turn",
                native_enum=False,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("turn_at", UTCDateTime(), nullable=True),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["mailing_list.id"],
            name=op.f("fk_series_list_id_mailing_list"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
    )
    with op.batch_alter_table("series") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_series_next_at"), ["next_at"], unique=False
        )


def _add_columns() -> None:
    with op.batch_alter_table("edition") as batch_op:
        batch_op.add_column(
            sa.Column("searchable", sa.String(), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("card", sa.String(60), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("facts", Json, nullable=False, server_default=sa.text("'[]'"))
        )
        batch_op.add_column(sa.Column("corrected_at", UTCDateTime(), nullable=True))
        batch_op.add_column(
            sa.Column("correction", sa.String(), nullable=False, server_default="")
        )

    with op.batch_alter_table("issue") as batch_op:
        batch_op.add_column(
            sa.Column("override_by", sa.String(254), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column(
                "overridden", Json, nullable=False, server_default=sa.text("'[]'")
            )
        )
        batch_op.add_column(
            sa.Column(
                "visibility",
                sa.Enum(
                    "public",
                    "unlisted",
                    "private",
                    name="visibility",
                    native_enum=False,
                    length=24,
                ),
                nullable=False,
                server_default="public",
            )
        )
        batch_op.add_column(sa.Column("series_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("approved_at", UTCDateTime(), nullable=True))
        batch_op.add_column(
            sa.Column("approved_by", sa.String(254), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("approved_hash", sa.String(64), nullable=False, server_default="")
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_issue_series_id_series"),
            "series",
            ["series_id"],
            ["id"],
            ondelete="SET NULL",
        )

    with op.batch_alter_table("item") as batch_op:
        batch_op.add_column(
            sa.Column("sequence", sa.Integer(), nullable=False, server_default="0")
        )

    with op.batch_alter_table("mailing_list") as batch_op:
        batch_op.add_column(
            sa.Column(
                "approval", sa.Boolean(), nullable=False, server_default=sa.false()
            )
        )

    with op.batch_alter_table("notice") as batch_op:
        batch_op.add_column(sa.Column("issue_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("facts", Json, nullable=False, server_default=sa.text("'{}'"))
        )
        batch_op.create_index(
            batch_op.f("ix_notice_issue_id"), ["issue_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_notice_issue_id_issue"),
            "issue",
            ["issue_id"],
            ["id"],
            ondelete="CASCADE",
        )
