"""An edition as its readers see it, shown to staff with a stand-in for the reader."""

from collections.abc import Mapping, Sequence
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


def html(
    session: Session,
    issue: Issue,
    language: str,
    *,
    settings: Settings,
    others: str = "",
) -> str:
    """Return the HTML of one edition: the frozen one, else as it would leave now.

    `others` is the address of the other languages, before the tag of each. Raises
    EditionNotFound, RenderingFailed.
    """
    others = others or f"/issues/{issue.id}/preview/"
    edition = get_edition(session, issue, language)
    if edition.frozen_at is not None:
        markers = Markers(edition.envelope["nonce"])
        tags = edition.envelope["languages"]
        frozen = published.at_home(edition.html, edition)
        return _filled(
            frozen, markers, edition, {tag: f"{others}{tag}" for tag in tags}
        )
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
    laid = rendering.render(letter).html
    return _filled(laid, markers, edition, {tag: f"{others}{tag}" for tag in tags})


def policy(settings: Settings) -> str:
    """Return what a previewed mail may do: show its pictures and its own styles."""
    return (
        f"default-src 'none'; img-src 'self' {origin_of(settings.base_url)}; "
        "style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
    )


def _filled(
    text: str, markers: Markers, edition: Edition, others: Mapping[str, str]
) -> str:
    """Put a stand-in's values where each reader's own will be."""
    today = i18n.day(utcnow().date(), edition.language)
    values = {
        markers.unsubscribe: "#",
        markers.preferences: "#",
        markers.address: _READER,
        markers.since: today,
        **{markers.read_in(tag): address for tag, address in others.items()},
    }
    for marker, value in values.items():
        text = text.replace(marker, escape(value))
    return text
