"""Settle many gaps at once, and which languages an issue goes out in."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from newsletter import issues
from newsletter.editions.coverage import Cell, CellState, coverage
from newsletter.editions.words import get_edition
from newsletter.errors import EditionNotFound, WrongState
from newsletter.issues import changes
from newsletter.issues.changes import places_of
from newsletter.models import Change, ChangeKind, Decision, Edition, Issue
from subscribers.models import MailingList, MissingPolicy

Choose = Callable[[Cell], str | None]


def decide_missing(
    session: Session, issue: Issue, *, policy: MissingPolicy, by: str = ""
) -> int:
    """Settle every gap that nobody decided about alike; return how many there were.

    The policy also becomes the issue's, for items that are added later.
    """
    cells = _missing(session, issue, policy=policy)
    change = _keep(session, issue, cells, by=by, subject=policy.value)
    issue.missing = policy
    _settle(session, issue, cells, lambda cell: cell.shows)
    return change.many


def decide_language(
    session: Session, issue: Issue, language: str, *, show: str | None, by: str
) -> Change:
    """Settle every gap of one language: show the words of `show`, or leave out (None).

    An item without words in `show` is shown in the language that stands in for it.
    Raises EditionNotFound, IssueNotEditable.
    """
    tag = get_edition(session, issue, language).language
    if show is not None:
        show = get_edition(session, issue, show).language
    cells = [each for each in _missing(session, issue) if each[1].language == tag]
    change = _keep(session, issue, cells, by=by, subject=tag)
    _settle(session, issue, cells, lambda _cell: show)
    return change


def leave_language_out(
    session: Session, issue: Issue, language: str, *, by: str
) -> Change:
    """Let the issue not go out in a language; its words are kept for a return.

    Raises WrongState for the last one, EditionNotFound, IssueNotEditable.
    """
    edition = get_edition(session, issue, language)
    query = select(Edition.id).where(Edition.issue_id == issue.id)
    if len(session.exec(query).all()) < 2:
        raise WrongState("An issue goes out in one language at least.")
    words = {name: getattr(edition, name) for name in changes.WORDS}
    change = changes.keep(
        session,
        issue,
        ChangeKind.LEFT_OUT,
        by=by,
        subject=edition.language,
        before={"language": edition.language, "words": words},
    )
    session.execute(delete(Edition).where(col(Edition.id) == edition.id))
    session.expire_all()
    return change


def take_language_in(
    session: Session, issue: Issue, language: str, *, by: str
) -> Change:
    """Let the issue go out in one more language of its list, with its earlier words.

    Raises EditionNotFound for a language that is not the list's, IssueNotEditable.
    """
    if language not in session.get_one(MailingList, issue.list_id).languages:
        raise EditionNotFound(
            "The list has no language “{language}”.", language=language[:35]
        )
    change = changes.keep(
        session,
        issue,
        ChangeKind.TOOK_IN,
        by=by,
        subject=language,
        before={"language": language},
    )
    earlier = session.exec(
        select(Change)
        .where(
            Change.issue_id == issue.id,
            Change.kind == ChangeKind.LEFT_OUT,
            Change.subject == language,
        )
        .order_by(col(Change.id).desc())
    ).first()
    if earlier is None:
        issues.add_language(session, issue, language)
    else:
        changes.restore_words(session, issue, earlier)
    return change


def _missing(
    session: Session, issue: Issue, *, policy: MissingPolicy | None = None
) -> list[tuple[int, Cell]]:
    """Return the item and the cell of every gap, as a policy would fill them."""
    issues.require_editable(issue)
    return [
        (row.item.id or 0, cell)
        for row in coverage(session, issue, policy=policy).rows
        for cell in row.cells
        if cell.state is CellState.MISSING
    ]


def _keep(
    session: Session,
    issue: Issue,
    cells: list[tuple[int, Cell]],
    *,
    by: str,
    subject: str,
) -> Change:
    undecided: list[Any] = [[item, cell.language, False, None] for item, cell in cells]
    return changes.keep(
        session,
        issue,
        ChangeKind.DECIDED,
        by=by,
        subject=subject,
        many=len(cells),
        before={"cells": undecided},
    )


def _settle(
    session: Session, issue: Issue, cells: list[tuple[int, Cell]], choose: Choose
) -> None:
    places = {place.item_id: place.id or 0 for place in places_of(session, issue)}
    for item_id, cell in cells:
        session.add(
            Decision(
                issue_item_id=places[item_id],
                language=cell.language,
                show=choose(cell),
            )
        )
    session.flush()
