"""Correct the web page of an edition that has left: its mail cannot be called back."""

from datetime import datetime

from sqlmodel import Session

from newsletter import rendering
from newsletter.config import Settings
from newsletter.editions import publishing
from newsletter.editions.compose import compose
from newsletter.editions.freeze import publish
from newsletter.editions.words import get_edition
from newsletter.errors import BadText, WrongState
from newsletter.items import plain
from newsletter.models import Edition, Issue
from newsletter.rendering.markers import Markers
from subscribers.sentences import N_, Language

LONGEST_NOTE = 500  # characters
_NOT_LEFT = N_(
    "Issue {issue} has not left in “{language}”: change it, and it leaves as you want"
    " it."
)


def correct(
    session: Session,
    issue: Issue,
    settings: Settings,
    *,
    language: str,
    note: str,
    now: datetime,
) -> Edition:
    """Lay the page of a frozen edition out anew, from its items' present words.

    `note` says on the page what was wrong; a later correction replaces it. What was
    frozen for mail stays as it is, for retries must give the same bytes. Raises
    WrongState before the edition has left, BadText, EditionNotFound, RenderingFailed.
    """
    edition = get_edition(session, issue, language)
    if edition.frozen_at is None:
        raise WrongState(_NOT_LEFT, issue=str(issue.id), language=Language(language))
    edition.correction = _noted(note)
    dated_on = issue.started_at or edition.frozen_at
    frozen = edition.envelope
    letter = compose(
        session,
        issue,
        edition.language,
        # As frozen: pages are told apart from addresses of others by it.
        base_url=frozen.get("base_url", settings.base_url),
        markers=Markers(frozen.get("nonce", "")),
        dated_on=dated_on,
    )
    rendered = rendering.render(letter)
    published = publish(session, issue, letter, rendered, settings)
    publishing.apply(edition, published)
    edition.corrected_at = edition.updated_at = now
    session.flush()
    return edition


def _noted(note: str) -> str:
    said = plain.squeeze(note)
    if not said:
        raise BadText("Say in the note what was wrong: it stands on the page.")
    if len(said) > LONGEST_NOTE:
        raise BadText(
            "The note has {many} characters; {most} are allowed.",
            many=len(said),
            most=LONGEST_NOTE,
        )
    return said
