"""How an issue on its way stands, in the words of its page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from newsletter import db, deliveries, estimates, i18n, relays
from newsletter.config import Settings
from newsletter.deliveries import Report
from newsletter.i18n import N_
from newsletter.models import DeliveryState, Issue, IssueState
from newsletter.web import aftermath, gentle, outline, paused, refused
from newsletter.web.aftermath import Aftermath
from newsletter.web.gentle import Gentle
from newsletter.web.outline import Sign
from newsletter.web.paused import Because
from newsletter.web.pulse import Pulse
from newsletter.web.refused import Refused
from subscribers.models import MailingList

# States in which what the page says can change by itself.
CHANGING = (
    IssueState.SCHEDULED,
    IssueState.STARTING,
    IssueState.SENDING,
    IssueState.PAUSED,
)
ENDED = (IssueState.SENT, IssueState.CANCELLED)
_OPEN = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DEFERRED)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Lane:
    """One language of an issue on its way."""

    language: str
    total: int
    done: int  # will not change by itself any more
    refused: int  # … of which these did not take it
    sign: Sign


@dataclass(frozen=True)
class Progress:
    """All that the page of an issue on its way says; equal ones look the same."""

    state: IssueState
    headline: str
    title: str  # of the window: 68 % · No 48
    percent: int
    facts: Sequence[str]
    lanes: Sequence[Lane]
    outcomes: Sequence[tuple[str, int]]
    gentle: Gentle | None
    stopped: str  # why a breaker stopped it, in our words
    because: Because | None  # why it stands still, where no breaker did it
    refused: Refused
    aftermath: Aftermath | None
    undecided: int  # readers of whom nobody knows whether they have it
    reached: int
    waiting: int

    @property
    def ended(self) -> bool:
        """Whether it is done with, and the page is its report."""
        return self.state in ENDED

    @property
    def changing(self) -> bool:
        """Whether the page is worth watching."""
        return self.state in CHANGING


def of(
    session: Session, settings: Settings, pulse: Pulse, issue: Issue, language: str
) -> Progress:
    """Return how an issue stands, in a language of the interface."""
    now, report = db.now(session), deliveries.status(session, issue)
    if issue.state is IssueState.SENDING:
        pulse.note(report.id, report.settled, at=now)
    waiting = report.total - report.settled
    said = headline(issue, report, language)
    mailing_list = session.get_one(MailingList, issue.list_id)
    percent = 100 * report.settled // report.total if report.total else 0
    return Progress(
        state=issue.state,
        headline=said,
        title=_title(issue, percent, said, language),
        percent=percent,
        facts=_Facts(session, settings, pulse, issue, report, language, now).every(),
        lanes=lanes(issue, report, mailing_list.languages),
        outcomes=tuple(outline.outcomes(report)),
        gentle=gentle.of(
            session,
            issue,
            size=settings.gentle_start,
            waiting=report.states[DeliveryState.QUEUED],
            language=language,
        ),
        stopped=outline.STOPPED.get(issue.paused_by, ""),
        because=paused.of(issue, language),
        refused=refused.of(session, issue, language),
        aftermath=aftermath.of(session, issue),
        undecided=deliveries.undecided(session, issue),
        reached=report.states[DeliveryState.ACCEPTED],
        waiting=waiting,
    )


def headline(issue: Issue, report: Report, language: str) -> str:
    """Return how far it is as one sentence."""
    say, zone = i18n.translator(language), ZoneInfo(issue.timezone)
    figures = {
        "done": i18n.number(report.settled, language),
        "reached": i18n.number(report.states[DeliveryState.ACCEPTED], language),
        "waiting": i18n.number(report.total - report.settled, language),
        "total": i18n.number(report.total, language),
        "when": i18n.moment(issue.send_at, language, zone) if issue.send_at else "",
    }
    if issue.state is IssueState.PAUSED and issue.total is None:
        return say(N_("Paused before it left. Nobody has it yet."))
    return say(_SENTENCES[issue.state], **figures)


_SENTENCES: Mapping[IssueState, str] = {
    IssueState.DRAFT: N_("A draft: nothing of it is on its way"),
    IssueState.SCHEDULED: N_("Goes out on {when}"),
    IssueState.STARTING: N_("Starting: the letters are being prepared"),
    IssueState.SENDING: N_("{done} of {total} on their way"),
    IssueState.PAUSED: N_(
        "Paused. {reached} have it, {waiting} wait. Nobody gets it twice."
    ),
    IssueState.SENT: N_("Sent. {reached} of {total} were accepted."),
    IssueState.CANCELLED: N_("Stopped. {reached} have it, nobody else will get it."),
}


def lanes(issue: Issue, report: Report, order: Sequence[str] = ()) -> tuple[Lane, ...]:
    """Return one lane per language that has readers, in the order of the list."""
    found = []
    rank = {language: place for place, language in enumerate(order)}
    spoken = sorted(report.languages, key=lambda tag: (rank.get(tag, len(rank)), tag))
    for language in spoken:
        counts = report.languages[language]
        total = counts["total"]
        done = total - sum(counts[state] for state in _OPEN)
        found.append(
            Lane(
                language,
                total,
                done,
                counts[DeliveryState.REJECTED],
                _sign(issue, counts, done),
            )
        )
    return tuple(found)


_DONE = Sign("✓", "ok", N_("done"))
_GOING = Sign("→", "info", N_("sending"))
_AGAIN = Sign("◷", "warn", N_("trying again"))
_NEXT = Sign("", "", N_("next"))
_HELD = Sign("‖", "warn", N_("held"))
_NOT = Sign("✕", "bad", N_("stopped"))


def _sign(issue: Issue, counts: Mapping[str, int], done: int) -> Sign:
    if done == counts["total"]:
        return _DONE if issue.state is not IssueState.CANCELLED else _NOT
    if issue.state is IssueState.PAUSED:
        return _HELD
    if done + counts[DeliveryState.DEFERRED] == counts["total"]:
        return _AGAIN
    return _GOING if done else _NEXT


def _title(issue: Issue, percent: int, said: str, language: str) -> str:
    say = i18n.translator(language)
    number = say(N_("No {number}"), number=i18n.number(issue.number, language))
    if issue.state is IssueState.SENDING:
        return f"{i18n.percent(percent / 100, language)} · {number}"
    return f"{said} · {number}"


@dataclass(frozen=True)
class _Facts:
    """What stands under the headline."""

    session: Session
    settings: Settings
    pulse: Pulse
    issue: Issue
    report: Report
    language: str
    now: datetime

    def every(self) -> tuple[str, ...]:
        started, finished = self.issue.started_at, self.issue.finished_at
        found = []
        if started:
            found.append(self._say(N_("Started {when}"), when=self._moment(started)))
        if finished and self.issue.state in ENDED:
            found.append(self._say(N_("ended {when}"), when=self._moment(finished)))
        if self.issue.state is IssueState.SENDING:
            found += self._speed()
        return tuple(found)

    def _speed(self) -> list[str]:
        waiting = self.report.total - self.report.settled
        speed = self.pulse.per_minute(self.report.id)
        left = self._left(waiting, speed)
        found = [left] if left else []
        if speed:
            many = i18n.number(speed, self.language)
            found.append(self._say(N_("{n} per minute"), n=many))
        return [*found, self._say(N_("you can close this page"))]

    def _left(self, waiting: int, speed: int | None) -> str:
        """Return how long it still takes, by its speed and by the relay's limits."""
        queued = self.report.states[DeliveryState.QUEUED]
        if not waiting:
            return ""
        if not queued:
            return self._say(N_("only those that are tried again are left"))
        limit = estimates.of_rest(
            self.session, self.settings, self.issue, readers=queued, now=self.now
        )
        by_speed = timedelta(minutes=queued / speed) if speed else None
        known = [each for each in (by_speed, limit and limit.elapsed) if each]
        if not known:
            return ""
        time = relays.duration(max(known), i18n.translator(self.language))
        if max(known) <= _MINUTE:
            return self._say(N_("less than a minute left"))
        return self._say(N_("about {time} left"), time=time)

    def _moment(self, at: datetime) -> str:
        zone = ZoneInfo(self.issue.timezone)
        local = at.astimezone(zone)
        if local.date() == self.now.astimezone(zone).date():
            return i18n.clock(local.time(), self.language)
        return i18n.moment(at, self.language, zone)

    def _say(self, message: str, **values: object) -> str:
        return i18n.translator(self.language)(message, **values)
