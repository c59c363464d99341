"""How many failures of which cause end mail to an address (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from newsletter.bounces.causes import Cause


class Weight(StrEnum):
    """What a failure does to its reader."""

    NOTHING = "nothing"  # it is about us, or about nobody
    COUNTED = "counted"  # more of the kind are needed
    ENOUGH = "enough"  # no more mail to this address


@dataclass(frozen=True)
class Rule:
    """How often a cause must be seen: on so many days, over so long a time."""

    days: int
    span: timedelta = timedelta(0)
    issues: int = 1  # different ones


@dataclass(frozen=True)
class Failure:
    """One failure of a reader: why, of which issue, when."""

    cause: Cause
    issue_id: int
    at: datetime


# What may end mail to an address. Soft failures end it only when they lasted a month
# through five issues; whatever is not named here is never held against a reader.
RULES = {
    Cause.HARD: Rule(days=1),
    Cause.HARD_TWICE: Rule(days=2),
    Cause.DOMAIN: Rule(days=3),
    Cause.DISABLED: Rule(days=2, span=timedelta(days=7)),
    Cause.SOFT: Rule(days=5, span=timedelta(days=30), issues=5),
}
# How bad they are: a worse failure also counts where a lighter one is looked for.
_WORST_FIRST = (
    Cause.HARD,
    Cause.HARD_TWICE,
    Cause.DISABLED,
    Cause.DOMAIN,
    Cause.SOFT,
)


def weigh(failures: Sequence[Failure]) -> Weight:
    """Return what the last of these failures does, all since the last success.

    The oldest comes first. Several within one day count once.
    """
    if not failures or failures[-1].cause not in RULES:
        return Weight.NOTHING
    counted = [each for each in failures if each.cause in RULES]
    enough = any(_suffices(counted, cause) for cause in _WORST_FIRST)
    return Weight.ENOUGH if enough else Weight.COUNTED


def _suffices(failures: Sequence[Failure], cause: Cause) -> bool:
    rule, worse = RULES[cause], _WORST_FIRST[: _WORST_FIRST.index(cause) + 1]
    alike = [each for each in failures if each.cause in worse]
    if not any(each.cause is cause for each in alike):
        return False
    days = {each.at.date() for each in alike}
    issues = {each.issue_id for each in alike}
    lasted = max(each.at for each in alike) - min(each.at for each in alike)
    return len(days) >= rule.days and len(issues) >= rule.issues and lasted >= rule.span
