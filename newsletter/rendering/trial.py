"""A template tried on a letter that has a little of everything, before it is kept."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from newsletter.errors import BadTemplate, RenderingFailed
from newsletter.models import ItemType
from newsletter.rendering.letter import (
    Block,
    Document,
    EventFacts,
    LanguageLink,
    Letter,
    Picture,
    Style,
)
from newsletter.rendering.markers import Markers, check
from newsletter.rendering.render import render

_SITE = "https://news.example.org"
_AT = datetime(2026, 12, 1, 9, tzinfo=UTC)


def try_template(source: str) -> None:
    """Raise BadTemplate, naming the line, unless letters can be laid out in it."""
    letter = _letter(source)
    try:
        check(letter, render(letter))
    except RenderingFailed as error:
        cause = error.__cause__
        if isinstance(cause, BadTemplate):
            raise cause from error
        raise BadTemplate(
            "No letter can be laid out in this template: {reason}", reason=error.said
        ) from error


def _letter(template: str) -> Letter:
    markers = Markers("tr1a1")
    return Letter(
        language="en",
        subject="A letter to try",
        preheader="What it looks like.",
        intro="Dear reader,\n\nthis is how it begins.",
        list_name="Letters",
        list_url=f"{_SITE}/en/",
        sender_name="Letters",
        legal="An organisation",
        contact="office@example.org",
        number=1,
        dated_on=_AT,
        web_url=f"{_SITE}/en/1-letter",
        share_url=f"{_SITE}/en/1-letter",
        blocks=_blocks(),
        languages=(
            LanguageLink("en", markers.read_in("en")),
            LanguageLink("fr", markers.read_in("fr")),
        ),
        unsubscribe_url=markers.unsubscribe,
        preferences_url=markers.preferences,
        reader_address=markers.address,
        reader_since=markers.since,
        style=Style(template=template),
    )


def _blocks() -> tuple[Block, ...]:
    picture = Picture(f"{_SITE}/media/a.jpg", 1072, 603, alt="A picture")
    event = EventFacts(_AT, ZoneInfo("UTC"), ends_at=_AT + timedelta(hours=1))
    facts: dict[ItemType, dict[str, object]] = {
        ItemType.STORY: {"picture": picture, "lead": True, "summary": "A story."},
        ItemType.LINK: {"summary": "A page elsewhere.", "section": "News"},
        ItemType.EVENT: {"event": event},
        ItemType.DOCUMENTS: {"documents": (Document(f"{_SITE}/a.pdf", "Paper"),)},
        ItemType.APPEAL: {"body_html": "<p>Please.</p>"},
    }
    return tuple(
        Block(
            type=str(kind),
            anchor=f"i{number}",
            language="en",
            title=str(kind).title(),
            url=f"{_SITE}/page/{number}",
            **more,  # type: ignore[arg-type]  # one block of each kind
        )
        for number, (kind, more) in enumerate(facts.items(), start=1)
    )
