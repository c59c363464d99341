"""The event an entry invites to: when, where, and until when to reply."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from newsletter.feeds import calendar, phrases
from newsletter.feeds.calendar import Day, Hour
from newsletter.items import plain

# An invitation says when and where within this many characters.
_ENOUGH = 20_000
# A day without a year that passed this recently was meant as past: a report.
_JUST_PAST = timedelta(days=90)


@dataclass(frozen=True)
class Event:
    """The facts of an event; moments are aware UTC."""

    starts_at: datetime
    ends_at: datetime | None = None
    all_day: bool = False
    place: str = ""
    reply_by_at: datetime | None = None


@dataclass(frozen=True)
class _Moment:
    day: Day
    hour: Hour | None
    first: date
    last: date


def find(
    text: str, *, published_on: date, zone: ZoneInfo, categories: Sequence[str] = ()
) -> Event | None:
    """Return the event that `text` invites to, or None when it only reports.

    It takes words of invitation, or a category that says agenda, and a day that had
    not passed when the entry was published. Days without a year are the next ones
    from then on.
    """
    agenda = _is_agenda(categories)
    reading = _Reading(text[:_ENOUGH], published_on, agenda=agenda)
    moment = reading.moment()
    if moment is None:
        return None
    reply_by = reading.reply_by()
    return Event(
        starts_at=_utc(moment.first, moment.hour.at if moment.hour else time(), zone),
        ends_at=_ends(moment, zone),
        all_day=moment.hour is None,
        place=reading.place(moment),
        reply_by_at=_utc(*reply_by, zone) if reply_by else None,
    )


class _Reading:
    """A text with its days and hours, those of the reply-by date set apart."""

    def __init__(self, text: str, published_on: date, *, agenda: bool) -> None:
        self.text = text
        self.published_on = published_on
        self.agenda = agenda
        self.ends = [match.end() for match in phrases.SENTENCE.finditer(text)]
        self.days = calendar.find_days(text)
        self.hours = calendar.find_hours(text)
        self.deadline = next((day for day in self.days if self._is_deadline(day)), None)

    def moment(self) -> _Moment | None:
        """Return the best reading of when it starts."""
        if not (self.agenda or phrases.INVITES.search(self.text)):
            return None
        timed = [self._timed(hour) for hour in self.hours if not self._of_reply(hour)]
        found = [(self._rank(moment), moment) for moment in timed if moment]
        if found:
            return min(found, key=lambda pair: pair[0])[1]
        return self._whole_day()

    def reply_by(self) -> tuple[date, time] | None:
        """Return the day and hour to reply by; without an hour, the end of that day."""
        if self.deadline is None:
            return None
        span = calendar.resolve(self.deadline, after=self.published_on)
        if span is None or span[1] < self.published_on:
            return None
        hour = next((hour for hour in self.hours if self._of_reply(hour)), None)
        return span[0], hour.at if hour else time(23, 59)

    def place(self, moment: _Moment) -> str:
        """Return where it is: labelled, or named after the hour or the day."""
        labelled = phrases.PLACE_LABEL.search(self.text)
        if labelled:
            return plain.line(labelled["place"].rstrip(" ."), limit=300)
        named = moment.hour or moment.day
        for mention in (named, moment.day):
            sentence = self.text[mention.end : self._sentence(mention.end)[1]]
            if found := phrases.PLACE.search(sentence):
                return plain.line(phrases.PLACE_ENDS.sub("", found["place"]), limit=300)
        return ""

    def _timed(self, hour: Hour) -> _Moment | None:
        """Pair an hour with its day: in its sentence, else the last one named."""
        days = [day for day in self.days if day is not self.deadline]
        start, end = self._sentence(hour.start)
        near = [day for day in days if start <= day.start < end]
        before = [day for day in days if day.start < start]
        after = [day for day in days if day.start >= end]
        chosen = near[:1] or before[-1:] or after[:1]
        return self._ahead(chosen[0], hour) if chosen else None

    def _whole_day(self) -> _Moment | None:
        """Return a day without an hour, named where the invitation stands."""
        for day in self.days:
            start, end = self._paragraph(day.start)
            if day is self.deadline:
                continue
            if self.agenda or phrases.INVITES.search(self.text[start:end]):
                moment = self._ahead(day, None)
                if moment:
                    return moment
        return None

    def _ahead(self, day: Day, hour: Hour | None) -> _Moment | None:
        """Return the moment unless it had passed when the entry was published."""
        span = calendar.resolve(day, after=self.published_on)
        if span is None or span[1] < self.published_on:
            return None
        if day.year is None and self._just_passed(span[0]):
            return None
        return _Moment(day, hour, *span)

    def _just_passed(self, resolved: date) -> bool:
        year_before = resolved - timedelta(days=365)
        return year_before >= self.published_on - _JUST_PAST

    def _rank(self, moment: _Moment) -> tuple[bool, bool, int]:
        """Order readings: invited in this paragraph, day in this sentence, first."""
        hour = moment.hour or moment.day
        start, end = self._paragraph(hour.start)
        sentence = self._sentence(hour.start)
        invited = bool(phrases.INVITES.search(self.text[start:end]))
        together = sentence[0] <= moment.day.start < sentence[1]
        return (not invited, not together, hour.start)

    def _is_deadline(self, day: Day) -> bool:
        start, end = self._sentence(day.start)
        before = self.text[max(0, day.start - 60) : day.start]
        # "Register now. The list closes…": the sentence before may say what for.
        around = self.text[max(0, start - 120) : end]
        return bool(phrases.BY.search(before)) and bool(phrases.REPLY.search(around))

    def _of_reply(self, hour: Hour) -> bool:
        if self.deadline is None:
            return False
        _, end = self._sentence(self.deadline.start)
        return self.deadline.end <= hour.start < min(end, self.deadline.end + 30)

    def _sentence(self, offset: int) -> tuple[int, int]:
        start = max((end for end in self.ends if end <= offset), default=0)
        stop = min((end for end in self.ends if end > offset), default=len(self.text))
        return start, stop

    def _paragraph(self, offset: int) -> tuple[int, int]:
        start = self.text.rfind("\n", 0, offset) + 1
        stop = self.text.find("\n", offset)
        return start, stop if stop >= 0 else len(self.text)


def _is_agenda(categories: Sequence[str]) -> bool:
    return any(phrases.AGENDA.fullmatch(category.strip()) for category in categories)


def _ends(moment: _Moment, zone: ZoneInfo) -> datetime | None:
    if moment.hour and moment.hour.until:
        return _utc(moment.last, moment.hour.until, zone)
    if moment.last != moment.first:
        return _utc(moment.last, time() if moment.hour is None else time(23, 59), zone)
    return None


def _utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
