"""When a rule comes round: one moment each time, whatever the clocks do.

The only place that asks APScheduler's cron trigger. Asked about a zone it would fire
twice in the hour that clocks repeat, so it is asked about the wall clock alone, and
each reading of the wall clock is then turned into one moment.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from newsletter.series.rules import LAST, Rule

_MINUTE = timedelta(minutes=1)
_NTH = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", LAST: "last"}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Moment:
    """One moment of a rule; `moved` when clocks skipped the time it names."""

    at: datetime  # UTC
    moved: bool = False


def after(rule: Rule, zone: ZoneInfo, moment: datetime) -> Moment:
    """Return the first moment of the rule later than `moment`."""
    return next(_following(rule, zone, moment))


def several(
    rule: Rule, zone: ZoneInfo, moment: datetime, *, count: int
) -> list[Moment]:
    """Return the next `count` moments later than `moment`."""
    return list(islice(_following(rule, zone, moment), count))


def _following(rule: Rule, zone: ZoneInfo, moment: datetime) -> Iterator[Moment]:
    trigger = _trigger(rule)
    wall = moment.astimezone(zone).replace(tzinfo=UTC)
    latest = moment
    while True:
        # Later than what it is told: that one has been.
        wall = trigger.get_next_fire_time(wall, wall)
        found = _resolved(wall, zone)
        # In the hour that is repeated, the wall clock was there before.
        if found.at > latest:
            latest = found.at
            yield found


def _trigger(rule: Rule) -> CronTrigger:
    fields: dict[str, str] = {}
    if rule.weekly:
        fields["day_of_week"] = ",".join(_WEEKDAYS[day] for day in rule.weekly)
    elif rule.monthly:
        fields["day"] = ",".join(
            f"{_NTH[nth]} {_WEEKDAYS[day]}" for nth, day in rule.monthly
        )
    else:
        fields["day"] = ",".join(
            "last" if day == LAST else str(day) for day in rule.dates
        )
    return CronTrigger(**fields, hour=rule.at.hour, minute=rule.at.minute, timezone=UTC)


def _resolved(wall: datetime, zone: ZoneInfo) -> Moment:
    """Return the first moment at which clocks in the zone show this, or go past it."""
    shown = wall.replace(tzinfo=None)
    stated = shown
    while not _exists(shown, zone):
        shown += _MINUTE
    at = shown.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return Moment(at, moved=shown != stated)


def _exists(shown: datetime, zone: ZoneInfo) -> bool:
    at = shown.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return at.astimezone(zone).replace(tzinfo=None) == shown
