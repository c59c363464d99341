"""Lines of the news desk: what each item shows, in the words of whoever looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy import not_
from sqlmodel import Session, col, select

from newsletter import i18n, issues, items, media
from newsletter.desk import similar, sources
from newsletter.desk.fetches import Failure
from newsletter.desk.similar import Earlier
from newsletter.i18n import N_
from newsletter.items import links, plain
from newsletter.models import (
    Arrival,
    Asset,
    FetchState,
    Issue,
    IssueItem,
    Item,
    ItemText,
    ItemType,
)
from newsletter.web import outline
from subscribers.clock import utcnow

_SUMMARY = 160  # characters of a line
_ADDRESS = 80
# Kinds that a line names; a story and a link are what news usually is.
_NAMED = frozenset(ItemType) - {ItemType.STORY, ItemType.LINK}

FAILURES: Mapping[str, str] = {
    Failure.REFUSED: N_("This address leads into a closed network; we do not open it."),
    Failure.SLOW: N_("The page took too long to answer."),
    Failure.LARGE: N_("This page is too large for us to read."),
    Failure.UNKNOWN: N_("There is no site at this address. Is it mistyped?"),
    Failure.OFFLINE: N_("Our own server has no connection to the web now."),
    Failure.BROKEN: N_("The site broke off while we read the page."),
    Failure.EMPTY: N_("This page has no title that we could take."),
    "no feed": N_("What lies at this address is no feed any more."),
}
KEPT = N_("The link is kept: write the title yourself.")


@dataclass(frozen=True)
class Line:
    """One item on the desk."""

    item: Item
    title: str
    language: str  # of the title
    summary: str
    languages: tuple[str, ...]  # it has words in
    kind: str  # a message to translate, "" for what news usually is
    failure: str
    picture: str = ""  # an address
    told: str = ""  # where it comes from, and when
    earlier: Earlier | None = None
    issues: tuple[Issue, ...] = ()  # that have it

    @property
    def waits(self) -> bool:
        """Whether its page is being read: a feed's entry has its words meanwhile."""
        waiting = self.item.fetch_state is FetchState.WAITING
        return waiting and self.item.arrived is not Arrival.FEED


def lines(
    session: Session, found: Sequence[Item], *, language: str, zone: tzinfo
) -> list[Line]:
    """Return a line per item: a handful of queries, however many items there are."""
    ids = [item.id or 0 for item in found]
    texts = items.find_texts(session, ids)
    pictures = pictures_of(session, found)
    repeats = similar.find(session, found, texts)
    named = sources.names(session, [i.source_id for i in found if i.source_id])
    used = issues_of(session, ids)
    now = utcnow()
    return [
        replace(
            line(item, texts[item.id or 0], language),
            picture=pictures.get(item.asset_id or 0, ""),
            earlier=repeats.get(item.id or 0),
            told=_told(item, named, language, zone=zone, now=now),
            issues=tuple(used.get(item.id or 0, ())),
        )
        for item in found
    ]


def line(item: Item, texts: Mapping[str, ItemText], language: str) -> Line:
    """Return what an item's own row and its words show."""
    text = best(item, texts, language)
    summary = text.summary if text else ""
    if item.type is ItemType.EVENT and item.starts_at:
        summary = _when(item, language)
    return Line(
        item,
        title=text.title if text else address(item.url),
        language=text.language if text else "",
        summary=plain.line(summary, limit=_SUMMARY),
        languages=_in_order(item, texts),
        kind=outline.KINDS[item.type] if item.type in _NAMED else "",
        failure=failure_of(item, language),
    )


def best(item: Item, texts: Mapping[str, ItemText], language: str) -> ItemText | None:
    """Return the words somebody who speaks `language` reads best, None for none."""
    written = {tag: text for tag, text in texts.items() if text.title}
    return (
        written.get(language)
        or written.get(item.language)
        or next(iter(written.values()), None)
    )


def address(url: str) -> str:
    """Return an address as it stands where a title is not known yet."""
    shown = links.bare(url) or url
    return shown if len(shown) <= _ADDRESS else shown[: _ADDRESS - 1] + "…"


def failure_of(item: Item, language: str) -> str:
    """Return why an item's page could not be read, and what to do; "" if it could."""
    if item.fetch_state is not FetchState.FAILED or item.arrived is Arrival.FEED:
        return ""
    return f"{why(item.fetch_error, language)} {i18n.translator(language)(KEPT)}"


def why(failure: str, language: str) -> str:
    """Say in plain words why an address gave nothing."""
    say = i18n.translator(language)
    if failure.isdigit():
        return say(
            N_("We could not read this page (it answered {status})."), status=failure
        )
    if failure in FAILURES:
        return say(FAILURES[failure])
    return i18n.retold(failure, language)


def pictures_of(session: Session, found: Sequence[Item]) -> dict[int, str]:
    """Return {asset id: address} of the narrowest size of each picture."""
    ids = {item.asset_id for item in found if item.asset_id}
    if not ids:
        return {}
    wide = session.exec(select(Asset).where(col(Asset.id).in_(ids)))
    paths = {asset.id or 0: asset.path for asset in wide}
    for asset_id, sizes in media.narrow_sizes(session, list(paths)).items():
        if sizes:
            paths[asset_id] = sizes[0].path
    return paths


def issues_of(session: Session, ids: Sequence[int]) -> dict[int, list[Issue]]:
    """Return {item id: issues that have it}, the newest first."""
    rows = session.execute(
        select(IssueItem.item_id, Issue)
        .join(Issue, col(Issue.id) == col(IssueItem.issue_id))
        .where(col(IssueItem.item_id).in_(ids), not_(issues.was_discarded()))
        .order_by(col(Issue.id).desc())
    )
    found: dict[int, list[Issue]] = {}
    for item_id, issue in rows:
        found.setdefault(item_id, []).append(issue)
    return found


def ago(at: datetime, language: str, *, zone: tzinfo, now: datetime) -> str:
    """Return a moment of the past as people say it: today, yesterday, 3 days ago."""
    say = i18n.translator(language)
    on = at.astimezone(zone).date()
    days = (now.astimezone(zone).date() - on).days
    if days <= 0:
        return say(N_("today"))
    if days == 1:
        return say(N_("yesterday"))
    if days < 7:
        return say.ngettext("{n} day ago", "{n} days ago", days)
    return i18n.day(on, language)


def _told(
    item: Item, named: Mapping[int, str], language: str, *, zone: tzinfo, now: datetime
) -> str:
    say = i18n.translator(language)
    when = ago(item.created_at, language, zone=zone, now=now)
    source = named.get(item.source_id or 0, "")
    who = item.added_by
    where = item.attribution or links.host_of(item.url)
    if source:
        begun = say(N_("from {source}"), source=source)
    elif who and item.arrived is Arrival.WRITTEN:
        begun = say(N_("written by {name}"), name=who)
    elif who:
        saved = say(N_("saved by {name}"), name=who)
        begun = f"{where} · {saved}" if where else saved
    else:
        begun = where
    return f"{begun} · {when}" if begun else when


def _in_order(item: Item, texts: Mapping[str, ItemText]) -> tuple[str, ...]:
    """Return the languages there are words in, the source's first."""
    written = [tag for tag, text in texts.items() if text.title]
    return tuple(sorted(written, key=lambda tag: (tag != item.language, tag)))


@dataclass(frozen=True)
class _Event:
    starts_at: datetime
    ends_at: datetime | None
    all_day: bool
    zone: tzinfo


def _when(item: Item, language: str) -> str:
    if item.starts_at is None:
        return item.place
    zone = ZoneInfo(item.timezone or "UTC")
    facts = _Event(item.starts_at, item.ends_at, item.all_day, zone)
    said = i18n.event_when(facts, language)
    return f"{said} · {item.place}" if item.place else said
