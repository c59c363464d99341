"""Read an issue from the database into its proof."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from newsletter import editions, items, media, relays, trials
from newsletter.checks import mails, prose, sender
from newsletter.checks.memory import Memory
from newsletter.checks.places import Kind, Place
from newsletter.checks.proof import (
    EditionProof,
    ItemProof,
    Meeting,
    Passage,
    PictureFacts,
    Proof,
    Shown,
    Text,
    links_of,
)
from newsletter.checks.sentences import Sentence, gettext
from newsletter.config import Settings
from newsletter.errors import RelayNotFound
from newsletter.models import (
    Asset,
    Edition,
    Issue,
    IssueState,
    Item,
    ItemText,
    ItemType,
)
from newsletter.rendering import safe
from subscribers.models import MailingList

_WORDS = ("title", "summary", "body", "caption", "alt", "link_text")


def read(
    session: Session,
    issue: Issue,
    *,
    readers: Mapping[str, int],
    settings: Settings,
    now: datetime,
    memory: Memory,
) -> Proof:
    """Return the proof of an issue as it stands; `readers` counts by edition."""
    mailing_list = session.get_one(MailingList, issue.list_id)
    all_editions = _editions(session, issue, mailing_list, readers)
    found = read_items(session, issue, folder=settings.media_dir)
    tried = trials.find(session, {link.url for link in links_of(found)})
    leaving = [each.language for each in all_editions if each.leaves]
    return Proof(
        issue_id=issue.id or 0,
        list_id=issue.list_id,
        all_editions=all_editions,
        items=found,
        mails=mails.read(
            session, issue, leaving, settings=settings, now=now, memory=memory
        ),
        leaves_at=max(issue.send_at or now, now),
        zone=ZoneInfo(issue.timezone),
        base_url=settings.base_url,
        allow=tuple(settings.fetch_allow),
        trials=tuple(tried.items()),
        relay_fault=_relay_fault(session, mailing_list, settings),
        domain_fault=sender.fault(
            session, mailing_list, settings, zone=ZoneInfo(issue.timezone), now=now
        ),
        readers=sum(readers.values()),
    )


def read_items(
    session: Session, issue: Issue, *, folder: Path
) -> tuple[ItemProof, ...]:
    """Return the items of an issue with the words that some edition shows."""
    matrix = editions.coverage(session, issue)
    ids = [row.item.id or 0 for row in matrix.rows]
    texts = items.find_texts(session, ids)
    asset_ids = [row.item.asset_id for row in matrix.rows if row.item.asset_id]
    assets = {
        asset.id: asset
        for asset in session.exec(select(Asset).where(col(Asset.id).in_(asset_ids)))
    }
    zone = ZoneInfo(issue.timezone)
    firsts = {
        next((row.item.id for row in matrix.rows if row.cell(tag).shows), None)
        for tag in matrix.languages
    }
    return tuple(
        _item(
            row,
            texts[row.item.id or 0],
            assets.get(row.item.asset_id),
            _Frame(zone, folder, leads=row.item.id in firsts),
        )
        for row in matrix.rows
    )


@dataclass(frozen=True)
class _Frame:
    """What an item is read in."""

    zone: ZoneInfo
    folder: Path
    leads: bool


def _item(
    row: editions.Row,
    texts: Mapping[str, ItemText],
    asset: Asset | None,
    frame: _Frame,
) -> ItemProof:
    item = row.item
    cells = tuple(Shown(cell.language, cell.state, cell.shows) for cell in row.cells)
    shown = {cell.words_in for cell in cells}
    # The source first: the others are compared with it.
    tags = sorted((tag for tag in texts if tag in shown), key=item.language.__ne__)
    place = Place(Kind.ITEM, item.id or 0, "", row.title)
    return ItemProof(
        id=item.id or 0,
        type=item.type.value,
        language=item.language,
        title=row.title,
        url=item.url,
        video_url=item.video_url,
        cells=cells,
        texts=tuple(_text(texts[tag], place) for tag in tags),
        untitled=tuple(tag for tag, text in texts.items() if _is_untitled(text)),
        documents=tuple(_documents(item)),
        picture=_picture(asset, frame.folder) if asset else None,
        meeting=_meeting(item, frame.zone),
        published_at=item.published_at,
        leads=frame.leads and item.type is ItemType.STORY,
    )


def _text(text: ItemText, place: Place) -> Text:
    passages: list[Passage] = []
    anchors: tuple[prose.Anchor, ...] = ()
    for field in _WORDS:
        said = getattr(text, field)
        if not said.strip():
            continue
        words = prose.plain(said)
        if field == "body":
            words, anchors = prose.read(said)
        passages.append(
            Passage(
                words, text.language, Place(place.kind, place.id, field, place.title)
            )
        )
    return Text(
        language=text.language,
        title=text.title,
        passages=tuple(passages),
        anchors=anchors,
        alt=text.alt.strip(),
        url=text.url,
        bare=not (text.summary.strip() or text.body.strip()),
    )


def _is_untitled(text: ItemText) -> bool:
    return not text.title.strip() and bool(text.summary.strip() or text.body.strip())


def _documents(item: Item) -> list[tuple[str, str]]:
    return [
        (str(each.get("url", "")), next(iter(each.get("titles", {}).values()), ""))
        for each in item.documents
    ]


def _picture(asset: Asset, folder: Path) -> PictureFacts:
    path = media.path_of(asset, folder=folder)
    try:
        size, there = path.stat().st_size, True
    except OSError:
        size, there = asset.size, False
    origin = Path(unquote(urlsplit(asset.origin).path)).name.lower()
    names = {name for name in (origin, path.name) if name}
    stems = {name.rpartition(".")[0] for name in names}
    return PictureFacts(asset.width, size, there, tuple(sorted(names | stems)))


def _meeting(item: Item, zone: ZoneInfo) -> Meeting | None:
    if item.type is not ItemType.EVENT or item.starts_at is None:
        return None
    return Meeting(
        starts_at=item.starts_at,
        ends_at=item.ends_at,
        reply_by_at=item.reply_by_at,
        all_day=item.all_day,
        zone=ZoneInfo(item.timezone) if item.timezone else zone,
    )


def _editions(
    session: Session,
    issue: Issue,
    mailing_list: MailingList,
    readers: Mapping[str, int],
) -> tuple[EditionProof, ...]:
    before = _last_subjects(session, issue)
    return tuple(
        EditionProof(
            id=edition.id or 0,
            language=edition.language,
            subject=edition.subject,
            preheader=edition.preheader,
            intro=Passage(
                prose.plain(edition.intro),
                edition.language,
                Place(Kind.EDITION, edition.id or 0, "intro"),
            ),
            readers=readers.get(edition.language, 0),
            last_subject=before.get(edition.language, ""),
            legal=safe.clean(mailing_list.legal_in(edition.language)).strip(),
        )
        for edition in editions.editions_of(session, issue)
    )


def _last_subjects(session: Session, issue: Issue) -> dict[str, str]:
    """Return the subjects of the last issue that left before this one."""
    left = (IssueState.SENT, IssueState.SENDING, IssueState.PAUSED)
    query = (
        select(Issue.id)
        .where(
            Issue.list_id == issue.list_id,
            Issue.id != issue.id,
            col(Issue.state).in_(left),
            col(Issue.started_at).is_not(None),
        )
        .order_by(col(Issue.started_at).desc())
        .limit(1)
    )
    last = session.exec(query).first()
    rows = session.exec(select(Edition).where(Edition.issue_id == last))
    return {row.language: row.subject for row in rows}


def _relay_fault(
    session: Session, mailing_list: MailingList, settings: Settings
) -> Sentence | None:
    try:
        relays.of_list(session, settings, mailing_list)
    except RelayNotFound as error:
        return gettext("No mail server: {reason}", reason=error.said)
    return None
