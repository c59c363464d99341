"""The tables about people and what they agreed to."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from subscribers.clock import utcnow
from subscribers.columns import Json, states
from subscribers.tokens import HANDLE, new_handle


class MissingPolicy(StrEnum):
    """What readers get of an item that has no words in their language."""

    SHOW = "show"  # the item in its own language, labelled
    LEAVE_OUT = "leave-out"


class UnknownPolicy(StrEnum):
    """What becomes of a delivery whose final dot got no answer."""

    RESEND = "resend"  # once, with identical bytes; then it is held
    HOLD = "hold"  # a person decides


class SubscriptionState(StrEnum):
    """A person's standing with one list."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    PAUSED = "paused"  # until `paused_until`
    UNSUBSCRIBED = "unsubscribed"


class ConsentKind(StrEnum):
    """Whether a consent record begins or ends an agreement."""

    GRANTED = "granted"
    WITHDRAWN = "withdrawn"


class RequestKind(StrEnum):
    """What somebody asked for on a page and confirms from their mailbox."""

    JOIN = "join"
    ADDRESS = "address"  # the mailbox they have allows the change …
    NEW_ADDRESS = "new address"  # … and the new one proves that it is theirs
    DATA = "data"
    ERASE = "erase"
    LINK = "link"  # a fresh link to their preferences; there is nothing to confirm


class Channel(StrEnum):
    """Through what somebody agreed, left or came back."""

    FORM = "form"
    IMPORT = "import"
    STAFF = "staff"
    PAGE = "page"  # the button on /u/{token} or /p/{token}
    ONE_CLICK = "one-click"  # RFC 8058
    MAILTO = "mailto"
    COMPLAINT = "complaint"
    BOUNCE = "bounce"


class SuppressionReason(StrEnum):
    """Why an address must not be mailed."""

    HARD_BOUNCE = "hard bounce"
    COMPLAINT = "complaint"
    ERASED = "erased"
    STAFF = "staff"


class MailingList(SQLModel, table=True):
    """What people subscribe to: a name per language, a sender, a legal identity."""

    __tablename__ = "mailing_list"

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, max_length=60)
    names: dict[str, str] = Field(sa_type=Json)
    languages: list[str] = Field(sa_type=Json)  # the first is the default
    sender_name: str = Field(default="", max_length=200)
    sender_address: str = Field(max_length=254)
    reply_to: str = Field(default="", max_length=254)
    legal: dict[str, str] = Field(default_factory=dict, sa_type=Json)
    # RFC 2919: filters depend on it, so it never changes, whatever the list is called.
    list_id: str = Field(max_length=255)
    missing: MissingPolicy = Field(
        default=MissingPolicy.SHOW, sa_type=states(MissingPolicy)
    )
    # None: as NEWSLETTER_ON_UNKNOWN says.
    on_unknown: UnknownPolicy | None = Field(
        default=None, sa_type=states(UnknownPolicy)
    )
    timezone: str = Field(default="Europe/Brussels", max_length=60)
    # Names of relays in order of preference; empty: all, as the settings have them.
    relays: list[str] = Field(default_factory=list, sa_type=Json)
    public: bool = True  # private lists stand on no page that strangers see
    descriptions: dict[str, str] = Field(default_factory=dict, sa_type=Json)
    # What people agree to, where it is not our own sentence; see Wording.
    consent: dict[str, str] = Field(default_factory=dict, sa_type=Json)
    privacy_url: str = Field(default="", max_length=2000)
    # {tag: {language: words}}: the tags that readers choose themselves.
    topics: dict[str, dict[str, str]] = Field(default_factory=dict, sa_type=Json)
    accent: str = Field(default="", max_length=7)  # #rrggbb; empty: the program's own
    # Tell people by mail that they have left, as Belgian law asks of senders.
    acknowledge: bool = True
    approval: bool = False  # its issues leave only when somebody has approved them
    # [{"name": "Agenda", "names": {language: words}}], in the order of a new issue
    sections: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    # {language: [others, the best first]}: what stands in for words that are missing
    fallbacks: dict[str, list[str]] = Field(default_factory=dict, sa_type=Json)
    created_at: datetime = Field(default_factory=utcnow)

    @property
    def default_language(self) -> str:
        """The language of readers who never said which they want."""
        return self.languages[0]

    def name_in(self, language: str) -> str:
        """The list's name in a language, in its default language otherwise."""
        return self.names.get(language) or self.names.get(
            self.default_language, self.slug
        )

    def description_in(self, language: str) -> str:
        """What the list is about, in a language or its default one; may be empty."""
        return self.descriptions.get(language) or self.descriptions.get(
            self.default_language, ""
        )

    def legal_in(self, language: str) -> str:
        """The legal identity in a language, in the default language otherwise."""
        return self.legal.get(language) or self.legal.get(self.default_language, "")


class Subscriber(SQLModel, table=True):
    """A person with one normalised address, and the language they read."""

    __table_args__ = (
        Index("ix_subscriber_language_id", "language", "id"),
        Index("ix_subscriber_email_hash", "email_hash"),
    )

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(max_length=254)
    email_key: str = Field(unique=True, max_length=254)  # Address.key
    email_hash: str = Field(max_length=32)  # KeyRing.fingerprint(email_key)
    name: str = Field(default="", max_length=200)
    language: str | None = Field(default=None, max_length=35)  # BCP 47
    # Read as well: tried before the list's default where the first has no edition.
    second_language: str | None = Field(default=None, max_length=35)
    # What an import knows besides, e.g. {"city": "Liège"}; segments select by it.
    attributes: dict[str, str] = Field(default_factory=dict, sa_type=Json)
    created_at: datetime = Field(default_factory=utcnow)
    updated_at: datetime = Field(default_factory=utcnow)


class SubscriberTag(SQLModel, table=True):
    """One label on one person; segments select by it."""

    __tablename__ = "subscriber_tag"

    subscriber_id: int = Field(
        foreign_key="subscriber.id", primary_key=True, ondelete="CASCADE"
    )
    tag: str = Field(primary_key=True, max_length=60, index=True)


class Subscription(SQLModel, table=True):
    """A person's standing with one list; its handle is what links point to."""

    __table_args__ = (
        UniqueConstraint("subscriber_id", "list_id"),
        # The readers of a list in the order in which its issues list them.
        Index("ix_subscription_list_subscriber", "list_id", "subscriber_id"),
        # … and as staff look at them: the latest first, of one state or of all.
        Index("ix_subscription_list_created", "list_id", "created_at", "id"),
        Index("ix_subscription_list_state", "list_id", "state", "created_at", "id"),
        Index(
            "ix_subscription_list_left",
            "list_id",
            "unsubscribed_at",
            sqlite_where=text("unsubscribed_at IS NOT NULL"),
            postgresql_where=text("unsubscribed_at IS NOT NULL"),
        ),
        Index(
            "ix_subscription_import",
            "import_id",
            "id",
            sqlite_where=text("import_id IS NOT NULL"),
            postgresql_where=text("import_id IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    subscriber_id: int = Field(foreign_key="subscriber.id", ondelete="CASCADE")
    list_id: int = Field(foreign_key="mailing_list.id", ondelete="CASCADE")
    handle: str = Field(default_factory=new_handle, unique=True, max_length=HANDLE)
    state: SubscriptionState = Field(sa_type=states(SubscriptionState))
    paused_until: datetime | None = None
    import_id: int | None = Field(default=None, foreign_key="import.id")
    created_at: datetime = Field(default_factory=utcnow)
    confirmed_at: datetime | None = None
    unsubscribed_at: datetime | None = None


class Consent(SQLModel, table=True):
    """Append-only: who agreed to which words, or took it back, when and how."""

    __table_args__ = (Index("ix_consent_list_kind_at", "list_id", "kind", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    subscriber_id: int | None = Field(
        default=None, foreign_key="subscriber.id", ondelete="SET NULL", index=True
    )
    list_id: int | None = Field(
        default=None, foreign_key="mailing_list.id", ondelete="SET NULL"
    )
    kind: ConsentKind = Field(sa_type=states(ConsentKind))
    channel: Channel = Field(sa_type=states(Channel))
    words: str = ""  # exactly as shown or declared
    words_hash: str = Field(default="", max_length=64)  # SHA-256 of `words`, hex
    version: int | None = None  # Wording.version, of words that a form showed
    language: str | None = Field(default=None, max_length=35)
    form: str = Field(default="", max_length=300)  # the page or site of the form
    asked_at: datetime | None = None  # when the form was sent; `at`: when confirmed
    message_id: str = Field(default="", max_length=255)  # of the mail that confirmed
    import_id: int | None = Field(default=None, foreign_key="import.id")
    evidence: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    at: datetime = Field(default_factory=utcnow)


class Growth(SQLModel, table=True):
    """How many read a list in one language at the end of a day, who came, who went."""

    list_id: int = Field(
        foreign_key="mailing_list.id", primary_key=True, ondelete="CASCADE"
    )
    day: date = Field(primary_key=True)  # UTC
    language: str = Field(primary_key=True, max_length=35)  # "": never said
    members: int
    joined: int
    departed: int
    counted_at: datetime = Field(default_factory=utcnow)


class Wording(SQLModel, table=True):
    """What a form let people agree to, to the letter; an edit makes a new version."""

    __table_args__ = (UniqueConstraint("list_id", "language", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    list_id: int = Field(foreign_key="mailing_list.id", ondelete="CASCADE")
    language: str = Field(max_length=35)
    version: int  # counts up per list and language
    words: str
    words_hash: str = Field(max_length=64)  # SHA-256, hex
    created_at: datetime = Field(default_factory=utcnow)


class Request(SQLModel, table=True):
    """What somebody asked for on a page, until a mail to them has settled it.

    Every form writes one row, whoever the address belongs to, and a job answers it:
    so the page knows nothing that it could give away.
    """

    __table_args__ = (
        Index("ix_request_limit_hash_asked_at", "limit_hash", "asked_at"),
        Index("ix_request_network_asked_at", "network", "asked_at"),
        Index("ix_request_answered_at_due_at", "answered_at", "due_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    handle: str = Field(default_factory=new_handle, unique=True, max_length=HANDLE)
    kind: RequestKind = Field(sa_type=states(RequestKind))
    email: str = Field(max_length=254)
    email_key: str = Field(max_length=254)
    email_hash: str = Field(max_length=32, index=True)
    # Of the mailbox behind tags and dots: what limits count by, never who it is.
    limit_hash: str = Field(max_length=32)
    language: str = Field(max_length=35)  # of the page, and of the mail
    subscriber_id: int | None = Field(
        default=None, foreign_key="subscriber.id", ondelete="CASCADE", index=True
    )
    list_ids: list[int] = Field(default_factory=list, sa_type=Json)
    wording_ids: list[int] = Field(default_factory=list, sa_type=Json)  # one a list
    new_email: str = Field(default="", max_length=254)
    form: str = Field(default="", max_length=300)
    network: str | None = Field(default=None, max_length=32)  # keyed hash, for a day
    proof: str = Field(default="", max_length=64)  # the challenge that was solved
    message_id: str = Field(default="", max_length=255)  # of the mail that answered
    asked_at: datetime = Field(default_factory=utcnow, index=True)
    due_at: datetime = Field(default_factory=utcnow)  # not answered before
    answered_at: datetime | None = None
    mailed: bool = False  # the answer was a mail; limits count these
    done_at: datetime | None = None  # confirmed, downloaded, erased


class Suppression(SQLModel, table=True):
    """An address that must not be mailed, kept as a keyed hash with the reason."""

    id: int | None = Field(default=None, primary_key=True)
    address_hash: str = Field(unique=True, max_length=32)
    reason: SuppressionReason = Field(sa_type=states(SuppressionReason))
    evidence: str = ""
    created_at: datetime = Field(default_factory=utcnow)


class Segment(SQLModel, table=True):
    """A saved rule that selects subscribers, e.g. `language=nl and tag=press`."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=60)
    rule: str
    created_at: datetime = Field(default_factory=utcnow)


class Import(SQLModel, table=True):
    """One file of people, the words they agreed to, and what became of its rows."""

    id: int | None = Field(default=None, primary_key=True)
    list_id: int = Field(foreign_key="mailing_list.id", ondelete="CASCADE")
    filename: str = Field(max_length=255)
    file_hash: str = Field(max_length=64)  # SHA-256, hex
    consent: str
    counts: dict[str, int] = Field(default_factory=dict, sa_type=Json)
    created_at: datetime = Field(default_factory=utcnow)
    undone_at: datetime | None = None


class ImportChange(SQLModel, table=True):
    """What an import changed about somebody who was here before, to be undone."""

    __tablename__ = "import_change"

    import_id: int = Field(
        foreign_key="import.id", primary_key=True, ondelete="CASCADE"
    )
    subscriber_id: int = Field(
        foreign_key="subscriber.id", primary_key=True, ondelete="CASCADE", index=True
    )
    # {"name", "language", "second_language", "attributes"}: as they were; "tags": those
    # that were added; "wrote": what the import put there.
    before: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
