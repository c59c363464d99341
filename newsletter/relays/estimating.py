"""How long a relay takes for so many readers, and which limit is why (pure)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from newsletter.config import Span
from newsletter.relays.profiles import Profile
from newsletter.relays.windows import keeps, spacing

# Where no limit is stated we do not know how fast a relay is: a message in a tenth of
# a second, over each connection, is slow for any.
_UNLIMITED = 10
_DAY = keeps(Span.DAY)


@dataclass(frozen=True)
class Cause:
    """The limit that decides how long it takes: of the relay, or of one group."""

    limit: int
    span: Span
    group: str = ""


@dataclass(frozen=True)
class Estimate:
    """How long an issue will take."""

    readers: int
    relay: str
    busy: timedelta  # spent sending
    elapsed: timedelta  # from the first to the last: `busy`, and waits of whole days
    cause: Cause | None = None

    @property
    def days(self) -> int:
        """On how many days letters leave, counted from the first one on."""
        return self.elapsed // _DAY + 1


@dataclass(frozen=True)
class _Course:
    busy: timedelta
    elapsed: timedelta
    cause: Cause | None = None


@dataclass(frozen=True)
class _Step:
    """A limit over a span longer than a second, and what is used of it."""

    cause: Cause
    used: int

    @property
    def limit(self) -> int:
        return self.cause.limit

    @property
    def length(self) -> timedelta:
        return keeps(self.cause.span)  # what a span is made to last


def estimate(
    profiles: Sequence[Profile],
    *,
    readers: int,
    groups: Mapping[str, int] | None = None,
    used: Mapping[Span, int] | None = None,
) -> Estimate:
    """Return how long the first of `profiles` takes; the others step in if it fails.

    `groups` counts the readers of groups with a limit of their own, `used` what is
    used of the relay's limits by now: that is taken to free itself one span from now,
    so the estimate is rather too long than too short.
    """
    relay = profiles[0]
    courses = [_course(relay, relay.limits, readers, used or {})]
    for group, many in (groups or {}).items():
        limit = {Span.MINUTE: relay.domains[group]}
        courses.append(_course(relay, limit, many, {}, group))
    longest = max(courses, key=lambda course: course.elapsed)
    return Estimate(
        readers, relay.name, longest.busy, longest.elapsed, cause=longest.cause
    )


def _course(
    relay: Profile,
    limits: Mapping[Span, int],
    readers: int,
    used: Mapping[Span, int],
    group: str = "",
) -> _Course:
    """Return the course of `readers` messages, each leaving as soon as it may."""
    steps = [
        _Step(Cause(limits[span], span, group), used.get(span, 0) if readers else 0)
        for span in (Span.MINUTE, Span.HOUR, Span.DAY)
        if span in limits
    ]
    rate, cause = float(relay.connections * _UNLIMITED), None
    per_second = limits.get(Span.SECOND)
    if per_second and per_second <= rate:
        rate = 1 / spacing(per_second).total_seconds()
        cause = Cause(per_second, Span.SECOND)
    return _stepped(readers, rate, steps, cause)


def _stepped(
    readers: int, rate: float, steps: Sequence[_Step], cause: Cause | None
) -> _Course:
    """Return the course under `steps`, the longest span last.

    A longer span interrupts what the shorter ones let through: in each of them but
    the last, as much leaves as its limit allows.
    """
    if not steps:
        plain = timedelta(seconds=max(readers - 1, 0) / rate)
        return _Course(plain, plain, cause)
    *shorter, step = steps
    within = _stepped(min(step.limit, readers), rate, shorter, cause)
    if within.elapsed >= step.length:
        # The shorter limits alone let less through than this one.
        return _stepped(readers, rate, shorter, cause)
    # What is used already counts as having left just now.
    waits = math.ceil((readers + step.used) / step.limit) - 1
    if waits <= 0:
        return within
    last = min(readers + step.used - waits * step.limit, readers)
    rest = _stepped(last, rate, shorter, cause)
    elapsed = waits * step.length + rest.elapsed
    if step.cause.span is not Span.DAY:
        return _Course(elapsed, elapsed, step.cause)
    first = _stepped(min(max(step.limit - step.used, 0), readers), rate, shorter, cause)
    busy = first.busy + (waits - 1) * within.busy + rest.busy
    return _Course(busy, elapsed, step.cause)
