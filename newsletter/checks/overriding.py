"""Let an issue leave, or not: what stands in the way, and who let it through."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from newsletter.checks.findings import Finding
from newsletter.checks.listing import Report, run
from newsletter.checks.memory import Memory
from newsletter.config import Settings
from newsletter.errors import IssueNotReady
from newsletter.models import Issue
from subscribers.sentences import N_, Saying

_LONGEST = 1_000  # characters of a reason


@dataclass(frozen=True)
class Override:
    """Why somebody lets an issue leave although a check says no."""

    reason: str
    by: str  # the address of a member of staff, or the user of a terminal


def require_ready(
    session: Session,
    issue: Issue,
    *,
    settings: Settings,
    now: datetime,
    override: Override | None = None,
    memory: Memory | None = None,
) -> Report:
    """Raise IssueNotReady unless nothing stands in the way that is not overridden.

    An override covers what stands in the way at this moment and is kept with the
    issue: what comes later blocks again. Some things nobody can override. Whether
    `by` may override is for the caller to know; `memory` is as for `run`.
    """
    report = run(session, issue, settings=settings, now=now, memory=memory)
    if not report.must_fix:
        return report
    fixed = [f for f in report.must_fix if not f.overridable]
    if override is None or not override.reason.strip() or fixed:
        raise IssueNotReady(_refusal(issue, fixed or list(report.must_fix), fixed))
    _keep(issue, report, override)
    session.flush()
    return report


def _keep(issue: Issue, report: Report, override: Override) -> None:
    reason = " ".join(override.reason.split())[:_LONGEST]
    said = issue.override.split("\n") if issue.override else []
    issue.override = "\n".join([*said, reason] if reason not in said else said)
    issue.override_by = override.by[:254]
    keys = {finding.key for finding in report.must_fix}
    # A new list: the column does not see what is added to an old one.
    issue.overridden = sorted({*issue.overridden, *keys})


_NOT_YET = N_("Issue {issue} cannot go out yet: its checks say why.")


class _Refusal(Saying):
    """A command lists what stands in the way; a page has it beside its button."""

    __slots__ = ("_lines",)

    def __init__(self, issue: Issue, lines: list[str]) -> None:
        super().__init__(_NOT_YET, issue=str(issue.id))
        self._lines = [f"Issue {issue.id} cannot go out yet:", *lines]

    def __str__(self) -> str:
        return "\n  ".join(self._lines)


def _refusal(issue: Issue, standing: list[Finding], fixed: list[Finding]) -> Saying:
    lines = [describe(finding) for finding in standing]
    if not fixed:
        lines.append('Mend it, or say why it may leave: --override "reason".')
    return _Refusal(issue, lines)


def describe(finding: Finding, language: str = "en") -> str:
    """Return a finding as one line: language, item, and what is wrong."""
    where = finding.place.title and f"“{finding.place.title}”: "
    return " ".join(
        part
        for part in (finding.language or "", where + finding.sentence.say(language))
        if part
    )
