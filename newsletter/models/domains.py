"""The table of what the doctor found last about the domains that lists send from."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from subscribers.columns import Json


class DomainCheck(SQLModel, table=True):
    """What is known of a list's sender, for those who cannot wait for the DNS."""

    __tablename__ = "domain_check"

    list_id: int = Field(
        primary_key=True, foreign_key="mailing_list.id", ondelete="CASCADE"
    )
    domain: str = Field(default="", max_length=253)  # in From, at that time
    # What was red or yellow, the worst first: doctor.keeping writes and reads it.
    findings: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    checked_at: datetime | None = None  # when the DNS last answered
    asked_at: datetime | None = None  # who sets it asks, and nobody else for a while
