"""The tables of the desk: sources, items and their words, pictures, documents."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from subscribers.clock import utcnow
from subscribers.columns import Json, states


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


class Arrival(StrEnum):
    """How an item came to the desk."""

    FEED = "feed"
    PASTED = "pasted"  # a link, on the desk
    BUTTON = "button"  # the browser's
    WRITTEN = "written"
    COMMAND = "command"


class FetchState(StrEnum):
    """Whether the page behind an item's link has been read."""

    NONE = "none"  # there is none to read
    WAITING = "waiting"
    READ = "read"
    FAILED = "failed"  # `fetch_error` says why; the link is kept


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
    failures: int = 0  # in a row; a source that works has none
    paused: bool = False  # by somebody: it is not fetched
    # When it is fetched next; None: only when somebody asks.
    next_at: datetime | None = Field(default=None, index=True)
    list_id: int | None = Field(
        default=None, foreign_key="mailing_list.id", ondelete="SET NULL"
    )
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


class AssetSize(SQLModel, table=True):
    """A picture of the store once more, narrower: for where it is shown small."""

    __tablename__ = "asset_size"

    asset_id: int = Field(foreign_key="asset.id", primary_key=True, ondelete="CASCADE")
    width: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    height: int
    hash: str = Field(max_length=32)
    ext: str = Field(max_length=4)
    size: int  # bytes

    @property
    def path(self) -> str:
        """The URL path readers fetch it from: the same for everybody."""
        return f"/media/{self.hash}.{self.ext}"


class DocumentFile(SQLModel, table=True):
    """A document in our store; `{hash}.{ext}` is its file and its URL."""

    __tablename__ = "document_file"

    id: int | None = Field(default=None, primary_key=True)
    hash: str = Field(unique=True, max_length=32)  # of the stored bytes, hex
    ext: str = Field(max_length=4)
    name: str = Field(default="", max_length=200)  # what a reader's copy is called
    size: int  # bytes
    pages: int | None = None
    origin: str = Field(default="", max_length=2000)
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
    state: ItemState = Field(
        default=ItemState.INBOX, sa_type=states(ItemState), index=True
    )
    url: str = Field(default="", max_length=2000)
    url_hash: str = Field(default="", index=True, max_length=64)  # of its plain form
    arrived: Arrival = Field(default=Arrival.FEED, sa_type=states(Arrival))
    added_by: str = Field(default="", max_length=254)  # a name
    fetch_state: FetchState = Field(default=FetchState.NONE, sa_type=states(FetchState))
    fetch_error: str = Field(default="", max_length=300)
    # While the page is to be read: when, and until when whoever reads it has it alone.
    fetch_at: datetime | None = Field(default=None, index=True)
    fetch_tries: int = 0
    # {language: address}: the same page in other languages, as the page itself says.
    twins: dict[str, str] = Field(default_factory=dict, sa_type=Json)
    author: str = Field(default="", max_length=300)
    published_at: datetime | None = Field(default=None, index=True)
    asset_id: int | None = Field(default=None, foreign_key="asset.id")
    credit: str = Field(default="", max_length=300)  # of the picture
    attribution: str = Field(default="", max_length=300)  # where the news comes from
    video_url: str = Field(default="", max_length=2000)
    video_seconds: int | None = None
    subtitles: list[str] = Field(default_factory=list, sa_type=Json)  # languages
    # An event's facts: moments with the zone they were announced in.
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    all_day: bool = False  # only the day of `starts_at` is known
    place: str = Field(default="", max_length=300)
    reply_by_at: datetime | None = None
    timezone: str = Field(default="", max_length=60)
    sequence: int = 0  # counts the changes of those facts, RFC 5545 §3.8.7.4
    # [{"url", "titles": {language: words}, "format": "PDF", "language"?, "size"?}]
    documents: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    entry_hash: str = Field(default="", max_length=64)  # of the feed entry last read
    deleted_at: datetime | None = None  # can be taken back for a while, then it goes
    created_at: datetime = Field(default_factory=utcnow)
    updated_at: datetime = Field(default_factory=utcnow)


class Twin(SQLModel, table=True):
    """An item's page in another language, and the feed entry that told of it."""

    __table_args__ = (
        UniqueConstraint("item_id", "language"),
        UniqueConstraint("source_id", "guid"),
    )

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="item.id", ondelete="CASCADE")
    language: str = Field(max_length=35)
    url: str = Field(max_length=2000)
    url_hash: str = Field(index=True, max_length=64)
    source_id: int | None = Field(
        default=None, foreign_key="source.id", ondelete="SET NULL"
    )
    guid: str | None = Field(default=None, max_length=2000)
    entry_hash: str = Field(default="", max_length=64)


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


class LinkState(StrEnum):
    """What a server said when a link of an issue was tried."""

    WORKS = "works"
    BROKEN = "broken"  # 404, 410, or no such host
    DOUBTFUL = "doubtful"  # 403, 429, 5xx, silence: perhaps only to machines
    UNTRIED = "untried"  # there was no network


class LinkCheck(SQLModel, table=True):
    """What is known of a link, so that it is not tried at every look."""

    __tablename__ = "link_check"

    url_hash: str = Field(primary_key=True, max_length=64)
    url: str = Field(max_length=2000)
    state: LinkState = Field(sa_type=states(LinkState))
    code: int | None = None  # of HTTP
    reason: str = Field(default="", max_length=300)
    checked_at: datetime | None = Field(default=None, index=True)
