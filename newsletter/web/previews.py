"""An edition as its readers see it, shown to staff with a stand-in for the reader."""

from collections.abc import Sequence
from html import escape

from sqlmodel import Session

from newsletter import editions, i18n, rendering
from newsletter.config import Settings
from newsletter.editions.words import get_edition
from newsletter.models import Edition, Issue
from newsletter.rendering.markers import Markers
from newsletter.web import published
from newsletter.web.asgi import origin_of
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
        tags = edition.envelope["languages"]
        frozen = published.at_home(edition.html, edition)
        return _filled(frozen, markers, issue, edition, tags)
    markers = Markers(new_handle())
    letter = editions.compose(
        session,
        issue,
        edition.language,
        base_url=settings.base_url,
        markers=markers,
        dated_on=issue.send_at or utcnow(),
    )
    tags = [link.language for link in letter.languages]
    return _filled(rendering.render(letter).html, markers, issue, edition, tags)


def policy(settings: Settings) -> str:
    """Return what a previewed mail may do: show its pictures and its own styles."""
    return (
        f"default-src 'none'; img-src 'self' {origin_of(settings.base_url)}; "
        "style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
    )


def _filled(
    text: str, markers: Markers, issue: Issue, edition: Edition, tags: Sequence[str]
) -> str:
    """Put a stand-in's values where each reader's own will be."""
    today = i18n.day(utcnow().date(), edition.language)
    values = {
        markers.unsubscribe: "#",
        markers.preferences: "#",
        markers.address: _READER,
        markers.since: today,
        **{markers.read_in(t): f"/issues/{issue.id}/preview/{t}" for t in tags},
    }
    for marker, value in values.items():
        text = text.replace(marker, escape(value))
    return text
