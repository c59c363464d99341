"""An edition as its readers see it, shown to staff with a stand-in for the reader."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from html import escape

from sqlmodel import Session

from newsletter import db, deliveries, editions, i18n, rendering
from newsletter.config import Settings
from newsletter.editions import Preview
from newsletter.editions.words import get_edition
from newsletter.models import Edition, Issue
from newsletter.rendering.markers import Markers
from newsletter.web import published
from newsletter.web.asgi import origin_of
from subscribers.clock import utcnow
from subscribers.errors import SubscriberNotFound
from subscribers.models import Subscriber
from subscribers.tokens import TEST_HANDLE, new_handle

_READER = "reader@example.org"


def chosen(languages: Sequence[str], wanted: str) -> str:
    """Return the language to preview: the wanted one, else the first; "" for none."""
    return wanted if wanted in languages else next(iter(languages), "")


class Scheme(StrEnum):
    """Which colours a letter is shown in, whatever the screen of staff prefers."""

    LIGHT = "light"
    DARK = "dark"  # the mail's own dark colours
    INVERTED = "inverted"  # all of them turned round, as some programs do by force


_DARK = re.compile(r"\(prefers-color-scheme:\s*dark\)")
_DECLARED = '<meta name="color-scheme" content="light dark"'
_LINK = re.compile(r'(<a\b[^>]*?)\shref="(?!#|/issues/)([^"]*)"', re.IGNORECASE)
# Pictures are turned twice, so that faces are not negatives.
_INVERTED = (
    "<style>html{background:#fff;filter:invert(1) hue-rotate(180deg)}"
    "img{filter:invert(1) hue-rotate(180deg)}</style></head>"
)


_PICTURE = re.compile(r'(<img\b[^>]*?)\s(?:src|srcset)="[^"]*"', re.IGNORECASE)
_GROUND = re.compile(r"url\([^)]*\)")


def without_pictures(html: str) -> str:
    """Return a mail as programs show it that load nothing: descriptions alone."""
    return _GROUND.sub("none", _PICTURE.sub(r"\1", html))


def framed(html: str, scheme: Scheme) -> str:
    """Return a mail for a frame: in these colours, and with links that do nothing.

    What a link leads to stands in its title.
    """
    own = "all" if scheme is Scheme.DARK else "not all"
    shade = "dark" if scheme is Scheme.DARK else "light"
    shown = _DARK.sub(own, html).replace(_DECLARED, _declared(shade))
    if scheme is Scheme.INVERTED:
        shown = shown.replace("</head>", _INVERTED, 1)
    return _LINK.sub(r'\1 title="\2"', shown)


def _declared(shade: str) -> str:
    return f'<meta name="color-scheme" content="only {shade}"'


def text(shown: Preview, language: str) -> str:
    """Return the text form of a mail as a page for a frame."""
    start = i18n.direction(language)
    return (
        f'<!doctype html><html lang="{escape(language)}" dir="{start}"><head>'
        '<meta charset="utf-8"><title></title><style>:root{color-scheme:light dark}'
        "pre{margin:20px;font:15px/1.5 ui-monospace,Menlo,Consolas,monospace;"
        "white-space:pre-wrap;overflow-wrap:anywhere}</style></head>"
        f"<body><pre>{escape(shown.text)}</pre></body></html>"
    )


def of_person(
    session: Session, issue: Issue, language: str, number: int, settings: Settings
) -> Preview:
    """Return the mail that one person would get, with links that act for nobody.

    Raises EditionNotFound, RenderingFailed, or SubscriberNotFound.
    """
    now = db.now(session)
    person = session.get(Subscriber, number)
    if person is None:
        raise SubscriberNotFound(
            "There is nobody with the number {number}.", number=str(number)
        )
    found = deliveries.explain(session, issue, person.email, settings.keys, now=now)
    reader = found.reader or editions.stand_in(person.email, now=now)
    harmless = reader._replace(handle=TEST_HANDLE)
    return editions.preview(
        session, issue, found.gets or language, settings, now=now, reader=harmless
    )


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


def policy(settings: Settings, *, pictures: bool = True) -> str:
    """Return what a previewed mail may do: show its pictures and its own styles.

    It runs nothing; being of our own origin, it can be scrolled by the page around it.
    """
    origin = origin_of(settings.base_url)
    images = f"'self' {origin}" if pictures else "'none'"
    return (
        f"default-src 'none'; img-src {images}; style-src 'unsafe-inline'; "
        "sandbox allow-same-origin; frame-ancestors 'self'"
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
