"""Stop the letters of a list for some months; they come again by themselves."""

from calendar import monthrange
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sqlmodel import Session

from subscribers import holders
from subscribers.clock import utcnow
from subscribers.holders import MAILED, Holder
from subscribers.models import MailingList, SubscriptionState

MONTHS = (1, 3, 6)


def pause(session: Session, handle: str, *, months: int) -> datetime | None:
    """Send nothing until the same day some months on; return when that day begins.

    Days are those of the list's zone. A second choice replaces the first. None:
    nobody holds this handle, or gets letters through it.
    """
    holder = _mailed(session, handle)
    if holder is None:
        return None
    subscription = holder.subscription
    zone = ZoneInfo(session.get_one(MailingList, subscription.list_id).timezone)
    subscription.state = SubscriptionState.PAUSED
    subscription.paused_until = until(utcnow(), months=months, zone=zone)
    session.add(subscription)
    session.flush()
    return subscription.paused_until


def until(now: datetime, *, months: int, zone: ZoneInfo) -> datetime:
    """Return when the same day some months on begins in a zone."""
    day = _months_on(now.astimezone(zone).date(), months)
    return datetime.combine(day, time(), zone).astimezone(UTC)


def resume(session: Session, handle: str) -> bool:
    """Send letters again from now on; False if there was nothing to resume."""
    holder = _mailed(session, handle)
    if holder is None or holder.subscription.state != SubscriptionState.PAUSED:
        return False
    holder.subscription.state = SubscriptionState.CONFIRMED
    holder.subscription.paused_until = None
    session.add(holder.subscription)
    session.flush()
    return True


def _mailed(session: Session, handle: str) -> Holder | None:
    holder = holders.lock(session, handle)
    return holder if holder and holder.subscription.state in MAILED else None


def _months_on(day: date, months: int) -> date:
    """Return the same day of a later month, its last one where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
