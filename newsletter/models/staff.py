"""The tables of those who log in."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, SQLModel

from subscribers.clock import utcnow
from subscribers.columns import Json, states


class Role(StrEnum):
    """What a member of staff may do."""

    ADMIN = "admin"
    EDITOR = "editor"
    TRANSLATOR = "translator"
    VIEWER = "viewer"


class Staff(SQLModel, table=True):
    """Somebody who may log in."""

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(max_length=254)
    email_key: str = Field(unique=True, max_length=254)
    name: str = Field(default="", max_length=200)
    role: Role = Field(sa_type=states(Role))
    languages: list[str] = Field(default_factory=list, sa_type=Json)
    password_hash: str = Field(max_length=200)  # argon2id
    language: str = Field(default="", max_length=35)  # of pages; "": the browser's
    single_keys: bool = True  # E, A, J, K … act on the desk (WCAG 2.1.4)
    # Whose next issue the desk shows; None: the default list.
    list_id: int | None = Field(
        default=None, foreign_key="mailing_list.id", ondelete="SET NULL"
    )
    totp_secret: str = Field(default="", max_length=200)  # sealed; "": not asked for
    totp_step: int = 0  # RFC 6238's counter that was used last: none counts twice
    recovery: list[str] = Field(default_factory=list, sa_type=Json)  # hashes, one use
    seen_at: datetime | None = None  # last, give or take a few minutes
    left_at: datetime | None = None  # may no longer log in; what they did stays
    created_at: datetime = Field(default_factory=utcnow)


class StaffSession(SQLModel, table=True):
    """A log-in that can be revoked; the cookie holds a secret, we hold its hash."""

    __tablename__ = "staff_session"

    secret_hash: str = Field(primary_key=True, max_length=64)
    staff_id: int = Field(foreign_key="staff.id", ondelete="CASCADE", index=True)
    agent: str = Field(default="", max_length=200)  # what the browser calls itself
    created_at: datetime = Field(default_factory=utcnow)
    seen_at: datetime = Field(default_factory=utcnow)


class Invitation(SQLModel, table=True):
    """Somebody who may become staff through a link in a mail."""

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(max_length=254)
    email_key: str = Field(unique=True, max_length=254)
    name: str = Field(default="", max_length=200)
    role: Role = Field(sa_type=states(Role))
    languages: list[str] = Field(default_factory=list, sa_type=Json)
    secret_hash: str = Field(unique=True, max_length=64)
    invited_by: str = Field(default="", max_length=254)
    created_at: datetime = Field(default_factory=utcnow)
    expires_at: datetime


class PasswordReset(SQLModel, table=True):
    """A link that sets a new password, once; the mail holds a secret, we its hash."""

    __tablename__ = "password_reset"

    secret_hash: str = Field(primary_key=True, max_length=64)
    staff_id: int = Field(foreign_key="staff.id", ondelete="CASCADE", index=True)
    created_at: datetime = Field(default_factory=utcnow)
    expires_at: datetime


class Action(StrEnum):
    """What somebody did that others may want to know of later."""

    LOGGED_IN = "logged in"
    CHANGED_PASSWORD = "changed password"  # noqa: S105  # the name of an action
    CHANGED_TWO_FACTOR = "changed two-factor"
    INVITED = "invited"
    JOINED = "joined"
    CHANGED_ROLE = "changed role"
    REMOVED = "removed"
    CREATED_ISSUE = "created issue"
    CHANGED_ISSUE = "changed issue"
    DISCARDED_ISSUE = "discarded issue"
    APPROVED = "approved"
    OVERRODE = "overrode"
    TESTED = "tested"
    SCHEDULED = "scheduled"
    TOOK_BACK = "took back"
    PAUSED = "paused"
    RESUMED = "resumed"
    STOPPED = "stopped"
    CORRECTED = "corrected"
    MADE_LINK = "made link"
    ENDED_LINK = "ended link"
    CHANGED_LIST = "changed list"
    CHANGED_SENDER = "changed sender"
    CHANGED_LOOK = "changed look"
    CHANGED_SOURCE = "changed source"
    IMPORTED = "imported"
    UNDID_IMPORT = "undid import"
    EXPORTED = "exported"
    CHANGED_PEOPLE = "changed people"
    ERASED = "erased"
    LIFTED = "lifted"


class AuditEntry(SQLModel, table=True):
    """Who did what, and when; rows are only ever added."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(default_factory=utcnow, index=True)
    staff_id: int | None = Field(
        default=None, foreign_key="staff.id", ondelete="SET NULL", index=True
    )
    who: str = Field(max_length=254)  # their name then, which outlives the account
    action: Action = Field(sa_type=states(Action))
    issue_id: int | None = Field(
        default=None, foreign_key="issue.id", ondelete="SET NULL", index=True
    )
    subject: str = Field(default="", max_length=300)  # of what, in words; no addresses
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
