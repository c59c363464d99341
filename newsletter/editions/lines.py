"""Lines of an issue per language: subject, preheader, intro; they follow a source."""

from collections.abc import Mapping

from sqlmodel import Session

from newsletter.editions.words import clean, editions_of, get_edition
from newsletter.issues.composing import require_editable
from newsletter.items import saving, words
from newsletter.items.revisions import LINES_FIELDS
from newsletter.items.saving import Attempt, Saved
from newsletter.models import Edition, Issue
from subscribers.models import MailingList


def source_of(session: Session, issue: Issue) -> Edition | None:
    """Return the edition whose lines are written first: in the list's first language.

    Of those that the issue goes out in; None for an issue without any.
    """
    by_language = {each.language: each for each in editions_of(session, issue)}
    mailing_list = session.get_one(MailingList, issue.list_id)
    first = [tag for tag in mailing_list.languages if tag in by_language]
    return by_language.get(next(iter([*first, *by_language]), ""))


def lines_hash(edition: Edition) -> str:
    """Return the hash of the lines that have to be translated, as `source_hash`."""
    return words.digest(getattr(edition, name) for name in LINES_FIELDS)


def are_stale(source: Edition | None, edition: Edition) -> bool:
    """Whether the source lines changed after these were made from them."""
    if source is None or source.id == edition.id or not edition.source_hash:
        return False
    return edition.source_hash != lines_hash(source)


def save_lines(
    session: Session, issue: Issue, attempt: Attempt, *, language: str
) -> Saved:
    """Write the lines of one edition, if nobody else did since `version`.

    Else they are kept as a lost revision. Raises EditionNotFound, IssueNotEditable.
    """
    require_editable(issue)
    edition = get_edition(session, issue, language)
    cleaned = clean(_known(attempt.words))
    source = source_of(session, issue)
    is_source = source is None or source.id == edition.id
    follows = None if is_source or source is None else lines_hash(source)
    return saving.write(session, edition, attempt, cleaned, follows=follows)


def _known(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given[name] for name in LINES_FIELDS if name in given}
