"""The table of what came back: failures and complaints, with their evidence."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from subscribers.clock import utcnow
from subscribers.columns import BigId


class Bounce(SQLModel, table=True):
    """One report that a letter failed or was not wanted, and what we made of it."""

    id: int | None = Field(default=None, primary_key=True)
    # Of the report: whoever brings the same one again changes nothing.
    key: str = Field(unique=True, max_length=64)
    source: str = Field(max_length=24)  # where it came from: smtp, mail, ses, …
    kind: str = Field(max_length=24)  # bounces.Kind
    failure: str = Field(max_length=24)  # smtp.Failure; empty for a complaint
    status: str = Field(default="", max_length=16)  # RFC 3463
    code: int | None = None  # of SMTP
    diagnostic: str = Field(default="", max_length=1000)
    evidence: str = ""  # the report as it came, its beginning
    # What its token names; none of it is known of a report without one.
    delivery_id: int | None = Field(
        default=None,
        foreign_key="delivery.id",
        ondelete="SET NULL",
        index=True,
        sa_type=BigId,
    )
    issue_id: int | None = Field(
        default=None, foreign_key="issue.id", ondelete="CASCADE", index=True
    )
    subscriber_id: int | None = Field(
        default=None, foreign_key="subscriber.id", ondelete="SET NULL", index=True
    )
    language: str = Field(default="", max_length=35)
    domain: str = Field(default="", max_length=253)  # of the reader's address
    effect: str = Field(default="", max_length=24)  # bounces.Effect
    lifted_by: str = Field(default="", max_length=254)  # who decided otherwise
    received_at: datetime = Field(default_factory=utcnow, index=True)
