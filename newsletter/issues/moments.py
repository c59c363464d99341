"""Turn what somebody typed as a time into one instant, or ask which was meant."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from newsletter.errors import BadTime


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """Return the instant, aware in UTC; raises BadTime with a sentence.

    A time without offset is a wall-clock time in `zone`. The hour that the clocks
    skip in spring does not exist and is refused; the hour they repeat in autumn
    exists twice and needs an offset.
    """
    try:
        stated = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadTime(
            "“{text}” is not a date and time. Write 2026-12-01 09:00.", text=text
        ) from error
    if stated.tzinfo is not None:
        return stated.astimezone(UTC)
    found = readings(stated, zone)
    if not found:
        raise BadTime(
            "{moment} does not exist in {zone}: the clocks go forward over it that "
            "night. Choose another time.",
            moment=f"{stated:%Y-%m-%d %H:%M}",
            zone=zone.key,
        )
    if len(found) > 1:
        early, late = (each.astimezone(zone).isoformat() for each in found)
        raise BadTime(
            "{moment} happens twice in {zone}, when the clocks go back. Say which: "
            "{early} or {late}.",
            moment=f"{stated:%Y-%m-%d %H:%M}",
            zone=zone.key,
            early=early,
            late=late,
        )
    return found[0]


def readings(stated: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Return the instants at which clocks in `zone` show this: none, one or two.

    Clocks skip an hour in spring and repeat one in autumn.
    """
    bare = stated.replace(tzinfo=None)
    both = (bare.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    shown = {at for at in both if at.astimezone(zone).replace(tzinfo=None) == bare}
    return tuple(sorted(shown))
