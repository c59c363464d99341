"""The tables about news, issues and their way to the readers."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from subscribers import models as people  # noqa: F401  # foreign keys point there
from subscribers.clock import utcnow
from subscribers.columns import BigId, Json, states
from subscribers.models import MissingPolicy
from subscribers.tokens import HANDLE, SHORT_HANDLE, new_handle, new_short_handle


class ItemType(StrEnum):
    """What kind of news an item is; it decides the block in the mail."""

    STORY = "story"
    LINK = "link"
    VIDEO = "video"
    EVENT = "event"
    DOCUMENTS = "documents"
    APPEAL = "appeal"
    TEXT = "text"


class ItemState(StrEnum):
    """Where an item stands on the desk."""

    INBOX = "inbox"
    KEPT = "kept"
    USED = "used"
    ASIDE = "aside"


class IssueState(StrEnum):
    """How far an issue has come."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    STARTING = "starting"  # one process freezes and fans out, under a lease
    SENDING = "sending"
    PAUSED = "paused"  # `paused_because` says why; a person resumes
    SENT = "sent"  # nothing is left to attempt
    CANCELLED = "cancelled"


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


class Role(StrEnum):
    """What a member of staff may do."""

    ADMIN = "admin"
    EDITOR = "editor"
    TRANSLATOR = "translator"
    VIEWER = "viewer"


class Source(SQLModel, table=True):
    """A feed that items come from."""

    id: int | None = Field(default=None, primary_key=True)
    url: str = Field(unique=True, max_length=2000)  # or the absolute path of a file
    title: str = Field(default="", max_length=300)
    language: str | None = Field(default=None, max_length=35)
    etag: str = Field(default="", max_length=300)
    last_modified: str = Field(default="", max_length=100)
    fetched_at: datetime | None = None
    error: str = ""
    created_at: datetime = Field(default_factory=utcnow)


class Asset(SQLModel, table=True):
    """A picture in our store, re-encoded; `{hash}.{ext}` is its file and its URL."""

    id: int | None = Field(default=None, primary_key=True)
    hash: str = Field(unique=True, max_length=32)  # of the stored bytes, hex
    ext: str = Field(max_length=4)
    width: int  # pixels
    height: int
    size: int  # bytes
    origin: str = Field(default="", max_length=2000)
    origin_hash: str = Field(default="", index=True, max_length=64)
    created_at: datetime = Field(default_factory=utcnow)

    @property
    def path(self) -> str:
        """The URL path readers fetch it from: the same for everybody."""
        return f"/media/{self.hash}.{self.ext}"


class Item(SQLModel, table=True):
    """A reusable piece of news: the facts that all its languages share."""

    __table_args__ = (UniqueConstraint("source_id", "guid"),)

    id: int | None = Field(default=None, primary_key=True)
    source_id: int | None = Field(
        default=None, foreign_key="source.id", ondelete="SET NULL"
    )
    guid: str | None = Field(default=None, max_length=2000)
    type: ItemType = Field(sa_type=states(ItemType))
    language: str = Field(max_length=35)  # of the source words
    state: ItemState = Field(default=ItemState.INBOX, sa_type=states(ItemState))
    url: str = Field(default="", max_length=2000)
    author: str = Field(default="", max_length=300)
    published_at: datetime | None = Field(default=None, index=True)
    asset_id: int | None = Field(default=None, foreign_key="asset.id")
    credit: str = Field(default="", max_length=300)  # of the picture
    attribution: str = Field(default="", max_length=300)  # where the news comes from
    video_url: str = Field(default="", max_length=2000)
    # An event's facts: moments with the zone they were announced in.
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    all_day: bool = False  # only the day of `starts_at` is known
    place: str = Field(default="", max_length=300)
    reply_by_at: datetime | None = None
    timezone: str = Field(default="", max_length=60)
    # [{"url", "titles": {language: words}, "format": "PDF", "language"?, "size"?}]
    documents: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    entry_hash: str = Field(default="", max_length=64)  # of the feed entry last read
    created_at: datetime = Field(default_factory=utcnow)
    updated_at: datetime = Field(default_factory=utcnow)


class ItemText(SQLModel, table=True):
    """The words of an item in one language."""

    __tablename__ = "item_text"
    __table_args__ = (UniqueConstraint("item_id", "language"),)

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="item.id", ondelete="CASCADE", index=True)
    language: str = Field(max_length=35)
    title: str = Field(default="", max_length=500)
    summary: str = ""
    body: str = ""  # clean HTML: p h4 ul ol li blockquote br strong em a
    caption: str = ""
    alt: str = Field(default="", max_length=500)
    link_text: str = Field(default="", max_length=200)  # words of the button
    url: str = Field(default="", max_length=2000)  # this language's page, if it differs
    ready: bool = False
    # Of the source words this was made from; differs from theirs when they changed.
    source_hash: str = Field(default="", max_length=64)
    version: int = 1
    updated_at: datetime = Field(default_factory=utcnow)


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
    send_at: datetime | None = Field(default=None, index=True)
    timezone: str = Field(max_length=60)
    override: str = ""  # why an admin sent it although a check said no
    late_by: int | None = None  # seconds after `send_at` that it started, if over 60
    paused_because: str = ""
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


class Edition(SQLModel, table=True):
    """An issue in one language; at send time also its frozen form."""

    __table_args__ = (UniqueConstraint("issue_id", "language"),)

    id: int | None = Field(default=None, primary_key=True)
    issue_id: int = Field(foreign_key="issue.id", ondelete="CASCADE", index=True)
    language: str = Field(max_length=35)
    subject: str = Field(default="", max_length=300)
    preheader: str = Field(default="", max_length=300)
    intro: str = ""
    # Frozen when the issue starts. html and text hold markers for the reader's own
    # values; web holds none and is what the archive shows.
    html: str = ""
    text: str = ""
    web: str = ""
    size: int = 0  # bytes of the HTML part
    # The first deliveries of a gentle start, and when their outcomes let all others go.
    trial: list[int] = Field(default_factory=list, sa_type=Json)
    opened_at: datetime | None = None
    envelope: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    frozen_at: datetime | None = None
    updated_at: datetime = Field(default_factory=utcnow)


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


class Staff(SQLModel, table=True):
    """Somebody who may log in."""

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(max_length=254)
    email_key: str = Field(unique=True, max_length=254)
    name: str = Field(default="", max_length=200)
    role: Role = Field(sa_type=states(Role))
    languages: list[str] = Field(default_factory=list, sa_type=Json)
    password_hash: str = Field(max_length=200)  # argon2id
    created_at: datetime = Field(default_factory=utcnow)


class StaffSession(SQLModel, table=True):
    """A log-in that can be revoked; the cookie holds a secret, we hold its hash."""

    __tablename__ = "staff_session"

    secret_hash: str = Field(primary_key=True, max_length=64)
    staff_id: int = Field(foreign_key="staff.id", ondelete="CASCADE", index=True)
    created_at: datetime = Field(default_factory=utcnow)
    seen_at: datetime = Field(default_factory=utcnow)
