"""Checks of dates: an event's own, and the weekdays that words give to days."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from newsletter.checks import moments
from newsletter.checks.findings import Fault, check, look, must_fix
from newsletter.checks.places import Kind
from newsletter.checks.proof import ItemProof, Meeting, Proof
from newsletter.checks.sentences import Weekday, gettext
from newsletter.i18n import N_

_SOON = timedelta(hours=24)
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
# A day without a year is the last or the next of its name, unless that is far away.
_PAST, _AHEAD = timedelta(days=200), timedelta(days=330)


@check("event-past", N_("Every event is still to come"))
def event_past(proof: Proof) -> Iterator[Fault]:
    """Over before the letter arrives; sometimes that is meant, as a report."""
    for item, meeting in _meetings(proof):
        if _end(meeting) <= proof.leaves_at:
            said = gettext(
                "This event is over when the letter leaves: {when}",
                when=_said(meeting.starts_at, meeting),
            )
            detail = meeting.starts_at.isoformat()
            yield must_fix(said, item.at("date"), detail=detail)


@check("event-order", N_("Every event ends after it begins"))
def event_order(proof: Proof) -> Iterator[Fault]:
    """A slip in a form; the mail would leave the end out."""
    for item, meeting in _meetings(proof):
        ends = meeting.ends_at
        if ends and ends < meeting.starts_at:
            said = gettext(
                "This event ends before it begins: {starts}, {ends}",
                starts=_said(meeting.starts_at, meeting),
                ends=_said(ends, meeting),
            )
            yield must_fix(said, item.at("date"), detail=ends.isoformat())


@check("event-soon", N_("Events leave readers time to come"))
def event_soon(proof: Proof) -> Iterator[Fault]:
    """Many open a letter on the next day."""
    for item, meeting in _meetings(proof):
        left = _begin(meeting) - proof.leaves_at
        if timedelta(0) < left < _SOON:
            said = gettext(
                "This event begins within a day of the letter: {when}",
                when=_said(meeting.starts_at, meeting),
            )
            yield look(said, item.at("date"))


@check("reply-by", N_("Nobody is asked to reply too late"))
def reply_by(proof: Proof) -> Iterator[Fault]:
    """The day to reply by is over, or comes after the event."""
    for item, meeting in _meetings(proof):
        last = meeting.reply_by_at
        if last is None or _end(meeting) <= proof.leaves_at:
            continue
        if last <= proof.leaves_at:
            said = gettext(
                "The day to reply by is over when the letter leaves: {when}",
                when=_said(last, meeting),
            )
            yield look(said, item.at("date"))
        elif last > _end(meeting):
            said = gettext(
                "The day to reply by comes after the event: {when}",
                when=_said(last, meeting),
            )
            yield look(said, item.at("date"))


@check("weekday", N_("Weekdays fit their dates"))
def weekday(proof: Proof) -> Iterator[Fault]:
    """Half of the readers go by the weekday, the other half by the date."""
    written = {item.id: item.published_at for item in proof.items}
    for passage in proof.passages:
        of_item = passage.place.kind is Kind.ITEM
        published = written.get(passage.place.id) if of_item else None
        near = [proof.leaves_at.date(), *([published.date()] if published else [])]
        # A text about 1944 need not say so beside each of its days.
        near += [date(int(year), 7, 1) for year in _YEAR.findall(passage.words)]
        for dated in moments.weekdays(passage.words, passage.language):
            right = _right_day(dated, near)
            if right:
                said = gettext(
                    "“{words}”: that day is a {weekday}.",
                    words=dated.words,
                    weekday=Weekday(right),
                )
                place, language = passage.place, passage.language
                yield must_fix(said, place, language=language, detail=dated.words)


def _right_day(dated: moments.Dated, near: list[date]) -> date | None:
    """Return the day that a wrong weekday stands beside; None where it is right."""
    days = [day for moment in near for day in _days(dated.day, moment)]
    if not days or any(day.weekday() == dated.weekday for day in days):
        return None
    return days[0]


def _days(day: moments.Day, near: date) -> Iterator[date]:
    """Yield the days that a date may mean, the nearest to come first."""
    if day.year:
        yield from moments.real(day.year, day)
        return
    for year in (near.year, near.year + 1, near.year - 1):
        for found in moments.real(year, day):
            if -_PAST <= found - near <= _AHEAD:
                yield found


def _meetings(proof: Proof) -> Iterator[tuple[ItemProof, Meeting]]:
    for item in proof.items:
        if item.meeting and any(cell.words_in for cell in item.cells):
            yield item, item.meeting


def _begin(meeting: Meeting) -> datetime:
    if not meeting.all_day:
        return meeting.starts_at
    return _midnight(meeting.starts_at, meeting)


def _end(meeting: Meeting) -> datetime:
    """Return when it is over; without an end that is when it begins, or the day."""
    last = max(meeting.starts_at, meeting.ends_at or meeting.starts_at)
    if not meeting.all_day:
        return last
    return _midnight(last, meeting) + timedelta(days=1)


def _midnight(moment: datetime, meeting: Meeting) -> datetime:
    local = moment.astimezone(meeting.zone)
    return datetime.combine(local.date(), time(), tzinfo=meeting.zone)


def _said(moment: datetime, meeting: Meeting) -> datetime | date:
    local = moment.astimezone(meeting.zone)
    return local.date() if meeting.all_day else local


CHECKS = (event_past, event_order, event_soon, reply_by, weekday)
