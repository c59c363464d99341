"""When an issue may leave: what is offered, what was picked, what the day is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from newsletter import i18n, issues
from newsletter.errors import BadTime
from newsletter.i18n import N_
from newsletter.models import Issue, IssueState

_SUNDAY = 6
_FURTHEST = timedelta(days=730)
# French says "heure de Bruxelles" and "heure d’Amsterdam".
_ELIDED = re.compile(r"\bde (?=[AEIOUÉÈaeiou])")


@dataclass(frozen=True)
class Offer:
    """The moments that a page offers, and its clocks."""

    planned: datetime | None  # the moment that it has
    proposed: datetime  # the usual one, or the next working day
    usual: bool
    zone: ZoneInfo
    clocks: str  # "Brussels time (CET, UTC+1)"

    @property
    def picked(self) -> datetime:
        """What the fields for another moment show first, on the issue's clocks."""
        return (self.planned or self.proposed).astimezone(self.zone)


@dataclass(frozen=True)
class Picked:
    """What somebody chose: a moment, at once (None), or something to be asked about."""

    at: datetime | None = None
    problem: str = ""  # in words
    either: tuple[datetime, ...] = ()  # when the clocks show that time twice


def offer(session: Session, issue: Issue, language: str, *, now: datetime) -> Offer:
    """Return what to choose from, in words of a language."""
    zone = ZoneInfo(issue.timezone)
    usual = issues.usual_time(session, issue, now=now)
    ahead = issue.send_at if issue.send_at and issue.send_at > now else None
    planned = ahead if issue.state in (IssueState.SCHEDULED, IssueState.DRAFT) else None
    proposed = usual or issues.next_morning(issue, now=now)
    return Offer(
        planned=planned,
        proposed=proposed,
        usual=usual is not None,
        zone=zone,
        clocks=clocks(planned or proposed, zone, language),
    )


def clocks(at: datetime, zone: ZoneInfo, language: str) -> str:
    """Return whose clocks are read: Brussels time (CET, UTC+1)."""
    said = i18n.translator(language)(
        N_("{city} time ({name})"),
        city=i18n.city(zone, language),
        name=i18n.zone_name(at, zone),
    )
    return _ELIDED.sub("d’", said) if i18n.base(language) == "fr" else said


def read(
    form: Mapping[str, str], issue: Issue, language: str, *, now: datetime
) -> Picked:
    """Read which moment a form asks for; what cannot be is said in words."""
    when = form.get("when", "now")
    if when == "now":
        return Picked()
    say = i18n.translator(language)
    text = f"{form.get('day', '')}T{form.get('time', '')}" if when == "pick" else when
    try:
        stated = datetime.fromisoformat(text)
    except ValueError:
        return Picked(problem=say(N_("Say on which day, and at what time.")))
    zone = ZoneInfo(issue.timezone)
    if stated.tzinfo is None:
        return _read_clock(issues.readings(stated, zone), zone, language, now)
    return _judged(stated.astimezone(UTC), language, now)


def _read_clock(
    found: tuple[datetime, ...], zone: ZoneInfo, language: str, now: datetime
) -> Picked:
    say = i18n.translator(language)
    if not found:
        skipped = N_(
            "That time does not exist in {city}: the clocks go forward over it that "
            "night. Choose another time."
        )
        return Picked(problem=say(skipped, city=i18n.city(zone, language)))
    if len(found) > 1:
        twice = N_(
            "The clocks in {city} show that time twice, because they go back that "
            "night. Which one do you mean?"
        )
        said = say(twice, city=i18n.city(zone, language))
        return Picked(problem=said, either=found)
    return _judged(found[0], language, now)


def _judged(at: datetime, language: str, now: datetime) -> Picked:
    say = i18n.translator(language)
    if at < now:
        return Picked(problem=say(N_("That time has passed. Choose a later one.")))
    if at > now + _FURTHEST:
        far = N_("That is more than two years away. Choose an earlier day.")
        return Picked(problem=say(far))
    return Picked(at)


def exact(text: str) -> datetime:
    """Return a moment as our own form wrote it; raises BadTime."""
    try:
        stated = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadTime from error
    if stated.tzinfo is None:
        raise BadTime
    return stated.astimezone(UTC)


def notes(session: Session, issue: Issue, at: datetime, language: str) -> list[str]:
    """Return what somebody may want to know of a day: nothing here forbids it."""
    say, zone = i18n.translator(language), ZoneInfo(issue.timezone)
    on = at.astimezone(zone).date()
    found = []
    if on.weekday() == _SUNDAY:
        found.append(say(N_("That day is a Sunday.")))
    if free := i18n.holiday(on, issue.timezone):
        found.append(
            say(
                N_("That day is a public holiday in {country}: {name}."),
                country=free.where(language),
                name=free.said(language),
            )
        )
    found += [
        say(N_("“{title}” goes to the same people that day."), title=other.title)
        for other in issues.leaving_beside(session, issue, at=at)
    ]
    return found


def elsewhere(at: datetime, issue: Issue, browser: str, language: str) -> str:
    """Return the moment on the clocks of a browser, where they show another time."""
    zone = _zone(browser)
    if zone is None:
        return ""
    same = at.astimezone(zone).utcoffset()
    if same == at.astimezone(ZoneInfo(issue.timezone)).utcoffset():
        return ""
    said = N_("On your computer’s clock, in {city}, that is {when}.")
    return i18n.translator(language)(
        said,
        city=i18n.city(zone, language),
        when=i18n.appointment(at, language, zone),
    )


def _zone(name: str) -> ZoneInfo | None:
    """Return a zone that a browser named, if it is one."""
    if not re.fullmatch(r"[A-Za-z_+\-0-9]{1,30}(/[A-Za-z_+\-0-9]{1,30}){0,2}", name):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
