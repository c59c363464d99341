"""A new issue, made like the last one: sections, languages, readers, and a date."""

import calendar
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, not_, select

from newsletter import i18n
from newsletter.issues.composing import Plan, create, was_discarded
from newsletter.issues.placing import groups_of
from newsletter.models import Edition, Issue, IssueState, Series
from subscribers.clock import utcnow
from subscribers.models import MailingList, Segment

# Between issues of a list that has had only one.
_USUAL = timedelta(weeks=4)
# The sections of a list that never had any.
_FIRST = ("Lead story", "News", "Agenda")


def create_from_last(
    session: Session,
    mailing_list: MailingList,
    *,
    now: datetime,
    after: int | None = None,
) -> Issue:
    """Return a new draft like the list's last issue, with the date that follows.

    `after` is the last issue as the page knew it: when there is a newer draft by
    now, somebody has just made it, and it is returned instead.
    """
    # Two people who press at once get one issue, and no number twice.
    session.exec(
        select(MailingList.id)
        .where(MailingList.id == mailing_list.id)
        .with_for_update()
    ).one()
    last = last_issue(session, mailing_list)
    if after is not None and last is not None and last.id != after:
        return last
    moment = next_moment(session, mailing_list, now=now)
    day = (moment or now).astimezone(ZoneInfo(mailing_list.timezone)).date()
    issue = create(session, mailing_list, _plan(session, mailing_list, last, day))
    issue.send_at = moment
    issue.section_names = _named(mailing_list, last)
    session.flush()
    return issue


def open_draft(session: Session, mailing_list: MailingList) -> Issue | None:
    """Return the issue that news is collected for now: the list's newest draft."""
    query = select(Issue).where(
        Issue.list_id == mailing_list.id, Issue.state == IssueState.DRAFT
    )
    return session.exec(query.order_by(col(Issue.id).desc()).limit(1)).first()


def next_draft(session: Session, mailing_list: MailingList) -> Issue:
    """Return the open draft of a list, or a new one like its last issue."""
    found = open_draft(session, mailing_list)
    return found or create_from_last(session, mailing_list, now=utcnow())


def last_issue(session: Session, mailing_list: MailingList) -> Issue | None:
    """Return the list's newest issue that was not discarded."""
    query = (
        select(Issue)
        .where(Issue.list_id == mailing_list.id, not_(was_discarded()))
        .order_by(col(Issue.id).desc())
    )
    return session.exec(query.limit(1)).first()


def next_moment(
    session: Session, mailing_list: MailingList, *, now: datetime
) -> datetime | None:
    """Return when the next issue would go out, by the list's series or its habit.

    None for a list that has no habit yet.
    """
    promised = session.exec(
        select(func.min(Series.next_at)).where(
            Series.list_id == mailing_list.id, Series.active
        )
    ).one()
    if promised is not None and promised > now:
        return promised
    moved = func.coalesce(Issue.started_at, Issue.send_at)
    query = (
        select(Issue)
        .where(
            Issue.list_id == mailing_list.id, not_(was_discarded()), moved.is_not(None)
        )
        .order_by(moved.desc())
    )
    found = session.exec(query.limit(2)).all()
    moments = [issue.send_at or issue.started_at or now for issue in found]
    return following(moments, ZoneInfo(mailing_list.timezone), now=now)


def following(
    moments: Sequence[datetime], zone: ZoneInfo, *, now: datetime
) -> datetime | None:
    """Return the moment after the newest of `moments` (the newest first), in rhythm.

    The same time on the clocks of the zone, whatever they do in between. Months are
    kept by the weekday in the month, or by the day, as the last two had it.
    """
    if not moments:
        return None
    newest = moments[0].astimezone(zone)
    before = moments[1].astimezone(zone).date() if len(moments) > 1 else None
    day = newest.date()
    while _at(day, newest, zone) <= max(now, moments[0]):
        before, day = day, _after(day, before)
    return _at(day, newest, zone)


def _after(day: date, before: date | None) -> date:
    if before is None or before >= day:
        return day + _USUAL
    gap = (day - before).days
    if 27 < gap < 36 and before.month != day.month:
        if before.weekday() == day.weekday() and _week(before) == _week(day):
            return _same_weekday(day)
        if before.day == day.day:
            return _same_day(day)
    return day + timedelta(days=gap)


def _week(day: date) -> int:
    return (day.day - 1) // 7


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _same_weekday(day: date) -> date:
    """Return the first Tuesday of the next month for the first Tuesday of this one."""
    first = _next_month(day)
    found = first + timedelta(
        days=(day.weekday() - first.weekday()) % 7 + 7 * _week(day)
    )
    return found if found.month == first.month else found - timedelta(days=7)


def _same_day(day: date) -> date:
    first = _next_month(day)
    longest = calendar.monthrange(first.year, first.month)[1]
    return first.replace(day=min(day.day, longest))


def _at(day: date, like: datetime, zone: ZoneInfo) -> datetime:
    wall = datetime.combine(day, like.time().replace(second=0, microsecond=0))
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _plan(
    session: Session, mailing_list: MailingList, last: Issue | None, day: date
) -> Plan:
    month = i18n.month(day, mailing_list.default_language)
    # Its number stands beside it wherever an issue is named.
    title = f"{month[:1].upper()}{month[1:]} {day.year}"
    names = _sections(session, mailing_list, last)
    plan = Plan(title=title, sections=dict.fromkeys(names, ()))
    if last is None:
        return plan
    segment = session.get(Segment, last.segment_id) if last.segment_id else None
    return replace(
        plan,
        languages=_languages(session, mailing_list, last),
        segment=segment,
        missing=last.missing,
        visibility=last.visibility,
    )


def _sections(
    session: Session, mailing_list: MailingList, last: Issue | None
) -> Sequence[str]:
    """Return the list's sections, else the last issue's, else those most have."""
    if mailing_list.sections:
        return [str(section["name"]) for section in mailing_list.sections]
    found = [name for name in groups_of(session, last) if name] if last else []
    say = i18n.translator(mailing_list.default_language)
    return found or [say(name) for name in _FIRST]


def _languages(
    session: Session, mailing_list: MailingList, last: Issue
) -> Sequence[str]:
    """Return the last issue's languages, as far as the list still has them."""
    query = select(Edition.language).where(Edition.issue_id == last.id)
    spoken = set(session.exec(query))
    return [tag for tag in mailing_list.languages if tag in spoken]


def _named(mailing_list: MailingList, last: Issue | None) -> dict[str, dict[str, str]]:
    """Return what readers see above the sections, as list and last issue have it."""
    stated = {
        str(section["name"]): dict(section.get("names", {}))
        for section in mailing_list.sections
        if section.get("names")
    }
    return stated | (dict(last.section_names) if last else {})
