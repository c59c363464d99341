"""Series as staff keep them: made, found, paused, resumed, removed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from sqlmodel import Session, col, select

from newsletter.errors import BadSeries, SeriesNotFound
from newsletter.models import Series, Turn
from newsletter.series import moments, rules, titles
from newsletter.series.moments import Moment
from newsletter.series.rules import Rule
from subscribers.models import MailingList

_LONGEST_AHEAD = 24 * 60  # hours
_MOST_ITEMS = 20


@dataclass(frozen=True)
class Plan:
    """What a new series is."""

    titles: Mapping[str, str]  # {language: words}, "" for every other one
    rule: str  # in words
    timezone: str | None = None  # None: the list's
    ahead: int = 48  # hours before its moment that a draft is prepared
    at_least: int = 3  # items; with fewer an issue is skipped


def add(
    session: Session, mailing_list: MailingList, plan: Plan, *, now: datetime
) -> Series:
    """Let drafts of a list be prepared by a rule; raises BadRule, BadSeries."""
    plan = _zoned(plan)
    titles.require(plan.titles)
    rule = rules.read(plan.rule)
    _require(mailing_list, plan)
    zone = plan.timezone or mailing_list.timezone
    made = Series(
        list_id=mailing_list.id or 0,
        titles=dict(plan.titles),
        rule=rules.canonical(rule),
        timezone=zone,
        ahead=plan.ahead,
        at_least=plan.at_least,
        next_at=moments.after(rule, ZoneInfo(zone), now).at,
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made


def change(session: Session, series: Series, plan: Plan, *, now: datetime) -> None:
    """Let a series follow another plan from its next moment on.

    A draft that is there stays as it is. Raises BadRule, BadSeries.
    """
    # Nobody takes its turn meanwhile.
    session.refresh(series, with_for_update=True)
    mailing_list = session.get_one(MailingList, series.list_id)
    plan = _zoned(plan)
    titles.require(plan.titles)
    rule = rules.canonical(rules.read(plan.rule))
    _require(mailing_list, plan)
    zone = plan.timezone or mailing_list.timezone
    moved = (series.rule, series.timezone) != (rule, zone)
    series.titles, series.rule, series.timezone = dict(plan.titles), rule, zone
    series.ahead, series.at_least = plan.ahead, plan.at_least
    if moved and series.active:
        series.next_at = moment_after(series, _served_until(series, now)).at
    session.flush()


def get(session: Session, series_id: int) -> Series:
    """Return a series; raises SeriesNotFound."""
    found = session.get(Series, series_id) if 0 < series_id < 2**31 else None
    if found is None:
        raise SeriesNotFound("There is no series {series}.", series=str(series_id))
    return found


def every(session: Session) -> Sequence[Series]:
    """Return all series, the first one first."""
    return session.exec(select(Series).order_by(col(Series.id))).all()


def pause(session: Session, series: Series) -> None:
    """Prepare nothing more until somebody resumes; drafts that are there stay."""
    series.active, series.next_at = False, None
    session.flush()


def resume(session: Session, series: Series, *, now: datetime) -> None:
    """Go on with the next moment from now; what was meant for between is gone."""
    if series.active and series.next_at:
        return
    series.active, series.next_at = True, moment_after(series, now).at
    session.flush()


def remove(session: Session, series: Series) -> None:
    """Forget a series; its issues stay, as issues like any other."""
    session.delete(series)
    session.flush()


def rule_of(series: Series) -> Rule:
    """Return the rule that a series keeps."""
    return rules.read(series.rule)


def moment_after(series: Series, at: datetime) -> Moment:
    """Return the first moment of a series later than `at`."""
    return moments.after(rule_of(series), ZoneInfo(series.timezone), at)


def moments_of(series: Series, at: datetime, *, count: int) -> list[Moment]:
    """Return the moments of a series later than `at`; none while it is paused."""
    if not series.active:
        return []
    zone = ZoneInfo(series.timezone)
    return moments.several(rule_of(series), zone, at, count=count)


def _served_until(series: Series, now: datetime) -> datetime:
    """Return now, or the end of the day to come for which a draft was prepared.

    Else "Mondays at 9" instead of "at 8" would bring a second issue on that Monday.
    """
    if series.turn is not Turn.PREPARED or series.turn_at is None:
        return now
    day = series.turn_at.astimezone(ZoneInfo(series.timezone))
    return max(now, day.replace(hour=23, minute=59))


def _zoned(plan: Plan) -> Plan:
    """Return the plan in the zone that its rule ends in: “… 10:00 Europe/Rome”."""
    words, _, last = plan.rule.rstrip().rpartition(" ")
    if "/" not in last:
        return plan
    known = {name.casefold(): name for name in available_timezones()}
    zone = known.get(last.casefold(), last)
    if plan.timezone not in {None, zone}:
        raise BadSeries(
            "The rule says {zone}, the time zone chosen is {other}.",
            zone=zone,
            other=plan.timezone,
        )
    return replace(plan, rule=words, timezone=zone)


def _require(mailing_list: MailingList, plan: Plan) -> None:
    unknown = set(plan.titles) - {"", *mailing_list.languages}
    if unknown:
        known = ", ".join(mailing_list.languages)
        raise BadSeries(
            "{language} is not a language of the list ({known}).",
            language=sorted(unknown)[0],
            known=known,
        )
    if plan.timezone is not None and plan.timezone not in available_timezones():
        raise BadSeries(
            "{zone} is not a time zone, try Europe/Brussels.", zone=plan.timezone
        )
    if not 1 <= plan.ahead <= _LONGEST_AHEAD:
        raise BadSeries(
            "A draft is prepared 1 to {most} hours ahead.", most=_LONGEST_AHEAD
        )
    if not 1 <= plan.at_least <= _MOST_ITEMS:
        raise BadSeries(
            "An issue needs at least 1 item, or up to {most}.", most=_MOST_ITEMS
        )
