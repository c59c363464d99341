"""An edition as its readers see it, shown to staff with a stand-in for the reader."""

from collections.abc import Sequence
from datetime import date
from html import escape

from sqlmodel import Session

from newsletter import editions, i18n, rendering
from newsletter.config import Settings
from newsletter.editions.words import get_edition
from newsletter.models import Edition, Issue
from newsletter.rendering.markers import Markers
from subscribers.clock import utcnow
from subscribers.tokens import new_handle

_READER = "reader@example.org"


def chosen(languages: Sequence[str], wanted: str) -> str:
    """Return the language to preview: the wanted one, else the first; "" for none."""
    return wanted if wanted in languages else next(iter(languages), "")


def html(session: Session, issue: Issue, language: str, *, settings: Settings) -> str:
    """Return the HTML of one edition: the frozen one, else as it would leave now.

    Raises EditionNotFound, RenderingFailed.
    """
    edition = get_edition(session, issue, language)
    if edition.frozen_at is not None:
        markers = Markers(edition.envelope["nonce"])
        return _filled(edition.html, markers, issue, edition, edition.frozen_at.date())
    now = utcnow()
    markers = Markers(new_handle())
    letter = editions.compose(
        session,
        issue,
        edition.language,
        base_url=settings.base_url,
        markers=markers,
        dated_on=issue.send_at or now,
    )
    made = rendering.render(letter).html
    return _filled(made, markers, issue, edition, now.date(), letter.languages)


def policy(settings: Settings) -> str:
    """Return what a previewed mail may do: show its pictures and its own styles."""
    return (
        f"default-src 'none'; img-src 'self' {settings.base_url}; "
        "style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
    )
