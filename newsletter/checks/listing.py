"""Run every check on an issue, and sort what they say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from newsletter import deliveries, editions, i18n
from newsletter.checks import (
    coverage,
    events,
    facts,
    languages,
    links,
    pictures,
    placeholders,
    reach,
    readers,
    reading,
    sender,
    subjects,
    weight,
    wording,
)
from newsletter.checks.findings import Check, Finding, Level
from newsletter.checks.memory import Memory
from newsletter.checks.proof import Proof
from newsletter.config import Settings
from newsletter.models import Issue

CHECKS: tuple[Check, ...] = (
    *readers.CHECKS,
    *sender.CHECKS,
    *subjects.CHECKS,
    *placeholders.CHECKS,
    *events.CHECKS,
    *links.CHECKS,
    *reach.CHECKS,
    *pictures.CHECKS,
    *weight.CHECKS,
    *languages.CHECKS,
    *coverage.CHECKS,
    *facts.CHECKS,
    *wording.CHECKS,
)


@dataclass(frozen=True)
class Report:
    """Everything the checks said about an issue."""

    findings: tuple[Finding, ...]
    passed: tuple[Check, ...]
    overridden: frozenset[str]  # keys that an admin let through

    @property
    def must_fix(self) -> tuple[Finding, ...]:
        """What stands in the way."""
        return tuple(f for f in self.findings if f.blocks and not self._is_let(f))

    @property
    def let_through(self) -> tuple[Finding, ...]:
        """What would stand in the way, had nobody overridden it."""
        return tuple(f for f in self.findings if f.blocks and self._is_let(f))

    @property
    def look(self) -> tuple[Finding, ...]:
        """What is worth a look."""
        return self._of(Level.LOOK)

    @property
    def unchecked(self) -> tuple[Finding, ...]:
        """What could not be checked."""
        return self._of(Level.UNCHECKED)

    def headline(self, language: str) -> str:
        """Return how the issue stands, in one sentence."""
        say = i18n.translator(language)
        passed = i18n.number(len(self.passed), language)
        if not self.must_fix:
            return say.ngettext(
                "Ready to go. One check passed.",
                "Ready to go. {passed} checks passed.",
                len(self.passed),
                passed=passed,
            )
        return say.ngettext(
            "One thing to fix before this can go out",
            "{count} things to fix before this can go out",
            len(self.must_fix),
            count=i18n.number(len(self.must_fix), language),
        )

    @property
    def is_overridable(self) -> bool:
        """Whether an admin may let everything through that stands in the way."""
        return bool(self.must_fix) and all(f.overridable for f in self.must_fix)

    def _is_let(self, finding: Finding) -> bool:
        return finding.overridable and finding.key in self.overridden

    def _of(self, level: Level) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.level is level)


def run(
    session: Session,
    issue: Issue,
    *,
    settings: Settings,
    now: datetime,
    readers: Mapping[str, int] | None = None,  # the glossary's word
    memory: Memory | None = None,
) -> Report:
    """Check an issue as it stands; nothing here waits for the network.

    `readers` counts by edition, where somebody has counted already. Whoever runs
    checks often passes the same `memory`.
    """
    proof = reading.read(
        session,
        issue,
        readers=count(session, issue, now=now) if readers is None else readers,
        settings=settings,
        now=now,
        memory=memory or Memory(),
    )
    return examine(proof, overridden=frozenset(issue.overridden))


def examine(proof: Proof, *, overridden: frozenset[str] = frozenset()) -> Report:
    """Run every check on a proof: the same proof gives the same report (pure)."""
    findings: list[Finding] = []
    passed: list[Check] = []
    for each in CHECKS:
        found = each.run(proof)
        findings += found
        passed += [] if found else [each]
    return Report(tuple(findings), tuple(passed), overridden)


def count(session: Session, issue: Issue, *, now: datetime) -> dict[str, int]:
    """Count who would get which edition if the issue left now."""
    tags = [edition.language for edition in editions.editions_of(session, issue)]
    if not tags:
        return {}
    return deliveries.languages_of(session, issue, languages=tags, now=now)
