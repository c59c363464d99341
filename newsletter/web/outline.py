"""What the pages of an issue say: its state in a sentence, its cells, its lanes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from newsletter import deliveries, i18n, issues
from newsletter.deliveries import Report
from newsletter.editions import CellState, Coverage
from newsletter.i18n import N_
from newsletter.models import DeliveryState, Issue, IssueState, ItemType


@dataclass(frozen=True)
class Sign:
    """How a state is shown: a glyph, a colour, and words for those who see neither."""

    glyph: str
    look: str
    words: str


@dataclass(frozen=True)
class Lane:
    """One language of an issue on its way."""

    language: str
    total: int
    done: int  # will not change by itself any more
    sign: Sign


CELLS: Mapping[CellState, Sign] = {
    CellState.READY: Sign("✓", "ready", N_("ready")),
    CellState.DRAFT: Sign("✎", "draft", N_("draft")),
    CellState.SOURCE_CHANGED: Sign("!", "changed", N_("source changed")),
    CellState.MISSING: Sign("○", "missing", N_("missing")),
    CellState.SHOWN: Sign("↪", "shown", N_("in another language, labelled")),
    CellState.LEFT_OUT: Sign("–", "out", N_("left out")),
}
ISSUES: Mapping[IssueState, Sign] = {
    IssueState.DRAFT: Sign("✎", "", N_("Draft")),
    IssueState.SCHEDULED: Sign("◷", "info", N_("Scheduled")),
    IssueState.STARTING: Sign("…", "info", N_("Starting")),
    IssueState.SENDING: Sign("→", "info", N_("Sending")),
    IssueState.PAUSED: Sign("‖", "warn", N_("Paused")),
    IssueState.SENT: Sign("✓", "ok", N_("Sent")),
    IssueState.CANCELLED: Sign("✕", "bad", N_("Stopped")),
}
# Why a breaker stopped an issue; the figures stand in its own sentence.
STOPPED: Mapping[str, str] = {
    "unknown readers": N_(
        "Too many addresses of this list do not exist any more. Mail providers take "
        "that for a bought list. Look at where these addresses come from."
    ),
    "not trusted": N_(
        "Mail servers refused this letter many times with the same words: they do not "
        "trust our domain or this message. No reader’s address is at fault."
    ),
    "complaints": N_(
        "Too many readers called this letter spam. Look at who gets it, and whether "
        "they asked for it."
    ),
}
WAITS = Sign("?", "warn", N_("Waits for approval"))
KINDS: Mapping[str, str] = {
    ItemType.STORY: N_("Story"),
    ItemType.LINK: N_("Link"),
    ItemType.VIDEO: N_("Video"),
    ItemType.EVENT: N_("Event"),
    ItemType.DOCUMENTS: N_("Documents"),
    ItemType.APPEAL: N_("Appeal"),
    ItemType.TEXT: N_("Text"),
}
_DONE = Sign("✓", "ok", N_("done"))
_GOING = Sign("→", "info", N_("sending"))
_WAITING = Sign("", "", N_("waiting"))

MOVING = (IssueState.STARTING, IssueState.SENDING)

# What became of letters that are not simply accepted, in the words of people.
_OUTCOMES: Mapping[DeliveryState, str] = {
    DeliveryState.ACCEPTED: N_("accepted by the mail server"),
    DeliveryState.DEFERRED: N_("will be tried again"),
    DeliveryState.REJECTED: N_("refused for good"),
    DeliveryState.UNKNOWN: N_("no answer, outcome unknown"),
    DeliveryState.SKIPPED: N_("left before it reached them"),
    DeliveryState.CANCELLED: N_("not sent, the issue was stopped"),
}
_OPEN = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DEFERRED)


def sign(session: Session, issue: Issue) -> Sign:
    """Return how the state of an issue is shown."""
    waits = issue.state is IssueState.DRAFT and issues.waits_for_approval(
        session, issue
    )
    return WAITS if waits else ISSUES[issue.state]


def headline(issue: Issue, report: Report, gaps: int, language: str) -> str:
    """Return the state of an issue as one sentence, in the language of the page."""
    say = i18n.translator(language)
    reached = report.states[DeliveryState.ACCEPTED]
    figures = {
        "done": i18n.number(report.settled, language),
        "reached": i18n.number(reached, language),
        "waiting": i18n.number(report.total - report.settled, language),
        "total": i18n.number(report.total, language),
        "when": _when(issue.send_at, issue.timezone, language),
    }
    if issue.state is IssueState.DRAFT:
        return _draft(gaps, language)
    return say(_SENTENCES[issue.state], **figures)


_SENTENCES: Mapping[IssueState, str] = {
    IssueState.SCHEDULED: N_("Goes out on {when}"),
    IssueState.STARTING: N_("Starting: the letters are being prepared"),
    IssueState.SENDING: N_("{done} of {total} on their way"),
    IssueState.PAUSED: N_("Paused. {reached} have it, {waiting} wait."),
    IssueState.SENT: N_("Sent. {reached} of {total} were accepted."),
    IssueState.CANCELLED: N_("Stopped. {reached} have it, nobody else will get it."),
}


def expected(
    session: Session, issue: Issue, coverage: Coverage, *, now: datetime
) -> dict[str, int]:
    """Count who would get it if it left now; nothing once the list is frozen."""
    if issue.total is not None or not coverage.languages:
        return {}
    return deliveries.languages_of(
        session, issue, languages=coverage.languages, now=now
    )


def lanes(
    coverage: Coverage, report: Report, foreseen: Mapping[str, int]
) -> list[Lane]:
    """Return one lane per language; `foreseen` counts readers before the start."""
    found = []
    for language in coverage.languages:
        counts = report.languages.get(language, {})
        total = counts.get("total", foreseen.get(language, 0))
        done = total - sum(counts[state] for state in _OPEN) if counts else 0
        found.append(Lane(language, total, done, _lane_sign(done, total)))
    return found


def outcomes(report: Report) -> list[tuple[str, int]]:
    """Return what became of the letters, in words, without what never happened."""
    return [
        (words, report.states[state])
        for state, words in _OUTCOMES.items()
        if report.states[state]
    ]


def _lane_sign(done: int, total: int) -> Sign:
    if total and done == total:
        return _DONE
    return _GOING if done else _WAITING


def contents(issue: Issue, coverage: Coverage, language: str) -> str:
    """Return how the contents of an issue stand as one sentence."""
    say = i18n.translator(language)
    if issue.state in issues.EDITABLE:
        nothing = not coverage.rows
        return (
            say(N_("Nothing in it yet"))
            if nothing
            else _draft(coverage.gaps(), language)
        )
    if issue.state is IssueState.CANCELLED:
        return say(N_("Stopped: what is in it can no longer change"))
    if issue.state is IssueState.SENT:
        return say(N_("Sent: this is what was in it"))
    return say(N_("On its way: what is in it can no longer change"))


def _draft(gaps: int, language: str) -> str:
    say = i18n.translator(language)
    if not gaps:
        return say(N_("Everything has a decision"))
    return say.ngettext("One gap to decide", "{n} gaps to decide", gaps)


def _when(moment: datetime | None, zone: str, language: str) -> str:
    return i18n.moment(moment, language, ZoneInfo(zone)) if moment else ""
