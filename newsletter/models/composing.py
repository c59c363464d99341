"""The tables of issues: what is in them, in which languages, how they look."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from subscribers.clock import utcnow
from subscribers.columns import Json, states
from subscribers.models import MissingPolicy
from subscribers.tokens import SHORT_HANDLE, new_short_handle


class IssueState(StrEnum):
    """How far an issue has come."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    STARTING = "starting"  # one process freezes and fans out, under a lease
    SENDING = "sending"
    PAUSED = "paused"  # `paused_because` says why; a person resumes
    SENT = "sent"  # nothing is left to attempt
    CANCELLED = "cancelled"


class Visibility(StrEnum):
    """Who finds an issue on the web once it has left."""

    PUBLIC = "public"  # listed in the archive, its feed and its sitemap
    UNLISTED = "unlisted"  # opens by its address, and stands on no list
    PRIVATE = "private"  # only its readers, through the links in their mail


class Look(SQLModel, table=True):
    """How a list's letters look; a list without a row has the usual look."""

    list_id: int = Field(
        foreign_key="mailing_list.id", primary_key=True, ondelete="CASCADE"
    )
    design: str = Field(max_length=20)  # rendering.Design
    titles: str = Field(max_length=20)  # rendering.Face of titles
    asset_id: int | None = Field(default=None, foreign_key="asset.id")  # the logo
    template: str = ""  # MJML of the organisation's own, instead of a design
    updated_at: datetime = Field(default_factory=utcnow)


class Turn(StrEnum):
    """What became of a moment of a series."""

    PREPARED = "prepared"
    THIN = "thin"  # fewer items than it wants: nothing was made
    OPEN = "open"  # an earlier draft still waited for somebody
    MISSED = "missed"  # nothing was running at that time
    UNAPPROVED = "unapproved"  # its draft was there, and nobody had approved it


class Series(SQLModel, table=True):
    """A rhythm by which drafts of new issues are prepared: "first Tuesday 10:00"."""

    id: int | None = Field(default=None, primary_key=True)
    list_id: int = Field(foreign_key="mailing_list.id", ondelete="CASCADE")
    # {language: words}, "" for every other one; may name {month} and {number}
    titles: dict[str, str] = Field(sa_type=Json)
    rule: str = Field(max_length=100)  # as read by newsletter.series
    timezone: str = Field(max_length=60)
    ahead: int  # hours before its moment that a draft is prepared
    at_least: int  # items; with fewer an issue is skipped
    active: bool = True
    next_at: datetime | None = Field(default=None, index=True)  # of the next issue
    # What became of the last moment, which one that was, and how many items it found.
    turn: Turn | None = Field(default=None, sa_type=states(Turn))
    turn_at: datetime | None = None
    found: int = 0
    created_at: datetime = Field(default_factory=utcnow)


class Issue(SQLModel, table=True):
    """One number of a list: items in order, one schedule, one report."""

    id: int | None = Field(default=None, primary_key=True)
    handle: str = Field(
        default_factory=new_short_handle, unique=True, max_length=SHORT_HANDLE
    )
    list_id: int = Field(foreign_key="mailing_list.id", ondelete="CASCADE")
    segment_id: int | None = Field(default=None, foreign_key="segment.id")
    number: int  # counts up within the list
    title: str = Field(max_length=300)  # what staff call it
    slug: str = Field(unique=True, max_length=100)
    state: IssueState = Field(
        default=IssueState.DRAFT, sa_type=states(IssueState), index=True
    )
    missing: MissingPolicy = Field(
        default=MissingPolicy.SHOW, sa_type=states(MissingPolicy)
    )
    # {section name: {language: words}} where the catalogues do not know the name
    section_names: dict[str, dict[str, str]] = Field(default_factory=dict, sa_type=Json)
    # Their names in order, empty ones too; items without section stand before them.
    sections: list[str] = Field(default_factory=list, sa_type=Json)
    arranged: int = 0  # counts changes of the contents: each names the one it saw
    send_at: datetime | None = Field(default=None, index=True)
    timezone: str = Field(max_length=60)
    override: str = ""  # why an admin sent it although a check said no
    override_by: str = Field(default="", max_length=254)
    overridden: list[str] = Field(
        default_factory=list, sa_type=Json
    )  # keys of findings
    visibility: Visibility = Field(
        default=Visibility.PUBLIC, sa_type=states(Visibility)
    )
    series_id: int | None = Field(
        default=None, foreign_key="series.id", ondelete="SET NULL"
    )
    approved_at: datetime | None = None
    approved_by: str = Field(default="", max_length=254)
    approved_hash: str = Field(default="", max_length=64)  # of what was approved
    late_by: int | None = None  # seconds after `send_at` that it started, if over 60
    paused_because: str = ""  # as i18n.kept keeps it
    paused_by: str = Field(default="", max_length=24)  # the breaker, if it was one
    # Breakers that somebody overruled by resuming: they stop this issue no more.
    tolerated: list[str] = Field(default_factory=list, sa_type=Json)
    total: int | None = None  # deliveries frozen; None until the fan-out is complete
    lease_by: str = Field(default="", max_length=32)
    lease_until: datetime | None = None
    started_at: datetime | None = None
    # While it is being sent: when somebody last could send it, or nothing was due.
    attended_at: datetime | None = None
    finished_at: datetime | None = None
    created_at: datetime = Field(default_factory=utcnow)
    updated_at: datetime = Field(default_factory=utcnow)


class IssueItem(SQLModel, table=True):
    """An item's place in an issue."""

    __tablename__ = "issue_item"
    __table_args__ = (UniqueConstraint("issue_id", "item_id"),)

    id: int | None = Field(default=None, primary_key=True)
    issue_id: int = Field(foreign_key="issue.id", ondelete="CASCADE", index=True)
    item_id: int = Field(foreign_key="item.id", ondelete="CASCADE", index=True)
    position: int
    section: str = Field(default="", max_length=100)


class Decision(SQLModel, table=True):
    """What one language gets of an item that is missing in it."""

    issue_item_id: int = Field(
        foreign_key="issue_item.id", primary_key=True, ondelete="CASCADE"
    )
    language: str = Field(primary_key=True, max_length=35)
    show: str | None = Field(default=None, max_length=35)  # None: leave it out


class ChangeKind(StrEnum):
    """What somebody changed in the contents of an issue."""

    MOVED = "moved"
    ADDED = "added"
    REMOVED = "removed"
    SECTIONS = "sections"
    DECIDED = "decided"
    TOOK_IN = "took in"  # a language
    LEFT_OUT = "left out"  # a language


class Change(SQLModel, table=True):
    """A change of the contents of an issue, with how they stood, so it can be undone.

    Those of the last day are kept, and the words of languages that were left out.
    """

    id: int | None = Field(default=None, primary_key=True)
    issue_id: int = Field(foreign_key="issue.id", ondelete="CASCADE", index=True)
    kind: ChangeKind = Field(sa_type=states(ChangeKind))
    who: str = Field(default="", max_length=254)
    subject: str = Field(default="", max_length=500)  # an item's title, a language …
    many: int = 1  # items or cells it was about
    arranged: int  # of the issue, once it was made
    before: dict[str, Any] = Field(sa_type=Json)  # as newsletter.issues.changes has it
    at: datetime = Field(default_factory=utcnow)
    undone_at: datetime | None = None


class Edition(SQLModel, table=True):
    """An issue in one language; at send time also its frozen form."""

    __table_args__ = (UniqueConstraint("issue_id", "language"),)

    id: int | None = Field(default=None, primary_key=True)
    issue_id: int = Field(foreign_key="issue.id", ondelete="CASCADE", index=True)
    language: str = Field(max_length=35)
    subject: str = Field(default="", max_length=300)
    preheader: str = Field(default="", max_length=300)
    intro: str = ""
    ready: bool = False
    # Of the words in the list's first language that these were made from.
    source_hash: str = Field(default="", max_length=64)
    version: int = 1
    # Frozen when the issue starts. html and text hold markers for the reader's own
    # values; web holds none and is what the archive shows.
    html: str = ""
    text: str = ""
    web: str = ""
    size: int = 0  # bytes of the HTML part
    searchable: str = ""  # its words, folded, for the archive's search
    card: str = Field(
        default="", max_length=60
    )  # path of the picture shared links show
    # What search engines are told of its items (schema.org).
    facts: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    corrected_at: datetime | None = (
        None  # the web page only: mail cannot be called back
    )
    correction: str = ""  # what was wrong, for the readers of the page
    # The first deliveries of a gentle start, and when their outcomes let all others go.
    trial: list[int] = Field(default_factory=list, sa_type=Json)
    opened_at: datetime | None = None
    readers: int | None = None  # deliveries frozen; None until the fan-out is complete
    envelope: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    frozen_at: datetime | None = None
    updated_at: datetime = Field(default_factory=utcnow)
