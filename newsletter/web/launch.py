"""What the page of an issue says before the issue leaves: how long, how to undo."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from newsletter import checks, estimates, i18n, issues, relays
from newsletter.i18n import N_
from newsletter.issues import composing
from newsletter.models import Issue, IssueState
from newsletter.web import findings
from newsletter.web.deps import Site

# So soon before its time a scheduled issue is worth watching.
_SOON = timedelta(minutes=1)


@dataclass(frozen=True)
class Launch:
    """What stands between an issue and its readers."""

    readers: int
    estimate: str  # in words; empty where nothing can be told
    checked: findings.Checked
    held: bool  # nothing can leave before something is fixed
    overridable: bool  # … or an admin lets it through
    grace: int  # seconds in which "Send now" can be taken back
    leaves_in: int | None  # seconds left of them; None outside of the grace
    soon: bool  # the page is about to change by itself
    waits: bool  # for somebody's approval

    @property
    def offered(self) -> bool:
        """Whether "Send now" makes sense."""
        return self.leaves_in is None and not self.held and not self.waits


def of(
    session: Session,
    here: Site,
    issue: Issue,
    *,
    expected: Mapping[str, int],
    language: str,
    now: datetime,
) -> Launch | None:
    """Return the launch of an issue in the words of a page; None once it has started.

    `expected` counts its readers by edition.
    """
    if issue.state not in composing.EDITABLE:
        return None
    settings = here.settings
    report = checks.run(
        session,
        issue,
        settings=settings,
        now=now,
        readers=expected,
        memory=here.memory,
    )
    readers = sum(expected.values())
    found = estimates.of_readers(session, settings, issue, readers=readers, now=now)
    return Launch(
        readers=readers,
        estimate=relays.say(found, language) if found else "",
        checked=findings.show(report, language),
        held=bool(report.must_fix),
        overridable=report.is_overridable,
        grace=settings.grace_seconds,
        leaves_in=_seconds_left(issue, settings.grace_seconds, now),
        soon=_is_soon(issue, now),
        waits=issues.waits_for_approval(session, issue),
    )


def headline(launch: Launch | None, otherwise: str, language: str) -> str:
    """Return the countdown as the page's title; outside of the grace, what it was."""
    if launch is None or launch.leaves_in is None:
        return otherwise
    seconds = i18n.number(launch.leaves_in, language)
    return i18n.translator(language)(N_("Starting in {seconds} s"), seconds=seconds)


def _seconds_left(issue: Issue, grace: int, now: datetime) -> int | None:
    if issue.state is not IssueState.SCHEDULED or issue.send_at is None:
        return None
    left = (issue.send_at - now).total_seconds()
    return max(round(left), 0) if left <= grace and grace else None


def _is_soon(issue: Issue, now: datetime) -> bool:
    if issue.state is not IssueState.SCHEDULED or issue.send_at is None:
        return False
    return issue.send_at - now <= _SOON
