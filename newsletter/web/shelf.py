"""The list of issues: what comes next in a sentence, and a line for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from newsletter import editions, i18n, issues
from newsletter.i18n import N_
from newsletter.models import Edition, Issue, IssueState, Staff
from newsletter.web import outline
from subscribers.models import MailingList

_OPEN = (
    IssueState.STARTING,
    IssueState.SENDING,
    IssueState.PAUSED,
    IssueState.SCHEDULED,
    IssueState.DRAFT,
)


@dataclass(frozen=True)
class Line:
    """One issue in the list."""

    issue: Issue
    sign: outline.Sign
    languages: tuple[str, ...]
    list_name: str
    moment: datetime | None
    zone: ZoneInfo


@dataclass(frozen=True)
class Next:
    """The issue that comes next, in a sentence."""

    issue: Issue
    words: str


def lines(
    session: Session, found: Sequence[Issue], known: Sequence[MailingList]
) -> list[Line]:
    """Return a line per issue, in two queries however many."""
    lists = {each.id: each for each in known}
    spoken: dict[int, list[str]] = {}
    query = (
        select(Edition.issue_id, Edition.language)
        .where(col(Edition.issue_id).in_([issue.id for issue in found]))
        .order_by(col(Edition.id))
    )
    for issue_id, tag in session.exec(query):
        spoken.setdefault(issue_id, []).append(tag)
    return [
        Line(
            issue,
            _sign(session, issue, lists[issue.list_id]),
            tuple(spoken.get(issue.id or 0, ())),
            lists[issue.list_id].name_in(lists[issue.list_id].default_language),
            issue.started_at or issue.send_at,
            ZoneInfo(issue.timezone),
        )
        for issue in found
    ]


def top(
    session: Session, known: Sequence[MailingList], *, person: Staff, language: str
) -> dict[str, Any]:
    """Return what stands above the list: the next issue, or how to begin one."""
    mine = next((each for each in known if each.id == person.list_id), known[0])
    last = issues.last_issue(session, mine)
    open_ones = issues.list_some(session, states=_OPEN, limit=20)
    coming = min(open_ones, key=_rank, default=None)
    return {
        "headline": _headline(coming, last, language),
        "coming": _next(session, coming, language) if coming else None,
        "last": last,
        "mine": mine,
        "number_next": issues.next_number(session, mine.id or 0),
    }


def _rank(issue: Issue) -> tuple[int, float, int]:
    """Return what moves first, then what has a moment, then the newest draft."""
    at = issue.send_at.timestamp() if issue.send_at else float("inf")
    return _OPEN.index(issue.state), at, -(issue.id or 0)


def _headline(coming: Issue | None, last: Issue | None, language: str) -> str:
    say = i18n.translator(language)
    if coming is not None:
        if coming.state in outline.MOVING:
            return say(N_("“{title}” is on its way"), title=coming.title)
        if coming.state is IssueState.PAUSED:
            return say(N_("“{title}” is paused"), title=coming.title)
        if coming.state is IssueState.SCHEDULED and coming.send_at:
            when = i18n.moment(coming.send_at, language, ZoneInfo(coming.timezone))
            return say(N_("The next letter goes out on {when}"), when=when)
        return say(N_("“{title}” is being prepared"), title=coming.title)
    return say(N_("No issue is being prepared")) if last else say(N_("No issue yet"))


def _next(session: Session, issue: Issue, language: str) -> Next:
    if issue.state not in issues.EDITABLE:
        return Next(issue, "")
    coverage = editions.coverage(session, issue)
    say = i18n.translator(language)
    words = [
        say.ngettext("One item", "{n} items", len(coverage.rows)),
        outline.contents(issue, coverage, language) if coverage.rows else "",
    ]
    if issue.send_at and issue.state is IssueState.DRAFT:
        when = i18n.moment(issue.send_at, language, ZoneInfo(issue.timezone))
        words.append(say(N_("planned for {when}"), when=when))
    return Next(issue, " · ".join(filter(None, words)))


def _sign(session: Session, issue: Issue, mailing_list: MailingList) -> outline.Sign:
    """Return the sign of a state, without a look at the contents of every draft."""
    if issue.state is not IssueState.DRAFT:
        return outline.ISSUES[issue.state]
    needed = mailing_list.approval or issue.series_id is not None
    # Only what was approved once has to be compared with what was approved.
    approved = issue.approved_hash and issues.is_approved(session, issue)
    waits = needed and not approved
    return outline.WAITS if waits else outline.ISSUES[issue.state]
