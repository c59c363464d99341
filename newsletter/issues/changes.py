"""Changes of an issue's contents: one at a time, each kept so it can be undone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import CursorResult, delete, update
from sqlmodel import Session, col, select

from newsletter.errors import IssueChanged
from newsletter.issues.composing import EDITABLE, add_language, require_editable
from newsletter.models import (
    Change,
    ChangeKind,
    Decision,
    Edition,
    Issue,
    IssueItem,
)
from subscribers.clock import utcnow

# Older ones are not offered for undoing any more.
_KEPT = timedelta(days=1)
# What staff write in one language of an issue, and how it stands.
WORDS = ("subject", "preheader", "intro", "ready", "source_hash", "version")


def keep(
    session: Session,
    issue: Issue,
    kind: ChangeKind,
    *,
    by: str,
    seen: int | None = None,
    **facts: Any,
) -> Change:
    """Begin a change: note how the contents stand, and let nobody change them beside.

    `seen` is `Issue.arranged` as it was on the page of who changes it. The caller
    makes the change in the same transaction. Raises IssueChanged when somebody else
    was faster, IssueNotEditable once it has left.
    """
    _take_turn(session, issue, seen)
    change = Change(
        issue_id=issue.id or 0,
        kind=kind,
        who=by[:254],
        arranged=issue.arranged,
        before={**_standing(session, issue), **facts.pop("before", {})},
        **facts,
    )
    change.subject = change.subject[:500]
    session.execute(
        delete(Change).where(
            col(Change.issue_id) == issue.id,
            col(Change.at) < utcnow() - _KEPT,
            col(Change.kind) != ChangeKind.LEFT_OUT,
        )
    )
    session.add(change)
    session.flush()
    return change


def find(session: Session, issue: Issue, change_id: int) -> Change | None:
    """Return a change of this issue."""
    change = session.get(Change, change_id) if 0 < change_id < 2**31 else None
    return change if change and change.issue_id == issue.id else None


def can_undo(issue: Issue, change: Change) -> bool:
    """Whether nothing was changed after it, and it was not undone already."""
    latest = change.arranged == issue.arranged and change.undone_at is None
    return latest and issue.state in EDITABLE


def undo(session: Session, issue: Issue, change: Change) -> None:
    """Put the contents back as they stood before the change; raises IssueChanged."""
    if change.undone_at is not None:
        raise IssueChanged("This was undone already.")
    _take_turn(session, issue, change.arranged)
    before = change.before
    if change.kind is ChangeKind.DECIDED:
        _decide_again(session, issue, before["cells"])
        issue.missing = before["missing"]
    elif change.kind is ChangeKind.LEFT_OUT:
        restore_words(session, issue, change)
    elif change.kind is ChangeKind.TOOK_IN:
        session.execute(
            delete(Edition).where(
                col(Edition.issue_id) == issue.id,
                col(Edition.language) == before["language"],
            )
        )
    else:
        _put_back(session, issue, before)
    change.undone_at = utcnow()
    session.flush()


def restore_words(session: Session, issue: Issue, change: Change) -> None:
    """Give a language that was left out back to the issue, with its words."""
    edition = add_language(session, issue, change.before["language"])
    for name in WORDS:
        setattr(edition, name, change.before["words"][name])


def decisions_of(
    session: Session, places: Iterable[IssueItem]
) -> dict[int, dict[str, str | None]]:
    """Return {id of the place: {language: what is shown there instead}}."""
    found: dict[int, dict[str, str | None]] = {}
    ids = [place.id for place in places]
    for row in session.exec(
        select(Decision).where(col(Decision.issue_item_id).in_(ids))
    ):
        found.setdefault(row.issue_item_id, {})[row.language] = row.show
    return found


def _take_turn(session: Session, issue: Issue, seen: int | None) -> None:
    """Count the change; the UPDATE decides which of two people was first."""
    session.flush()
    statement = update(Issue).where(
        col(Issue.id) == issue.id, col(Issue.state).in_(EDITABLE)
    )
    if seen is not None:
        statement = statement.where(col(Issue.arranged) == seen)
    result = session.execute(
        statement.values(arranged=col(Issue.arranged) + 1, updated_at=utcnow())
    )
    session.refresh(issue)
    assert isinstance(result, CursorResult)  # noqa: S101  # an UPDATE always is one
    if result.rowcount == 0:
        require_editable(issue)
        raise IssueChanged(
            "Somebody else changed the contents in the meantime. Nothing of theirs was "
            "lost, and yours was not done: look at how it stands now, and try again."
        )


def _standing(session: Session, issue: Issue) -> dict[str, Any]:
    places = places_of(session, issue)
    decisions = decisions_of(session, places)
    return {
        "sections": list(issue.sections),
        "section_names": dict(issue.section_names),
        "missing": issue.missing.value,
        "places": [
            [place.item_id, place.section, decisions.get(place.id or 0, {})]
            for place in places
        ],
    }


def places_of(session: Session, issue: Issue) -> Sequence[IssueItem]:
    """Return the items' places in reading order."""
    return session.exec(
        select(IssueItem)
        .where(IssueItem.issue_id == issue.id)
        .order_by(col(IssueItem.position), col(IssueItem.id))
    ).all()


def _put_back(session: Session, issue: Issue, before: Mapping[str, Any]) -> None:
    """Restore order and sections; what left comes back with what was decided of it."""
    present = {place.item_id: place for place in places_of(session, issue)}
    wanted = {item_id for item_id, _, _ in before["places"]}
    gone = [place.id for each, place in present.items() if each not in wanted]
    session.execute(delete(IssueItem).where(col(IssueItem.id).in_(gone)))
    for position, (item_id, section, decisions) in enumerate(before["places"], 1):
        place = present.get(item_id)
        if place is None:
            place = IssueItem(
                issue_id=issue.id or 0, item_id=item_id, position=position
            )
            session.add(place)
            session.flush()
            for language, show in decisions.items():
                session.add(_decision(place, language, show))
        place.position, place.section = position, section
    issue.sections = before["sections"]
    issue.section_names = before["section_names"]


def _decide_again(
    session: Session, issue: Issue, cells: Sequence[tuple[int, str, bool, str | None]]
) -> None:
    """Put each cell's decision back, or take it away where there was none."""
    places = {place.item_id: place for place in places_of(session, issue)}
    for item_id, language, decided, show in cells:
        place = places.get(item_id)
        if place is None:
            continue
        if decided:
            session.merge(_decision(place, language, show))
            continue
        session.execute(
            delete(Decision).where(
                col(Decision.issue_item_id) == place.id,
                col(Decision.language) == language,
            )
        )


def _decision(place: IssueItem, language: str, show: str | None) -> Decision:
    return Decision(issue_item_id=place.id or 0, language=language, show=show)
