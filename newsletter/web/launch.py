"""What the page of an issue says before it leaves: who gets it, and how to undo."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from newsletter import audit, checks, editions, estimates, i18n, issues, relays
from newsletter.editions import Coverage
from newsletter.i18n import N_
from newsletter.issues import composing
from newsletter.models import Action, Issue, IssueState
from newsletter.web import findings
from newsletter.web.deps import Site
from newsletter.web.findings import Checked
from newsletter.web.known import Known
from newsletter.web.mending import Bench
from subscribers import segments
from subscribers.models import Segment

# So soon before its time a scheduled issue is worth watching.
_SOON = timedelta(minutes=1)
_NOTED = 20  # entries among which the last start is looked for


@dataclass(frozen=True)
class Lane:
    """What goes out in one language."""

    language: str
    people: int
    items: int
    size: str  # in words; empty where it was not laid out


@dataclass(frozen=True)
class Found:
    """What checking and counting gave, in the words of a page."""

    checked: Checked
    lanes: tuple[Lane, ...]
    readers: int
    paused: int
    unreachable: int
    estimate: str  # in words; empty where nothing can be told


@dataclass(frozen=True)
class Launch:
    """What stands between an issue and its readers."""

    found: Found | None  # None: nobody has looked yet
    grace: int  # seconds in which "Send now" can be taken back
    leaves_in: int | None  # seconds left of them; None outside of the grace
    soon: bool  # the page is about to change by itself
    waits: bool  # for somebody's approval
    held_at: datetime | None  # when it was to leave, and something stood in the way
    zone: ZoneInfo

    @property
    def held(self) -> bool:
        """Whether nothing can leave before something is fixed."""
        return self.found is not None and self.found.checked.held

    @property
    def offered(self) -> bool:
        """Whether sending makes sense, as far as is known."""
        return self.leaves_in is None and not self.held and not self.waits


def look(session: Session, here: Site, issue: Issue, *, now: datetime) -> Known:
    """Check an issue and count who gets it; whatever was known before is renewed."""
    segment = session.get(Segment, issue.segment_id) if issue.segment_id else None
    counts = checks.count(session, issue, now=now)
    tags = [edition.language for edition in editions.editions_of(session, issue)]
    people = {tag: counts.get(tag, 0) for tag in tags}
    report = checks.run(
        session,
        issue,
        settings=here.settings,
        now=now,
        readers=people,
        memory=here.memory,
    )
    paused, unreachable = segments.left_aside(
        session, issue.list_id, segment=segment, now=now
    )
    readers = sum(people.values())
    estimate = estimates.of_readers(
        session, here.settings, issue, readers=readers, now=now
    )
    known = Known(report, people, paused, unreachable, estimate)
    here.lately.keep(issue.id or 0, known)
    return known


def of(
    session: Session,
    here: Site,
    issue: Issue,
    *,
    known: Known | None,
    bench: Bench,
    now: datetime,
) -> Launch | None:
    """Return the launch of an issue in the words of a page; None once it has started.

    `known` is what checks found now, or lately.
    """
    if issue.state not in composing.EDITABLE:
        return None
    return Launch(
        found=_found(known, bench) if known else None,
        grace=here.settings.grace_seconds,
        leaves_in=_seconds_left(issue, here.settings.grace_seconds, now),
        soon=_is_soon(issue, now),
        waits=issues.waits_for_approval(session, issue),
        held_at=_held_at(session, issue),
        zone=ZoneInfo(issue.timezone),
    )


def headline(launch: Launch | None, issue: Issue, otherwise: str, language: str) -> str:
    """Return how the issue stands, as the page's title; `otherwise` once it left."""
    say = i18n.translator(language)
    if launch is None:
        return otherwise
    if launch.leaves_in is not None:
        seconds = i18n.number(launch.leaves_in, language)
        return say(N_("Starting in {seconds} s"), seconds=seconds)
    if issue.state is IssueState.SCHEDULED and not launch.held:
        return otherwise
    if launch.found is None:
        return say(N_("Checking this issue…"))
    return launch.found.checked.headline


def _found(known: Known, bench: Bench) -> Found:
    language = bench.visitor.language
    return Found(
        checked=findings.show(known.report, bench),
        lanes=tuple(_lanes(known, bench.coverage, language)),
        readers=known.total,
        paused=known.paused,
        unreachable=known.unreachable,
        estimate=relays.say(known.estimate, language) if known.estimate else "",
    )


def _lanes(known: Known, coverage: Coverage, language: str) -> list[Lane]:
    return [
        Lane(
            tag,
            known.people.get(tag, 0),
            _items(coverage, tag),
            _size(known.report.sizes, tag, language),
        )
        for tag in coverage.languages
    ]


def _items(coverage: Coverage, tag: str) -> int:
    return sum(bool(row.cell(tag).shows) for row in coverage.rows)


def _size(sizes: Mapping[str, int], tag: str, language: str) -> str:
    size = sizes.get(tag, 0)
    return i18n.file_size(size, language) if size else ""


def _held_at(session: Session, issue: Issue) -> datetime | None:
    """Return the moment at which a draft was held back, until somebody schedules it."""
    if issue.state is not IssueState.DRAFT:
        return None
    for entry in audit.entries(session, issue=issue, limit=_NOTED):
        if entry.action is Action.SCHEDULED:
            return None
        if entry.action is Action.TOOK_BACK:
            at = entry.facts.get("at") if "held" in entry.facts else None
            return datetime.fromisoformat(at) if at else None
    return None


def _seconds_left(issue: Issue, grace: int, now: datetime) -> int | None:
    if issue.state is not IssueState.SCHEDULED or issue.send_at is None:
        return None
    left = (issue.send_at - now).total_seconds()
    return max(round(left), 0) if left <= grace and grace else None


def _is_soon(issue: Issue, now: datetime) -> bool:
    if issue.state is not IssueState.SCHEDULED or issue.send_at is None:
        return False
    return issue.send_at - now <= _SOON
