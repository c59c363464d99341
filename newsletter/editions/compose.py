"""Make the letter of one edition out of items, words and decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from newsletter import i18n, items, looks, media
from newsletter.editions.coverage import Coverage, Row, coverage
from newsletter.editions.words import editions_of, get_edition
from newsletter.issues.showing import is_listed
from newsletter.models import (
    Asset,
    AssetSize,
    Edition,
    Issue,
    Item,
    ItemText,
    ItemType,
    Visibility,
)
from newsletter.rendering.letter import (
    Block,
    Document,
    EventFacts,
    LanguageLink,
    Letter,
    Picture,
)
from newsletter.rendering.markers import Markers
from subscribers.models import MailingList


@dataclass(frozen=True)
class _Desk:
    """Everything the blocks of one edition are made from."""

    issue: Issue
    language: str
    base_url: str
    zone: ZoneInfo
    texts: Mapping[int, Mapping[str, ItemText]]
    assets: Mapping[int, Asset]
    sizes: Mapping[int, Sequence[AssetSize]]  # of the assets, the narrowest first


def compose(
    session: Session,
    issue: Issue,
    language: str,
    *,
    base_url: str,
    markers: Markers,
    dated_on: datetime,
) -> Letter:
    """Return the letter in `language`; the reader's own values are `markers`.

    Raises EditionNotFound.
    """
    edition = get_edition(session, issue, language)
    mailing_list = session.get_one(MailingList, issue.list_id)
    zone = ZoneInfo(issue.timezone)
    tag = edition.language
    return Letter(
        language=tag,
        subject=edition.subject,
        preheader=edition.preheader,
        intro=edition.intro,
        list_name=mailing_list.name_in(tag),
        list_url=f"{base_url}/{tag}/",
        sender_name=mailing_list.sender_name,
        legal=mailing_list.legal_in(tag),
        contact=mailing_list.reply_to or mailing_list.sender_address,
        number=issue.number,
        dated_on=dated_on.astimezone(zone),
        web_url=_web_url(issue, tag, base_url, markers),
        blocks=_blocks(session, issue, tag, base_url),
        languages=_languages(session, issue, markers),
        unsubscribe_url=markers.unsubscribe,
        preferences_url=markers.preferences,
        reader_address=markers.address,
        reader_since=markers.since,
        share_url=_share_url(issue, mailing_list, f"{base_url}/{tag}/{issue.slug}"),
        privacy_url=mailing_list.privacy_url,
        style=looks.style_of(session, mailing_list, base_url=base_url),
    )


def _web_url(issue: Issue, language: str, base_url: str, markers: Markers) -> str:
    """Return where the edition is read: everybody's page, or the reader's own link."""
    if issue.visibility is Visibility.PRIVATE:
        return markers.read_in(language)
    return f"{base_url}/{language}/{issue.slug}"


def _share_url(issue: Issue, mailing_list: MailingList, page: str) -> str:
    """Return the page that readers may pass on: only what everybody may find."""
    return page if is_listed(issue, mailing_list) else ""


def _languages(
    session: Session, issue: Issue, markers: Markers
) -> tuple[LanguageLink, ...]:
    return tuple(
        LanguageLink(edition.language, markers.read_in(edition.language))
        for edition in editions_of(session, issue)
        if goes_out(edition)
    )


def goes_out(edition: Edition) -> bool:
    """Whether this edition has what a mail needs; without a subject it stays home."""
    return bool(edition.subject.strip())


def _blocks(
    session: Session, issue: Issue, language: str, base_url: str
) -> tuple[Block, ...]:
    matrix = coverage(session, issue)
    desk = _desk(session, issue, matrix, language, base_url)
    blocks: list[Block] = []
    section = ""
    for row in matrix.rows:
        shown = row.cell(desk.language).shows
        if shown is None:
            continue
        fresh = row.section if row.section != section else ""
        section = row.section
        blocks.append(
            _block(desk, row, shown, section=fresh, anchor=f"i{len(blocks) + 1}")
        )
    return tuple(blocks)


def _desk(
    session: Session, issue: Issue, matrix: Coverage, language: str, base_url: str
) -> _Desk:
    asset_ids = [row.item.asset_id for row in matrix.rows if row.item.asset_id]
    assets = session.exec(select(Asset).where(col(Asset.id).in_(asset_ids)))
    return _Desk(
        issue,
        language,
        base_url,
        ZoneInfo(issue.timezone),
        items.find_texts(session, [row.item.id or 0 for row in matrix.rows]),
        {asset.id or 0: asset for asset in assets},
        media.narrow_sizes(session, asset_ids),
    )


def _block(desk: _Desk, row: Row, shown: str, *, section: str, anchor: str) -> Block:
    item = row.item
    text = desk.texts[item.id or 0][shown]
    picture = _picture(desk, item, text)
    return Block(
        type=item.type.value,
        anchor=anchor,
        language=desk.language
        if i18n.is_same_language(shown, desk.language)
        else shown,
        title=text.title,
        summary=text.summary,
        body_html=text.body,
        url=text.url or item.url,
        link_text=text.link_text,
        author=item.author,
        attribution=item.attribution,
        picture=picture,
        video_url=item.video_url,
        documents=_documents(desk, item, shown),
        event=_event(desk, item),
        section=_section_name(desk, section),
        lead=anchor == "i1" and item.type is ItemType.STORY and picture is not None,
    )


def _picture(desk: _Desk, item: Item, text: ItemText) -> Picture | None:
    asset = desk.assets.get(item.asset_id or 0)
    if asset is None:
        return None
    return Picture(
        url=desk.base_url + asset.path,
        width=asset.width,
        height=asset.height,
        alt=text.alt or text.caption,
        caption=text.caption,
        credit=item.credit,
        small=_small(desk, asset),
    )


def _small(desk: _Desk, asset: Asset) -> Picture | None:
    """Return the narrowest size: thumbs are 160 wide, and 320 is twice that."""
    found = next(iter(desk.sizes.get(asset.id or 0, ())), None)
    if found is None:
        return None
    return Picture(desk.base_url + found.path, found.width, found.height)


def _documents(desk: _Desk, item: Item, shown: str) -> tuple[Document, ...]:
    return tuple(
        Document(
            # A file of ours has the address that we have now.
            url=desk.base_url + document["file"]
            if "file" in document
            else document["url"],
            title=_title_in(document.get("titles", {}), shown, item.language),
            format=document.get("format", ""),
            size=document.get("size"),
            language=document.get("language", ""),
            pages=document.get("pages"),
        )
        for document in item.documents
    )


def _title_in(titles: Mapping[str, str], *languages: str) -> str:
    named = (titles.get(language) for language in languages)
    return next(
        (title for title in named if title), next(iter(titles.values()), "Document")
    )


def _event(desk: _Desk, item: Item) -> EventFacts | None:
    if item.type is not ItemType.EVENT or item.starts_at is None:
        return None
    return EventFacts(
        starts_at=item.starts_at,
        zone=ZoneInfo(item.timezone) if item.timezone else desk.zone,
        ends_at=item.ends_at,
        all_day=item.all_day,
        place=item.place,
        reply_by_at=item.reply_by_at,
        ics_url=f"{desk.base_url}/e/{item.id}.{desk.language}.ics" + _pass(desk.issue),
    )


def _pass(issue: Issue) -> str:
    """Return what opens the calendar files of a private issue; "" for the others.

    Anybody could guess the number of an item. The same for each of its readers, so
    it tells nothing of any of them.
    """
    return f"?of={issue.handle}" if issue.visibility is Visibility.PRIVATE else ""


def _section_name(desk: _Desk, name: str) -> str:
    if not name:
        return ""
    given = desk.issue.section_names.get(name, {}).get(desk.language)
    return given or i18n.section_name(name, desk.language)
