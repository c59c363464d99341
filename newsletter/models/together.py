"""The tables of people at one issue: earlier words, who is there, guests, comments."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from subscribers.clock import utcnow
from subscribers.columns import Json, states


class Revision(SQLModel, table=True):
    """The words of an item, or of an issue's own lines, as somebody once saved them."""

    __table_args__ = (
        Index("ix_revision_item", "item_id", "language", "version"),
        Index("ix_revision_issue", "issue_id", "language", "version"),
    )

    id: int | None = Field(default=None, primary_key=True)
    # One of the two: an item's words are the same in every issue it stands in.
    item_id: int | None = Field(default=None, foreign_key="item.id", ondelete="CASCADE")
    issue_id: int | None = Field(
        default=None, foreign_key="issue.id", ondelete="CASCADE"
    )
    language: str = Field(max_length=35)
    version: int  # of ItemText or Edition after this was saved
    words: dict[str, str] = Field(sa_type=Json)  # {field: what it said}
    ready: bool = False
    source_hash: str = Field(default="", max_length=64)
    lost: bool = False  # kept beside another's: it never was the version that counts
    staff_id: int | None = Field(
        default=None, foreign_key="staff.id", ondelete="SET NULL"
    )
    who: str = Field(default="", max_length=254)
    saved_at: datetime = Field(default_factory=utcnow)


class Presence(SQLModel, table=True):
    """Who has which cell open; not renewed for a minute, a row says nothing."""

    holder: str = Field(primary_key=True, max_length=40)  # "staff 3", "guest 12"
    issue_id: int = Field(foreign_key="issue.id", ondelete="CASCADE", index=True)
    item_id: int | None = Field(default=None, foreign_key="item.id", ondelete="CASCADE")
    language: str = Field(default="", max_length=35)
    who: str = Field(max_length=254)
    seen_at: datetime = Field(default_factory=utcnow)


class GuestRole(StrEnum):
    """What a guest's link lets them do."""

    TRANSLATE = "translate"  # the words of one language
    REVIEW = "review"  # read, comment, say yes or no


class Verdict(StrEnum):
    """What a reviewer said of an issue."""

    FINE = "fine"
    NOT_YET = "not yet"


class Guest(SQLModel, table=True):
    """Somebody without an account who helps with one issue through a link."""

    id: int | None = Field(default=None, primary_key=True)
    issue_id: int = Field(foreign_key="issue.id", ondelete="CASCADE", index=True)
    role: GuestRole = Field(sa_type=states(GuestRole))
    language: str = Field(default="", max_length=35)  # "": all, for a reviewer
    name: str = Field(default="", max_length=200)
    email: str = Field(default="", max_length=254)
    secret_hash: str = Field(unique=True, max_length=64)
    made_by: str = Field(default="", max_length=254)
    staff_id: int | None = Field(  # who is told when they are done
        default=None, foreign_key="staff.id", ondelete="SET NULL"
    )
    created_at: datetime = Field(default_factory=utcnow)
    expires_at: datetime
    seen_at: datetime | None = None
    done_at: datetime | None = None
    verdict: Verdict | None = Field(default=None, sa_type=states(Verdict))
    ended_at: datetime | None = None  # by staff: the link opens nothing any more


class Comment(SQLModel, table=True):
    """What somebody says of an issue, or of one cell of it, to the others."""

    id: int | None = Field(default=None, primary_key=True)
    issue_id: int = Field(foreign_key="issue.id", ondelete="CASCADE", index=True)
    item_id: int | None = Field(
        default=None, foreign_key="item.id", ondelete="SET NULL"
    )
    language: str = Field(default="", max_length=35)
    guest_id: int | None = Field(
        default=None, foreign_key="guest.id", ondelete="SET NULL"
    )
    staff_id: int | None = Field(
        default=None, foreign_key="staff.id", ondelete="SET NULL"
    )
    who: str = Field(max_length=254)
    words: str
    created_at: datetime = Field(default_factory=utcnow)
    settled_at: datetime | None = None
    settled_by: str = Field(default="", max_length=254)
