"""Reserve the moments at which messages may leave, over all senders of a database.

Reserving is one short transaction that locks the relay's lane. What is reserved and
not used is lost: nobody else may have it, and it must not be used late.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete, update
from sqlmodel import Session, col, select

from newsletter.config import Span
from newsletter.relay_tables import RelayLane, RelayUse
from newsletter.relays import lanes
from newsletter.relays.pace import pace_of
from newsletter.relays.profiles import Profile
from newsletter.relays.windows import (
    PATIENCE,
    TOLERANCE,
    Window,
    bucket,
    keeps,
    spaced,
    spacing,
)

# Slots are given away no further ahead, so that several senders share a slow relay.
HORIZON = timedelta(seconds=2)
# The last slot lies ahead of the clocks of others, who still count what it outlives.
_KEPT = timedelta(minutes=1)


@dataclass(frozen=True)
class Slots:
    """Moments at which one message each may leave, by the database's clock."""

    moments: tuple[datetime, ...]
    again_at: datetime | None = None  # without a moment: when asking makes sense
    patience: timedelta = PATIENCE  # how long after its moment one may still leave


@dataclass(frozen=True)
class _Rule:
    """What holds for one lane now, its brake included."""

    lane: RelayLane
    per_second: float | None
    windows: tuple[Window, ...]


def reserve(
    session: Session, profile: Profile, *, want: int, now: datetime, group: str = ""
) -> Slots:
    """Take slots for up to `want` messages, all to readers of `group` if it is named.

    `now` is the database's clock, read in this transaction: wait for the difference
    to a moment, counted from before it was read. Slots of a limit per second are
    evenly spaced, and a message must leave within 50 ms after its own; others are
    due at once, for 2 s. One that is later drops its slot and reserves anew, so ask
    for no more than can leave. Without limit and brake nothing is written.
    """
    rules = _rules(profile, lanes.find(session, profile.name), {"", group}, now)
    if not rules:
        return Slots((now,) * want)
    limited = [rule.lane.group for rule in rules]
    locked = lanes.lock(session, profile.name, limited)
    rules = _rules(profile, locked, {*limited}, now)
    windows = [
        (rule.lane, _filled(session, rule.lane, window))
        for rule in rules
        for window in rule.windows
    ]
    full = [each.frees_at(now) for _, each in windows if not each.free(now)]
    if full:
        return Slots((), max(full))
    many = min([want, *(each.free(now) for _, each in windows)])
    first, moments = _moments(rules, many, now)
    if not moments:
        return Slots((), first - HORIZON)
    _write(session, rules, windows, moments)
    spaced_out = any(rule.per_second for rule in rules)
    patience = TOLERANCE if spaced_out else PATIENCE
    return Slots(tuple(moments), patience=patience)


def used(session: Session, profile: Profile, *, now: datetime) -> dict[Span, int]:
    """Return how much of each limit of the whole relay is used at `now`."""
    lane = RelayLane(relay=profile.name, group="")
    found: dict[Span, int] = {}
    for span, limit in profile.limits.items():
        if span is not Span.SECOND:
            window = _filled(session, lane, Window(span, limit))
            found[span] = limit - window.free(now)
    return found


def _rules(
    profile: Profile,
    found: Mapping[str, RelayLane],
    groups: set[str],
    now: datetime,
) -> list[_Rule]:
    """Return the rules of the lanes that have any."""
    rules = []
    for group in sorted(groups):
        lane = found.get(group) or RelayLane(relay=profile.name, group=group)
        rule = _rule(profile, lane, now)
        if rule.per_second or rule.windows:
            rules.append(rule)
    return rules


def _rule(profile: Profile, lane: RelayLane, now: datetime) -> _Rule:
    part = pace_of(lane, now)
    limits = dict(profile.limits)
    if lane.group:
        stated = profile.domains.get(lane.group)
        limits = {Span.MINUTE: stated} if stated else {}
    if part < 1 and not {Span.SECOND, Span.MINUTE} & limits.keys():
        limits[Span.MINUTE] = lane.base
    if Span.MINUTE in limits:
        limits[Span.MINUTE] = max(int(limits[Span.MINUTE] * part), 1)
    per_second = limits.pop(Span.SECOND, None)
    return _Rule(
        lane,
        per_second * part if per_second else None,
        tuple(Window(span, limit) for span, limit in limits.items()),
    )


def _filled(session: Session, lane: RelayLane, window: Window) -> Window:
    """Return the window with what is used of it."""
    query = select(RelayUse.at, RelayUse.many).where(
        RelayUse.relay == lane.relay,
        RelayUse.group == lane.group,
        RelayUse.span == window.span,
    )
    found = session.exec(query.order_by(col(RelayUse.at))).all()
    return Window(window.span, window.limit, found)


def _moments(
    rules: list[_Rule], many: int, now: datetime
) -> tuple[datetime, list[datetime]]:
    # Only the relay as a whole has a limit per second, so there is one at most.
    for rule in rules:
        if rule.per_second:
            first = _first(rule.lane, rule.per_second, now)
            until = now + HORIZON
            return first, spaced(
                first, many=many, until=until, per_second=rule.per_second
            )
    return now, [now] * many


def _first(lane: RelayLane, per_second: float, now: datetime) -> datetime:
    if lane.slot_at is None:
        return now
    return max(now, lane.slot_at + spacing(per_second))


def _write(
    session: Session,
    rules: list[_Rule],
    windows: list[tuple[RelayLane, Window]],
    moments: list[datetime],
) -> None:
    last = moments[-1]
    for rule in rules:
        if rule.per_second:
            rule.lane.slot_at = last
            session.add(rule.lane)
    for lane, window in windows:
        _count(session, lane, window.span, last, len(moments))
    session.flush()


def _count(
    session: Session, lane: RelayLane, span: Span, last: datetime, many: int
) -> None:
    """Add to the bucket of the last slot, and forget the buckets that count no more."""
    lane_only = (
        col(RelayUse.relay) == lane.relay,
        col(RelayUse.group) == lane.group,
        col(RelayUse.span) == span,
    )
    at = bucket(span, last)
    added = session.execute(
        update(RelayUse)
        .where(*lane_only, col(RelayUse.at) == at)
        .values(many=col(RelayUse.many) + many)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(added, CursorResult)  # noqa: S101  # an UPDATE always is one
    if not added.rowcount:
        session.add(
            RelayUse(relay=lane.relay, group=lane.group, span=span, at=at, many=many)
        )
    old = col(RelayUse.at) < last - keeps(span) - _KEPT
    gone = delete(RelayUse).where(*lane_only, old)
    session.execute(gone.execution_options(synchronize_session=False))
