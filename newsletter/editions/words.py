"""What staff write and decide per language."""

import re
from collections.abc import Sequence

from sqlmodel import Session, select

from newsletter.errors import EditionNotFound, ItemNotFound
from newsletter.issues.composing import require_editable
from newsletter.models import Decision, Edition, Issue, IssueItem
from subscribers.clock import utcnow


def write(
    session: Session,
    issue: Issue,
    *,
    language: str,
    subject: str | None = None,
    preheader: str | None = None,
    intro: str | None = None,
) -> Edition:
    """Write the words of one edition; what is None stays as it was.

    Subject and preheader are one line each: line breaks become spaces. Raises
    EditionNotFound when the issue does not go out in this language.
    """
    require_editable(issue)
    edition = get_edition(session, issue, language)
    if subject is not None:
        edition.subject = _one_line(subject)
    if preheader is not None:
        edition.preheader = _one_line(preheader)
    if intro is not None:
        edition.intro = intro.replace("\r\n", "\n").strip()
    # As with items: what is written like this is meant.
    edition.ready = bool(edition.subject)
    edition.updated_at = utcnow()
    session.flush()
    return edition


def _one_line(text: str) -> str:
    """Fold line ends and plain spaces; no-break spaces are typography and stay."""
    return re.sub(r"[ \t\r\n\v\f\x85\u2028\u2029]+", " ", text).strip(" ")


def decide(
    session: Session, issue: Issue, *, item_id: int, language: str, show: str | None
) -> None:
    """Settle one gap: show the item in language `show`, or leave it out (None).

    Raises ItemNotFound, EditionNotFound, IssueNotEditable.
    """
    require_editable(issue)
    get_edition(session, issue, language)
    query = select(IssueItem).where(
        IssueItem.issue_id == issue.id, IssueItem.item_id == item_id
    )
    place = session.exec(query).one_or_none()
    if place is None or place.id is None:
        raise ItemNotFound(f"Item {item_id} is not in issue {issue.id}.")
    session.merge(Decision(issue_item_id=place.id, language=language, show=show))
    session.flush()


def editions_of(session: Session, issue: Issue) -> Sequence[Edition]:
    """Return the issue's editions in the order they were added."""
    query = select(Edition).where(Edition.issue_id == issue.id)
    return session.exec(query.order_by(Edition.id)).all()  # type: ignore[arg-type]  # a column once mapped


def get_edition(session: Session, issue: Issue, language: str) -> Edition:
    """Return one edition; raises EditionNotFound naming those there are."""
    editions = editions_of(session, issue)
    for edition in editions:
        if edition.language.casefold() == language.casefold():
            return edition
    there = ", ".join(edition.language for edition in editions) or "none"
    raise EditionNotFound(
        f"Issue {issue.id} has no edition in “{language}”. It has: {there}."
    )
