"""How many failures of which kind end mail to an address (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from newsletter.smtp.failures import Failure


class Weight(StrEnum):
    """What a failure does to its reader."""

    NOTHING = "nothing"  # it is about us, or about nobody
    COUNTED = "counted"  # more of the kind are needed
    ENOUGH = "enough"  # no more mail to this address


@dataclass(frozen=True)
class Seen:
    """One failure of a reader: which, of what issue, when."""

    failure: Failure
    issue_id: int
    at: datetime
    status: str = ""  # RFC 3463


@dataclass(frozen=True)
class Rule:
    """How often a failure must be seen: on so many days, over so long a time."""

    days: int
    span: timedelta = timedelta(0)
    issues: int = 1  # different ones


# What may end mail to an address, the worst first: it also counts where a lighter one
# is looked for. Soft failures end it only when they lasted a month through five
# issues; whatever is not named here is never held against a reader.
RULES = {
    Failure.HARD: Rule(days=1),
    Failure.DISABLED: Rule(days=2, span=timedelta(days=7)),
    Failure.DOMAIN: Rule(days=3),
    Failure.SOFT: Rule(days=5, span=timedelta(days=30), issues=5),
    Failure.NETWORK: Rule(days=5, span=timedelta(days=30), issues=5),
}
_WORST_FIRST = tuple(RULES)
# Hard, but said of other things too: they must be seen on a second day.
_DOUBTFUL = frozenset({"5.1.0", "5.1.10"})
_TWICE = Rule(days=2)


def weigh(seen: Sequence[Seen]) -> Weight:
    """Return what the last of these failures does, all since the last success.

    The oldest comes first. Several within one day count once.
    """
    if not seen or seen[-1].failure not in RULES:
        return Weight.NOTHING
    counted = [each for each in seen if each.failure in RULES]
    enough = any(_suffices(counted, failure) for failure in RULES)
    return Weight.ENOUGH if enough else Weight.COUNTED


def _suffices(seen: Sequence[Seen], failure: Failure) -> bool:
    worse = _WORST_FIRST[: _WORST_FIRST.index(failure) + 1]
    alike = [each for each in seen if each.failure in worse]
    if not any(each.failure is failure for each in alike):
        return False
    rule = RULES[failure]
    if failure is Failure.HARD and all(each.status in _DOUBTFUL for each in alike):
        rule = _TWICE
    lasted = max(each.at for each in alike) - min(each.at for each in alike)
    return (
        len({each.at.date() for each in alike}) >= rule.days
        and len({each.issue_id for each in alike}) >= rule.issues
        and lasted >= rule.span
    )
