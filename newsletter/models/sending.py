"""The tables of what leaves: the ledger, notices, and who sends."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from subscribers.clock import utcnow
from subscribers.columns import BigId, Json, states
from subscribers.tokens import HANDLE, new_handle


class DeliveryState(StrEnum):
    """What became of one issue on its way to one subscriber."""

    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"  # the relay said 250
    DEFERRED = "deferred"  # 4yz; tried again at `due_at`
    REJECTED = "rejected"  # 5yz about this reader, or given up after 48 h
    UNKNOWN = "unknown"  # silence after the final dot
    SKIPPED = "skipped"  # left, paused or suppressed meanwhile
    CANCELLED = "cancelled"


def _rows(name: str, *columns: str, states: list[str]) -> Index:
    """Return an index over the rows of the ledger in some states alone."""
    words = ", ".join(f"'{state}'" for state in states)
    only = text(f"state IN ({words})" if len(states) > 1 else f"state = {words}")
    return Index(name, *columns, sqlite_where=only, postgresql_where=only)


class Delivery(SQLModel, table=True):
    """One issue on its way to one subscriber: a row of the ledger."""

    __table_args__ = (
        UniqueConstraint("issue_id", "subscriber_id"),
        # Partial ones: a settled row, as nearly all are, costs no index a write.
        _rows("ix_delivery_queued", "issue_id", "language", "id", states=["queued"]),
        _rows(
            "ix_delivery_again", "issue_id", "due_at", states=["deferred", "unknown"]
        ),
        _rows("ix_delivery_sending", "claimed_by", states=["sending"]),
        _rows("ix_delivery_rejected", "issue_id", "id", states=["rejected"]),
        _rows(
            "ix_delivery_set_aside",
            "issue_id",
            "language",
            "state",
            states=["skipped", "cancelled"],
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    issue_id: int = Field(foreign_key="issue.id", ondelete="CASCADE")
    subscriber_id: int | None = Field(
        default=None, foreign_key="subscriber.id", ondelete="SET NULL", index=True
    )
    # Frozen by the fan-out: a retry must produce the same bytes.
    handle: str = Field(max_length=16)  # of the subscription; not unique across issues
    language: str = Field(max_length=35)  # of the edition this reader gets
    address: str = Field(max_length=254)
    address_hash: str = Field(max_length=32)
    name: str = Field(default="", max_length=200)
    since_on: str = Field(default="", max_length=10)  # ISO day of the subscription
    state: DeliveryState = Field(sa_type=states(DeliveryState))
    attempt: int = 0
    due_at: datetime | None = None  # when it may be tried next; None: not by itself
    claimed_by: str | None = Field(default=None, max_length=32)  # Sender.id
    relay: str = Field(  # that of the last attempt
        default="", max_length=40, sa_column_kwargs={"server_default": ""}
    )
    dated_at: datetime | None = None  # first claim: Date, Message-ID and boundary
    unknowns: int = 0  # how often the relay fell silent after the final dot
    reply_code: int | None = None
    reply: str = Field(default="", max_length=1000)
    reason: str = Field(default="", max_length=24)  # smtp.Fault, our word for the reply
    updated_at: datetime = Field(default_factory=utcnow)


class NoticeKind(StrEnum):
    """What a notice says; each answers something that its reader did."""

    CONFIRM = "confirm"  # one more click, and you are subscribed
    WELCOME = "welcome"
    ALREADY = "already"  # you get it already; here are your preferences
    LINK = "link"  # a fresh link to your preferences
    ADDRESS = "address"  # you asked for another address: to the one we have
    NEW_ADDRESS = "new address"  # … and to the new one
    DATA = "data"
    ERASE = "erase"
    LEFT = "left"  # you have left; not you?
    DRAFT = "draft"  # to staff: an issue was prepared, or was not, and why
    INVITED = "invited"  # to somebody who may become staff
    RESET = "reset"  # to staff: a way to a new password
    REVIEW = "review"  # to staff: a reviewer has made up their mind
    GUEST = "guest"  # to staff: somebody with a link has done what they were asked
    TEST = "test"  # to staff: the letter itself, with links that do nothing


class Notice(SQLModel, table=True):
    """A mail to one person that answers what they did; never news."""

    __table_args__ = (Index("ix_notice_state_due_at", "state", "due_at"),)

    id: int | None = Field(default=None, primary_key=True)
    handle: str = Field(default_factory=new_handle, unique=True, max_length=HANDLE)
    kind: NoticeKind = Field(sa_type=states(NoticeKind))
    list_id: int = Field(foreign_key="mailing_list.id", ondelete="CASCADE")
    request_id: int | None = Field(
        default=None, foreign_key="request.id", ondelete="CASCADE", index=True
    )
    subscriber_id: int | None = Field(
        default=None, foreign_key="subscriber.id", ondelete="CASCADE", index=True
    )
    issue_id: int | None = Field(
        default=None, foreign_key="issue.id", ondelete="CASCADE", index=True
    )
    # What a notice to staff tells of, frozen: a retry must produce the same bytes.
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    email: str = Field(max_length=254)
    language: str = Field(max_length=35)
    state: DeliveryState = Field(
        default=DeliveryState.QUEUED, sa_type=states(DeliveryState)
    )
    attempt: int = 0
    due_at: datetime = Field(default_factory=utcnow)  # while `sending`: the lease's end
    dated_at: datetime | None = None  # first attempt: Date and Message-ID
    reply_code: int | None = None
    reply: str = Field(default="", max_length=1000)
    created_at: datetime = Field(default_factory=utcnow)


class Sender(SQLModel, table=True):
    """A process that holds claims, and when it last said that it lives."""

    id: str = Field(primary_key=True, max_length=32)
    host: str = Field(default="", max_length=200)
    heartbeat_at: datetime = Field(default_factory=utcnow)
    started_at: datetime = Field(default_factory=utcnow)


class Instance(SQLModel, table=True):
    """One row: which keys this database was made with, when the clock last ticked."""

    id: int = Field(default=1, primary_key=True)
    key_check: str = Field(max_length=32)
    ticked_at: datetime | None = None
    served_at: datetime | None = None  # a worker lived, or there was nothing for one
    restored_at: datetime | None = None  # when this was last found to be a backup
    created_at: datetime = Field(default_factory=utcnow)


class Epoch(SQLModel, table=True):
    """How far one data folder has come with this database; the folder keeps it too."""

    id: str = Field(primary_key=True, max_length=32)  # of the folder, random
    number: int  # counts up with every tick; the folder's is never ahead of ours
    moved_at: datetime
