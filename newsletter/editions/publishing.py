"""What an edition keeps for the web: its article, words to be found by, card, facts."""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from newsletter import cards, i18n
from newsletter.models import Asset, AssetSize, Edition
from newsletter.rendering import Letter, Rendered, safe
from newsletter.rendering.letter import Block

logger = logging.getLogger(__name__)

# Letters an organisation could send in its life, and then some; a bound all the same.
_SEARCHED = 200_000  # characters of an edition that can be found
_TAG = re.compile(r"<[^<>]*>")
# Parts of templates/email/article.html that say nothing of their own.
_HEAD = re.compile(
    r'<header class="letter-head">.*?</header>|<nav class="letter-contents".*?</nav>',
    re.DOTALL,
)
_LINKS = re.compile(r'<p class="letter-links">.*?</p>', re.DOTALL)
_PICTURE = re.compile(r'<img src="([^"]+/media/([0-9a-f]{16,64})\.[a-z]{3,4})"')
# Frozen by a version that did not search: any other holds a line end at least.
_UNFOUND = (Edition.searchable == "", col(Edition.frozen_at).is_not(None))
# How wide the page shows a picture at most, and that it fills a phone.
_SIZES = "(max-width: 640px) 100vw, 720px"


@dataclass(frozen=True)
class Published:
    """An edition as the archive shows and finds it; nothing in it is one reader's."""

    article: str
    searchable: str
    card: str
    facts: list[dict[str, Any]]


def publish(
    session: Session, letter: Letter, rendered: Rendered, *, accent: str, folder: Path
) -> Published:
    """Return the web form of a letter; its card is written into the store at once."""
    return Published(
        article=_with_sizes(session, rendered.web),
        searchable=searchable(letter.subject, rendered.web),
        card=draw_card(
            cards.Card(
                safe.words(letter.subject, letter.language),
                letter.list_name,
                letter.language,
                accent,
            ),
            folder=folder,
        ),
        facts=[_event(block) for block in letter.blocks if block.event],
    )


def apply(edition: Edition, published: Published) -> None:
    """Write the web form into its row."""
    edition.web, edition.card = published.article, published.card
    edition.searchable, edition.facts = published.searchable, published.facts


def searchable(subject: str, article: str) -> str:
    """Return the folded words of an edition, those of its subject on the first line."""
    body = i18n.fold(words_of(article)[:_SEARCHED])
    return f"{i18n.fold(subject)}\n{body}"


def without_head(article: str) -> str:
    """Return an article without its title and contents, for where they are said."""
    return _HEAD.sub("", article)


def words_of(article: str) -> str:
    """Return what somebody wrote into an article: every < in it is a tag of ours."""
    body = _LINKS.sub(" ", without_head(article))
    return " ".join(unescape(_TAG.sub(" ", body)).split())


def draw_card(card: cards.Card, *, folder: Path) -> str:
    """Return the path of a letter's card; "" when it cannot be drawn or kept.

    A picture for shared links is never worth a letter that does not leave.
    """
    try:
        return cards.keep(cards.draw(card), folder=folder)
    except (OSError, ValueError):
        logger.exception("a card for shared links could not be made")
        return ""


def is_anything_missing(session: Session) -> bool:
    """Whether there are editions that search cannot find yet."""
    return session.exec(select(Edition.id).where(*_UNFOUND)).first() is not None


def fill_in(session: Session, *, folder: Path, limit: int) -> int:
    """Give editions frozen by an earlier version what search and shared links need.

    Returns how many there were, `limit` at most.
    """
    found = session.exec(select(Edition).where(*_UNFOUND).limit(limit)).all()
    for edition in found:
        edition.searchable = searchable(edition.subject, edition.web)
        name = edition.envelope.get("list_name", "")
        card = cards.Card(edition.subject, name, edition.language)
        edition.card = edition.card or draw_card(card, folder=folder)
    session.flush()
    return len(found)


def _with_sizes(session: Session, article: str) -> str:
    """Return the article with every size its pictures come in, for the browser to pick.

    Written here and not where it is laid out: mail programs know no srcset.
    """
    names = {found[1] for found in _PICTURE.findall(article)}
    query = (
        select(Asset, AssetSize)
        .join(AssetSize, col(AssetSize.asset_id) == col(Asset.id))
        .where(col(Asset.hash).in_(names))
        .order_by(col(Asset.id), col(AssetSize.width))
    )
    sizes: dict[str, list[AssetSize]] = {}
    whole: dict[str, Asset] = {}
    for asset, size in session.exec(query):
        sizes.setdefault(asset.hash, []).append(size)
        whole[asset.hash] = asset

    def spelt_out(found: re.Match[str]) -> str:
        url, name = found[1], found[2]
        return found[0] + _srcset(url, whole.get(name), sizes.get(name, ()))

    return _PICTURE.sub(spelt_out, article)


def _srcset(url: str, asset: Asset | None, sizes: Sequence[AssetSize]) -> str:
    if asset is None:
        return ""
    house = url.rpartition("/media/")[0]
    every = [f"{house}{size.path} {size.width}w" for size in sizes]
    every.append(f"{url} {asset.width}w")
    return f' srcset="{", ".join(every)}" sizes="{_SIZES}"'


def _event(block: Block) -> dict[str, Any]:
    """Return what search engines are told of an event (schema.org/Event)."""
    facts = block.event
    assert facts is not None  # noqa: S101  # asked for by the caller
    start = facts.starts_at.astimezone(facts.zone)
    end = facts.ends_at.astimezone(facts.zone) if facts.ends_at else None
    ends = end if end and end > start else None
    told: Mapping[str, Any] = {
        "@type": "Event",
        "name": safe.words(block.title, block.language),
        "startDate": (start.date() if facts.all_day else start).isoformat(),
        "endDate": (ends.date() if facts.all_day else ends).isoformat()
        if ends
        else None,
        "location": {"@type": "Place", "name": facts.place, "address": facts.place}
        if facts.place
        else None,
        "description": block.summary,
        "url": safe.link(block.url),
        "image": block.picture.url if block.picture else None,
        "inLanguage": block.language,
        "eventStatus": "https://schema.org/EventScheduled",
    }
    return {name: value for name, value in told.items() if value}
