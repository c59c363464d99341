"""The tables of those who log in."""

from datetime import datetime
from enum import StrEnum

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
    created_at: datetime = Field(default_factory=utcnow)


class StaffSession(SQLModel, table=True):
    """A log-in that can be revoked; the cookie holds a secret, we hold its hash."""

    __tablename__ = "staff_session"

    secret_hash: str = Field(primary_key=True, max_length=64)
    staff_id: int = Field(foreign_key="staff.id", ondelete="CASCADE", index=True)
    created_at: datetime = Field(default_factory=utcnow)
    seen_at: datetime = Field(default_factory=utcnow)
