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
            f"“{text}” is not a date and time. Write 2026-12-01 09:00."
        ) from error
    if stated.tzinfo is not None:
        return stated.astimezone(UTC)
    early = stated.replace(tzinfo=zone, fold=0)
    late = stated.replace(tzinfo=zone, fold=1)
    if early.utcoffset() == late.utcoffset():
        return early.astimezone(UTC)
    if _wall(early, zone) != stated:
        raise BadTime(
            f"{stated:%Y-%m-%d %H:%M} does not exist in {zone.key}: the clocks go "
            "forward over it that night. Choose another time."
        )
    raise BadTime(
        f"{stated:%Y-%m-%d %H:%M} happens twice in {zone.key}, when the clocks go "
        f"back. Say which: {early.isoformat()} or {late.isoformat()}."
    )


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
