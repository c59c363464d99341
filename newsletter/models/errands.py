"""The tables of what staff ask for that takes longer than a page may."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from subscribers.clock import utcnow
from subscribers.columns import Json, states


class ErrandKind(StrEnum):
    """What is done, or was done last."""

    TRIAL = "trial"  # of an import: verdicts alone
    IMPORT = "import"
    UNDO = "undo"  # of an import
    CHANGE = "change"  # of many people in one way
    TAKE_BACK = "take back"  # such a change
    ERASE = "erase"
    EXPORT = "export"


class ErrandState(StrEnum):
    """How far it has come."""

    DRAFT = "draft"  # staff still choose
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # `error` says why, as i18n.kept keeps it


class Errand(SQLModel, table=True):
    """Something a member of staff asked for that is done beside the pages."""

    __table_args__ = (Index("ix_errand_state_beat_at", "state", "beat_at"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: ErrandKind = Field(sa_type=states(ErrandKind))
    state: ErrandState = Field(sa_type=states(ErrandState))
    list_id: int = Field(foreign_key="mailing_list.id", ondelete="CASCADE")
    staff_id: int | None = Field(
        default=None, foreign_key="staff.id", ondelete="SET NULL"
    )
    import_id: int | None = Field(
        default=None, foreign_key="import.id", ondelete="SET NULL"
    )
    # What to do: of an import file, columns, consent; of a change, what and to whom.
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    result: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    done: int = 0  # bytes of a file, or people
    total: int = 0
    error: str = Field(default="", max_length=1000)
    created_at: datetime = Field(default_factory=utcnow)
    beat_at: datetime = Field(default_factory=utcnow)  # it lived, while it runs
    ended_at: datetime | None = None


class ErrandChange(SQLModel, table=True):
    """What a change of many people changed about one of them, to be taken back."""

    __tablename__ = "errand_change"

    errand_id: int = Field(
        foreign_key="errand.id", primary_key=True, ondelete="CASCADE"
    )
    subscriber_id: int = Field(
        foreign_key="subscriber.id", primary_key=True, ondelete="CASCADE", index=True
    )
    before: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
