"""What staff write and decide per language."""

import re
from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, delete, select

from newsletter.errors import EditionNotFound, ItemNotFound
from newsletter.issues.composing import require_editable
from newsletter.items import revisions
from newsletter.items.revisions import Author
from newsletter.models import Decision, Edition, Issue, IssueItem
from subscribers.clock import utcnow
from subscribers.sentences import Language, Saying

LONGEST_LINE = 300  # characters, of a subject or a preheader


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
    earlier = revisions.standing(edition)
    given = {"subject": subject, "preheader": preheader, "intro": intro}
    said = {name: words for name, words in given.items() if words is not None}
    for name, words in clean(said).items():
        setattr(edition, name, words)
    # As with items: what is written like this is meant.
    edition.ready = bool(edition.subject)
    edition.version += 1
    edition.updated_at = utcnow()
    session.flush()
    revisions.keep(session, edition, by=Author(), earlier=earlier)
    return edition


def clean(words: Mapping[str, str]) -> dict[str, str]:
    """Return the lines of an edition as they may be stored."""
    return {
        name: said.replace("\r\n", "\n").strip()
        if name == "intro"
        else _one_line(said)[:LONGEST_LINE]
        for name, said in words.items()
    }


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
        raise ItemNotFound(
            "Item {item} is not in issue {issue}.",
            item=str(item_id),
            issue=str(issue.id),
        )
    session.merge(Decision(issue_item_id=place.id, language=language, show=show))
    session.flush()


def undecide(session: Session, issue: Issue, *, item_id: int, language: str) -> None:
    """Open a gap again that was settled; the issue's policy applies until then.

    Raises IssueNotEditable.
    """
    require_editable(issue)
    place = select(IssueItem.id).where(
        IssueItem.issue_id == issue.id, IssueItem.item_id == item_id
    )
    session.execute(
        delete(Decision).where(
            col(Decision.issue_item_id).in_(place), col(Decision.language) == language
        )
    )


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
    there = ", ".join(edition.language for edition in editions)
    raise EditionNotFound(
        "Issue {issue} has no edition in “{language}”. It has: {there}.",
        issue=str(issue.id),
        language=Language(language),
        there=there or Saying("none"),
    )
