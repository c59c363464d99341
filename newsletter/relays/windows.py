"""How many messages fit into a rolling span of time, and when the next one does (pure).

A span rolls, so that midnight gives no double day. What is used is counted in short
buckets; a bucket counts until its last moment has left the span.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from newsletter.config import Span

# A message may leave so much after its slot: after one of those that are spaced within
# a second, and after any other. What is counted is longer by as much, so that even then
# no second, minute, hour or day sees more than its limit.
TOLERANCE = timedelta(milliseconds=50)
PATIENCE = timedelta(seconds=2)

LENGTHS = {
    Span.SECOND: timedelta(seconds=1),
    Span.MINUTE: timedelta(minutes=1),
    Span.HOUR: timedelta(hours=1),
    Span.DAY: timedelta(days=1),
}
# What one row counts: some hundred rows a span, whatever the limit.
_BUCKETS = {
    Span.MINUTE: timedelta(seconds=1),
    Span.HOUR: timedelta(seconds=30),
    Span.DAY: timedelta(minutes=10),
}
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Window:
    """A limit over a span, and the buckets used of it, the oldest first."""

    span: Span
    limit: int
    used: Sequence[tuple[datetime, int]] = ()

    def free(self, now: datetime) -> int:
        """Return how many more may leave from `now` on."""
        counted = sum(many for at, many in self.used if self._leaves(at) > now)
        return max(self.limit - counted, 0)

    def frees_at(self, now: datetime) -> datetime:
        """Return the first moment from `now` on at which one may leave."""
        moments = [now, *(self._leaves(at) for at, _ in self.used)]
        return next(each for each in moments if each >= now and self.free(each))

    def _leaves(self, at: datetime) -> datetime:
        return at + keeps(self.span)


def keeps(span: Span) -> timedelta:
    """Return how long after its beginning a bucket counts."""
    return _BUCKETS[span] + LENGTHS[span] + PATIENCE


def bucket(span: Span, moment: datetime) -> datetime:
    """Return the beginning of the bucket that `moment` falls into."""
    return moment - (moment - _EPOCH) % _BUCKETS[span]


def spaced(
    first: datetime, *, many: int, until: datetime, per_second: float
) -> list[datetime]:
    """Return up to `many` slots from `first` to `until`, evenly spaced."""
    step = spacing(per_second)
    fitting = (until - first) // step + 1
    return [first + step * number for number in range(min(many, fitting))]


def spacing(per_second: float) -> timedelta:
    """Return the time between two slots; rounded up, or a second would see one more."""
    microseconds = (LENGTHS[Span.SECOND] + TOLERANCE).total_seconds() * 1e6
    return timedelta(microseconds=math.ceil(microseconds / per_second))
