"""Issues that hold a payload wherever words or addresses may stand, and their pages."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image
from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import db, editions, media
from newsletter.config import Settings
from newsletter.items import plain
from newsletter.messages import part
from newsletter.models import Issue, IssueItem, IssueState, Item, ItemType
from subscribers.clock import utcnow
from subscribers.models import MailingList
from subscribers.tokens import Purpose
from tests import factories
from tests.payloads import xss

AN_ISSUE = 26  # payloads
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True)
class Hostile:
    """One such issue: its mail, and the addresses of the pages that show it."""

    message: bytes
    pages: tuple[str, ...]
    events: tuple[str, ...]

    @property
    def html(self) -> str:
        """The HTML part of the mail."""
        return part(self.message, "html")


def make(engine: Engine, settings: Settings) -> list[Hostile]:
    """Write every payload into every field, past all that cleans on the way in."""
    cut = range(0, len(xss.PAYLOADS), AN_ISSUE)
    return [
        _issue(engine, settings, xss.PAYLOADS[at : at + AN_ISSUE], f"hostile-{at}")
        for at in cut
    ]


def make_harmless(
    engine: Engine, settings: Settings, slug: str = "harmless"
) -> Hostile:
    """Make an issue with the same fields that means no harm."""
    words = [f"Bonjour {n}" for n in range(AN_ISSUE)]
    return _issue(engine, settings, words, slug)


def _issue(
    engine: Engine, settings: Settings, payloads: Sequence[str], slug: str
) -> Hostile:
    with db.writing(engine) as session:
        mailing_list = _list(session, payloads)
        shown = media.store(session, picture(), folder=settings.media_dir)
        made = [_item(session, each, shown.id) for each in enumerate(payloads)]
        issue = factories.make_issue(
            session, list=mailing_list, items=made, languages=("fr", "ar"), slug=slug,
            title=payloads[1],
        )  # fmt: skip
        _arrange(session, issue, payloads)
        issue.total, issue.state, issue.started_at = 1, IssueState.SENDING, utcnow()
        editions.freeze(session, issue, settings, now=utcnow())
        reader = factories.make_subscriber(session, list=mailing_list, language="fr")
        handle = factories.subscription_of(session, reader, mailing_list).handle
        events = [i.id for i in made if i.type is ItemType.EVENT]
        sent = editions.preview(session, issue, "fr", settings, now=utcnow())
        pages = _pages(issue, handle, settings)
    return Hostile(sent.message, pages, tuple(f"/e/{id_}.fr.ics" for id_ in events))


def _pages(issue: Issue, handle: str, settings: Settings) -> tuple[str, ...]:
    sign = settings.keys.sign
    return (
        f"/fr/{issue.slug}",
        f"/ar/{issue.slug}",
        f"/l/{sign(Purpose.READ, handle, issue.handle)}/fr",
        f"/u/{sign(Purpose.UNSUBSCRIBE, handle)}",
        f"/p/{sign(Purpose.PREFERENCES, handle)}",
        f"/issues/{issue.id}",
        f"/issues/{issue.id}/preview/fr",
    )


def _list(session: Session, payloads: Sequence[str]) -> MailingList:
    first = _typed(payloads[0])
    return factories.make_list(
        session,
        names={"fr": first, "ar": first},
        languages=["fr", "ar"],
        sender_name=first,
        legal={"fr": "\n".join(payloads[:5])},
        descriptions={"fr": first},
        privacy_url="https://example.org/privacy",
    )


def _item(session: Session, numbered: tuple[int, str], asset_id: int | None) -> Item:
    number, payload = numbered
    address = payload if ":" in payload[:30] else f"https://example.org/{payload}"
    words: dict[str, Any] = {
        "title": payload,
        "summary": payload,
        "body": f"<p>{payload}</p><p>{address}</p><ul><li>{payload}</li></ul>",
        "caption": payload,
        "alt": payload,
        "link_text": payload if number % 2 else "",
        "url": address,
    }
    kinds = list(ItemType)
    return factories.make_item(
        session,
        texts={"fr": words},
        type=kinds[number % len(kinds)],
        url=address,
        author=payload,
        credit=payload,
        attribution=payload,
        video_url=address,
        place=payload,
        starts_at=utcnow(),
        reply_by_at=utcnow(),
        timezone="Europe/Brussels",
        asset_id=asset_id,
        documents=[
            {"url": address, "titles": {"fr": payload}, "format": payload[:12],
             "language": "nl", "size": 1234},
        ],
    )  # fmt: skip


def _arrange(session: Session, issue: Issue, payloads: Sequence[str]) -> None:
    for language in ("fr", "ar"):
        editions.write(
            session, issue, language=language,
            subject=_typed(" ".join(payloads[:4])),
            preheader=_typed(" ".join(payloads[4:8])),
            intro="\n\n".join(payloads),
        )  # fmt: skip
    for place in session.exec(select(IssueItem).where(IssueItem.issue_id == issue.id)):
        place.section = payloads[place.position // 5][:100]


def _typed(words: str) -> str:
    """Return what the verbs let through that write names and subjects."""
    return plain.line(_CONTROLS.sub(" ", words), limit=290)


def picture() -> bytes:
    """Return a picture that means no harm."""
    out = BytesIO()
    Image.new("RGB", (700, 400), "teal").save(out, "PNG")
    return out.getvalue()


def feed() -> str:
    """Return a feed with an entry per payload, in every field that a feed has."""
    entries = "".join(_entries())
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>F</title><language>fr</language><link>https://f.example/</link>{entries}"
        "</channel></rss>"
    )


def _entries() -> Iterator[str]:
    for number, payload in enumerate(xss.PAYLOADS):
        said = _escaped(_CONTROLS.sub(" ", payload))
        yield (
            f"<item><guid>g{number}</guid><title>{said} {number}</title>"
            f"<link>{said}</link><dc:creator>{said}</dc:creator>"
            f"<description>{said}</description><content:encoded>&lt;p&gt;{said}"
            f"&lt;/p&gt;&lt;p&gt;{number}&lt;/p&gt;</content:encoded>"
            f'<enclosure url="{said}" type="application/pdf" length="1"/>'
            f'<media:content url="{said}"><media:title>{said}</media:title>'
            f"<media:credit>{said}</media:credit></media:content></item>"
        )


def _escaped(words: str) -> str:
    marks = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
    return "".join(marks.get(character, character) for character in words)
