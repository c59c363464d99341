"""What came back of an issue in words of staff: by language, and by mailbox domain."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from newsletter import bounces
from newsletter.bounces import Kind
from newsletter.i18n import N_
from newsletter.models import Issue
from newsletter.smtp import Failure

_DOMAINS = 10  # with the most of it

WORDS: Mapping[str, str] = {
    Kind.COMPLAINT: N_("called it spam"),
    Failure.HARD: N_("no such mailbox"),
    Failure.DOMAIN: N_("no such domain"),
    Failure.DISABLED: N_("mailbox switched off"),
    Failure.SOFT: N_("mailbox full, or not now"),
    Failure.NETWORK: N_("could not be reached"),
    Failure.POLICY: N_("refused for content or reputation"),
    Failure.SENDER: N_("our domain is not trusted"),
    Failure.MESSAGE: N_("the message itself was refused"),
    Failure.THROTTLE: N_("too much at once"),
    Failure.CONFIGURATION: N_("the mail server is set up wrongly"),
}


@dataclass(frozen=True)
class Row:
    """What came back of some readers: a number for each column of its table."""

    name: str  # a language or a domain; empty where nobody knows it any more
    counts: Sequence[int]


@dataclass(frozen=True)
class Returned:
    """What came back of one issue; only kinds that did are columns."""

    columns: Sequence[str]  # words to translate
    total: Sequence[int]
    languages: Sequence[Row]
    domains: Sequence[Row]
    more: int  # domains that are not shown


def of(session: Session, issue: Issue) -> Returned | None:
    """Return what came back of an issue; None where nothing did."""
    found = bounces.of_issue(session, issue)
    total = found.failures + Counter({Kind.COMPLAINT.value: found.complaints})
    kinds = [kind for kind in WORDS if total[kind]]
    if not kinds:
        return None
    domains = _rows(found.domains, kinds)
    return Returned(
        columns=[WORDS[kind] for kind in kinds],
        total=[total[kind] for kind in kinds],
        languages=_rows(found.languages, kinds),
        domains=domains[:_DOMAINS],
        more=len(domains[_DOMAINS:]),
    )


def _rows(counts: Mapping[str, Counter[str]], kinds: Sequence[str]) -> list[Row]:
    """Return a row each, those with the most first."""
    rows = [Row(name, [each[kind] for kind in kinds]) for name, each in counts.items()]
    return sorted(rows, key=lambda row: (-sum(row.counts), row.name))
