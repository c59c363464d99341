"""Count what came back: of an issue, and of all mail of the last thirty days."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from newsletter.bounces.report import Kind
from newsletter.ledger import DELIVERY, being
from newsletter.models import Bounce, DeliveryState, Issue
from newsletter.smtp.failures import Failure
from subscribers.models import MailingList

SPAN = timedelta(days=30)
_UNKNOWN = (Failure.HARD, Failure.DOMAIN, Failure.DISABLED)


class Light(StrEnum):
    """How a figure stands to the limits of mailbox providers."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True)
class Limit:
    """Shares of accepted letters from which providers frown, and refuse."""

    amber: float
    red: float

    def light(self, share: float) -> Light:
        """Return how a share stands."""
        if share >= self.red:
            return Light.RED
        return Light.AMBER if share >= self.amber else Light.GREEN


# Gmail and Yahoo: stay below 0.1 %, never reach 0.3 %. Amazon SES reviews accounts at
# 5 % of failures; Microsoft and others name no number and think alike.
COMPLAINTS = Limit(amber=0.001, red=0.003)
FAILURES = Limit(amber=0.02, red=0.05)


@dataclass(frozen=True)
class Returns:
    """What came back of one issue; each reader counts once for each."""

    complaints: int = 0
    failures: Counter[str] = field(default_factory=Counter)  # by Failure
    languages: dict[str, Counter[str]] = field(default_factory=dict)
    domains: dict[str, Counter[str]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as a command answers: Failure values, and `complaint`."""
        return {
            "complaints": self.complaints,
            "failures": dict(self.failures),
            "languages": {name: dict(each) for name, each in self.languages.items()},
            "domains": {name: dict(each) for name, each in self.domains.items()},
        }


def of_issue(session: Session, issue: Issue) -> Returns:
    """Count what came back of an issue, by language and by domain of its readers."""
    what = func.coalesce(func.nullif(col(Bounce.failure), ""), col(Bounce.kind))
    rows = session.exec(
        select(
            what,
            Bounce.language,
            Bounce.domain,
            func.count(func.distinct(col(Bounce.delivery_id))),
        )
        .where(Bounce.issue_id == issue.id)
        .group_by(what, col(Bounce.language), col(Bounce.domain))
        .order_by(what)
    ).all()
    return _summed(rows)


def _summed(rows: Iterable[tuple[str, str, str, int]]) -> Returns:
    total: Counter[str] = Counter()
    languages: dict[str, Counter[str]] = defaultdict(Counter)
    domains: dict[str, Counter[str]] = defaultdict(Counter)
    for what, language, domain, many in rows:
        total[what] += many
        languages[language][what] += many
        domains[domain][what] += many
    complaints = total.pop(Kind.COMPLAINT.value, 0)
    return Returns(complaints, total, dict(languages), dict(domains))


@dataclass(frozen=True)
class Gauge:
    """How the mail of one sending domain is taken, over the last thirty days."""

    domain: str
    accepted: int
    complaints: int
    unknown: int  # addresses that do not exist

    @property
    def complaint_share(self) -> float:
        """Complaints among accepted letters."""
        return self.complaints / self.accepted if self.accepted else 0.0

    @property
    def failure_share(self) -> float:
        """Letters to addresses that do not exist, among all that were answered."""
        answered = self.accepted + self.unknown
        return self.unknown / answered if answered else 0.0

    @property
    def complaint_light(self) -> Light:
        """How that stands to Gmail's and Yahoo's limits."""
        return COMPLAINTS.light(self.complaint_share)

    @property
    def failure_light(self) -> Light:
        """How that stands to what relays and providers tolerate."""
        return FAILURES.light(self.failure_share)


def gauges(session: Session, *, now: datetime) -> list[Gauge]:
    """Return a gauge per sending domain that sent anything lately, the busiest first.

    By the issues that started within thirty days: what comes back of them counts
    whenever it does.
    """
    issues = session.exec(
        select(Issue.id, MailingList.sender_address)
        .join(MailingList, col(MailingList.id) == col(Issue.list_id))
        .where(col(Issue.started_at) >= now - SPAN)
    ).all()
    by_domain: dict[str, list[int]] = defaultdict(list)
    for issue_id, address in issues:
        by_domain[address.rpartition("@")[2]].append(issue_id or 0)
    found = [_gauge(session, domain, ids) for domain, ids in by_domain.items()]
    return sorted(found, key=lambda gauge: (-gauge.accepted, gauge.domain))


def _gauge(session: Session, domain: str, ids: list[int]) -> Gauge:
    accepted = session.exec(
        select(func.count())
        .select_from(DELIVERY.id.table)
        .where(DELIVERY.issue_id.in_(ids), being(DeliveryState.ACCEPTED))
    ).one()
    readers = select(func.count(func.distinct(col(Bounce.delivery_id)))).where(
        col(Bounce.issue_id).in_(ids), col(Bounce.lifted_by) == ""
    )
    complaints = readers.where(col(Bounce.kind) == Kind.COMPLAINT.value)
    unknown = readers.where(col(Bounce.failure).in_(_UNKNOWN))
    return Gauge(
        domain,
        accepted,
        session.exec(complaints).one(),
        session.exec(unknown).one(),
    )
