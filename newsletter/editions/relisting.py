"""Move an issue to another list, with everything that follows from a list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, select

from newsletter import issues
from newsletter.editions import deciding
from newsletter.editions.words import editions_of
from newsletter.errors import IssueChanged
from newsletter.issues.composing import EDITABLE, slug_in
from newsletter.models import Issue, IssueState
from subscribers.clock import utcnow
from subscribers.models import MailingList


@dataclass(frozen=True)
class Relisting:
    """What becomes of an issue that moves to another list."""

    mailing_list: MailingList
    number: int  # its own where that is free, else the next one of the list
    timezone: str
    gains: tuple[str, ...]  # languages it goes out in from then on
    loses: tuple[str, ...]  # those whose words are kept, and go out no more
    unscheduled: bool
    leaves_series: bool
    unapproved: bool  # somebody had approved it, for the other list


def foresee(session: Session, issue: Issue, mailing_list: MailingList) -> Relisting:
    """Return what moving an issue to a list would change; nothing is changed."""
    old = session.get_one(MailingList, issue.list_id)
    spoken = [edition.language for edition in editions_of(session, issue)]
    gains = [tag for tag in mailing_list.languages if tag not in old.languages]
    if not set(spoken) & set(mailing_list.languages) and not gains:
        # It was left out of every language the two lists share.
        gains = list(mailing_list.languages)
    return Relisting(
        mailing_list=mailing_list,
        number=_number(session, issue, mailing_list),
        timezone=mailing_list.timezone,
        gains=tuple(tag for tag in gains if tag not in spoken),
        loses=tuple(tag for tag in spoken if tag not in mailing_list.languages),
        unscheduled=issue.state is IssueState.SCHEDULED,
        leaves_series=issue.series_id is not None,
        unapproved=bool(issue.approved_hash),
    )


def relist(
    session: Session, issue: Issue, mailing_list: MailingList, *, by: str, now: datetime
) -> Relisting:
    """Move an issue that has not left to another list, and tell what that changed.

    What was said for the readers of one list counts for no other: an approval, what
    was overruled, a sending that was decided. Nothing that was written is lost.
    Raises IssueNotEditable, IssueChanged when somebody moved it at the same time.
    """
    # Of two issues that come at once, each gets a number of its own.
    session.exec(
        select(MailingList.id)
        .where(MailingList.id == mailing_list.id)
        .with_for_update()
    ).one()
    move = foresee(session, issue, mailing_list)
    _take_over(session, issue, _follows(session, issue, move, now))
    for tag in move.gains:
        deciding.take_language_in(session, issue, tag, by=by)
    for tag in move.loses:
        deciding.leave_language_out(session, issue, tag, by=by)
    # No earlier change can be undone any more: it was one of another list.
    session.refresh(issue)
    issue.arranged += 1
    session.flush()
    return move


def _number(session: Session, issue: Issue, mailing_list: MailingList) -> int:
    query = select(Issue.id).where(
        Issue.list_id == mailing_list.id,
        Issue.number == issue.number,
        col(Issue.id) != issue.id,
        ~issues.was_discarded(),
    )
    if session.exec(query.limit(1)).first() is None:
        return issue.number
    return issues.next_number(session, mailing_list.id or 0)


def _follows(
    session: Session, issue: Issue, move: Relisting, now: datetime
) -> dict[str, Any]:
    """Return the columns that follow from the list."""
    old, new = session.get_one(MailingList, issue.list_id), move.mailing_list
    coming = issue.send_at if issue.send_at and issue.send_at > now else None
    sections, names = _sections(session, issue, old, new)
    return {
        "list_id": new.id,
        "number": move.number,
        "slug": slug_in(session, issue, old=old, new=new),
        "timezone": move.timezone,
        "sections": sections,
        "section_names": names,
        "series_id": None,
        "state": IssueState.DRAFT,
        "send_at": coming,
        "approved_hash": "",
        "approved_by": "",
        "approved_at": None,
        "override": "",
        "override_by": "",
        "overridden": [],
        "tolerated": [],
    }


def _sections(
    session: Session, issue: Issue, old: MailingList, new: MailingList
) -> tuple[list[str], dict[str, dict[str, str]]]:
    """Return the sections of the new list, after those that hold something.

    A list without sections of its own takes the issue's as they are.
    """
    groups = issues.groups_of(session, issue)
    stated = {str(each["name"]): dict(each.get("names", {})) for each in new.sections}
    usual = {str(each["name"]) for each in old.sections} - set(stated)
    dropped = usual if stated else set()
    kept = [name for name in groups if name and (groups[name] or name not in dropped)]
    known = {name.casefold() for name in kept}
    sections = kept + [name for name in stated if name.casefold() not in known]
    names = issue.section_names | {key: words for key, words in stated.items() if words}
    return sections, {key: names[key] for key in sections if key in names}


def _take_over(session: Session, issue: Issue, values: dict[str, Any]) -> None:
    """Write the move; the row count tells whether it still was where it was seen."""
    session.flush()
    result = session.execute(
        update(Issue)
        .where(
            col(Issue.id) == issue.id,
            col(Issue.list_id) == issue.list_id,
            col(Issue.state).in_(EDITABLE),
        )
        .values(**values, arranged=col(Issue.arranged) + 1, updated_at=utcnow())
    )
    session.refresh(issue)
    assert isinstance(result, CursorResult)  # noqa: S101  # an UPDATE always is one
    if result.rowcount == 0:
        issues.require_editable(issue)
        raise IssueChanged("Somebody else has moved it to another list.")
