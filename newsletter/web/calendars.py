"""An event of a letter as a calendar file: /e/{item}.{lang}.ics."""

import re
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session, and_, col, or_, select

from newsletter import i18n, items
from newsletter.models import Edition, Issue, IssueItem, Item, ItemText, Visibility
from newsletter.rendering import EventFacts, calendar, safe
from newsletter.web import negotiation, published
from newsletter.web.deps import Here, Reading, Site
from newsletter.web.failures import not_found

router = APIRouter()

_NAME = re.compile(r"([1-9][0-9]{0,8})\.([A-Za-z0-9-]{2,35})\.ics")


@router.get("/e/{name}")
def event(name: str, here: Here, session: Reading, of: str = "") -> Response:
    """Send an event that a letter announced; its id never changes, its facts may.

    `of` is the handle of an issue that not everybody may know of: a private one, which
    only its readers were told, or a draft that colleagues got as a test.
    """
    asked = _NAME.fullmatch(name)
    found = (
        _announced(session, int(asked[1]), of if of.isalnum() else "")
        if asked
        else None
    )
    if asked is None or found is None or found.starts_at is None:
        raise not_found()
    text = _words(session, found, asked[2])
    file = calendar.event(
        _appointment(here, found, text, house=_house(here, session, found)),
        stamped_at=max(found.updated_at, text.updated_at),
    )
    return Response(
        file,
        media_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{_file_name(text, name)}"',
            "X-Robots-Tag": "noindex",
        },
    )


def _announced(session: Session, item_id: int, handle: str) -> Item | None:
    """Return an item that stood in a letter: what is on the desk is nobody's yet."""
    left = col(Issue.state).in_(published.LEFT)
    told = or_(
        and_(left, Issue.visibility != Visibility.PRIVATE), Issue.handle == handle
    )
    query = (
        select(Item)
        .join(IssueItem, col(IssueItem.item_id) == col(Item.id))
        .join(Issue, col(Issue.id) == col(IssueItem.issue_id))
        .where(col(Item.id) == item_id, told)
    )
    return session.exec(query).first()


def _file_name(text: ItemText, asked: str) -> str:
    """Return what a download is called: plain words, or the name it was asked by."""
    words = i18n.fold(text.title).encode("ascii", "ignore").decode().split()
    return f"{'-'.join(words)[:60].strip('-')}.ics" if words else asked


def _words(session: Session, item: Item, language: str) -> ItemText:
    texts = items.find_texts(session, [item.id or 0]).get(item.id or 0, {})
    written = [tag for tag, text in texts.items() if text.title.strip()]
    if not written:
        raise not_found()
    return texts[negotiation.best((language, item.language), written)]


def _house(here: Site, session: Session, item: Item) -> str:
    """Return the host of the letter that first announced an event, else our own.

    Every language and every later download is the same entry in a calendar, also
    after the pages have moved to another address.
    """
    first = session.exec(
        select(Edition.envelope)
        .join(Issue, col(Issue.id) == col(Edition.issue_id))
        .join(IssueItem, col(IssueItem.issue_id) == col(Issue.id))
        .where(IssueItem.item_id == item.id, col(Edition.frozen_at).is_not(None))
        .order_by(col(Issue.id), col(Edition.id))
        .limit(1)
    ).first()
    url = (first or {}).get("base_url") or here.settings.base_url
    return urlsplit(url).hostname or "localhost"


def _appointment(
    here: Site, item: Item, text: ItemText, *, house: str
) -> calendar.Appointment:
    return calendar.Appointment(
        uid=f"event-{item.id}@{house}",
        facts=_facts(here, item),
        title=text.title,
        language=text.language,
        description=_description(here, item, text),
        url=text.url or item.url,
        sequence=item.sequence,
    )


def _description(here: Site, item: Item, text: ItemText) -> str:
    """Return what a calendar shows below: many show no reply-by date and no link."""
    reply_by, zone = "", _zone(here, item)
    if item.reply_by_at:
        say = i18n.translator(text.language)
        by = i18n.moment(item.reply_by_at, say.speaks, zone)
        reply_by = say("Please reply by {moment}.", moment=by)
    parts = (text.summary.strip(), reply_by, safe.link(text.url or item.url))
    return "\n\n".join(part for part in parts if part)


def _zone(here: Site, item: Item) -> ZoneInfo:
    return ZoneInfo(item.timezone) if item.timezone else here.settings.zone


def _facts(here: Site, item: Item) -> EventFacts:
    assert item.starts_at is not None  # noqa: S101  # asked for by the caller
    return EventFacts(
        starts_at=item.starts_at,
        zone=_zone(here, item),
        ends_at=item.ends_at,
        all_day=item.all_day,
        place=item.place,
        reply_by_at=item.reply_by_at,
    )
