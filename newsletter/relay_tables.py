"""The tables about relays: what is stated of each, and what is in use of it now."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from newsletter.config import Span
from subscribers.clock import utcnow
from subscribers.columns import Json, states


class StatedRelay(SQLModel, table=True):
    """What somebody stated about a relay; None leaves a thing to preset and settings.

    A limit of 0 states that there is none.
    """

    __tablename__ = "relay"

    name: str = Field(primary_key=True, max_length=40)  # as the settings name it
    preset: str = Field(default="", max_length=40)
    connections: int | None = None
    messages_per_connection: int | None = None
    per_second: int | None = None
    per_minute: int | None = None
    per_hour: int | None = None
    per_day: int | None = None
    domains: dict[str, int] = Field(default_factory=dict, sa_type=Json)  # a minute
    updated_at: datetime = Field(default_factory=utcnow)


class RelayLane(SQLModel, table=True):
    """A relay, or one group of domains behind it: its last slot, and its brake.

    Whoever reserves or leases locks this row first.
    """

    __tablename__ = "relay_lane"

    relay: str = Field(primary_key=True, max_length=40)
    group: str = Field(primary_key=True, max_length=253)  # "": everything
    slot_at: datetime | None = None  # the last one reserved
    braked_at: datetime | None = None
    factor: float = 1.0  # of the rate, from `braked_at` on
    base: int = 0  # messages a minute that `factor` is of, where no limit is stated


class RelayUse(SQLModel, table=True):
    """How many slots of a span were reserved in the short time from `at` on."""

    __tablename__ = "relay_use"

    relay: str = Field(primary_key=True, max_length=40)
    group: str = Field(primary_key=True, max_length=253)
    span: Span = Field(primary_key=True, sa_type=states(Span))
    at: datetime = Field(primary_key=True)
    many: int


class RelayLease(SQLModel, table=True):
    """The connections to a relay that one sender may have open."""

    __tablename__ = "relay_lease"

    relay: str = Field(primary_key=True, max_length=40)
    holder: str = Field(primary_key=True, max_length=32)
    connections: int
    wanted: int
    until_at: datetime
