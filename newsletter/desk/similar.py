"""News that we may have had already: the same page, or nearly the same title."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy import not_
from sqlmodel import Session, col, select

from newsletter import i18n, issues
from newsletter.items import links, plain
from newsletter.models import Issue, IssueItem, Item, ItemText

_ISSUES = 6  # the last ones
# Words of a title that two must share, of all that either has, and at least.
_ALIKE = 0.6
_SHARED = 3
_SHORTEST = 3  # letters: articles and prepositions say nothing


@dataclass(frozen=True)
class Earlier:
    """What looks the same: an issue that had it, else another item on the desk."""

    item_id: int
    issue_id: int | None = None
    number: int | None = None
    same_page: bool = False


def find(
    session: Session,
    items: Sequence[Item],
    texts: Mapping[int, Mapping[str, ItemText]],
) -> dict[int, Earlier]:
    """Return {item id: what it may repeat} for those that may; it never stops anybody.

    The same page counts wherever it lies; a title only in the last issues.
    """
    found = _same_pages(session, items)
    titles = _titles_of_last_issues(session)
    for item in items:
        item_id = item.id or 0
        if item_id not in found:
            alike = _alike(item_id, texts.get(item_id, {}), titles)
            if alike is not None:
                found[item_id] = alike
    return found


def fill_in(session: Session, *, limit: int) -> int:
    """Let items of an earlier version be found by their page; return how many."""
    found = session.exec(
        select(Item)
        .where(col(Item.url).startswith("http"), Item.url_hash == "")
        .order_by(col(Item.id))
        .limit(limit)
    ).all()
    for item in found:
        # Not empty, whatever the address: or it would be looked at for ever.
        item.url_hash = links.fingerprint(item.url) or "-"
    return len(found)


def _same_pages(session: Session, items: Sequence[Item]) -> dict[int, Earlier]:
    hashes = {item.url_hash for item in items if item.url_hash}
    if not hashes:
        return {}
    rows = session.execute(
        select(Item.id, Item.url_hash, Issue.id, Issue.number)
        .join(IssueItem, col(IssueItem.item_id) == col(Item.id), isouter=True)
        .join(
            Issue,
            (col(Issue.id) == col(IssueItem.issue_id)) & not_(issues.was_discarded()),
            isouter=True,
        )
        .where(col(Item.url_hash).in_(hashes), col(Item.deleted_at).is_(None))
        .order_by(col(Issue.id).desc(), col(Item.id))
    ).all()
    found: dict[int, Earlier] = {}
    for item in items:
        others = [
            Earlier(item_id, issue_id, number, same_page=True)
            for item_id, address, issue_id, number in rows
            if address == item.url_hash and item_id != item.id
        ]
        # Of two on the desk only the later one repeats the other.
        told = [each for each in others if each.issue_id is not None]
        earlier = [each for each in others if each.item_id < (item.id or 0)]
        if told or earlier:
            found[item.id or 0] = (told or earlier)[0]
    return found


@dataclass(frozen=True)
class _Title:
    words: frozenset[str]
    earlier: Earlier


def _titles_of_last_issues(session: Session) -> dict[str, list[_Title]]:
    """Return {language: titles} of the last issues, the newest first."""
    last = session.execute(
        select(col(Issue.id), col(Issue.number))
        .where(not_(issues.was_discarded()))
        .order_by(col(Issue.id).desc())
        .limit(_ISSUES)
    )
    numbers = {row[0]: row[1] for row in last}
    rows = session.execute(
        sa.select(
            col(ItemText.language),
            col(ItemText.title),
            col(ItemText.item_id),
            col(IssueItem.issue_id),
        )
        .join(IssueItem, col(IssueItem.item_id) == col(ItemText.item_id))
        .where(col(IssueItem.issue_id).in_(numbers))
        .order_by(col(IssueItem.issue_id).desc())
    )
    found: dict[str, list[_Title]] = {}
    for language, title, item_id, issue_id in rows:
        told = Earlier(item_id, issue_id, numbers[issue_id])
        found.setdefault(i18n.base(language), []).append(_Title(_words(title), told))
    return found


def _alike(
    item_id: int,
    texts: Mapping[str, ItemText],
    titles: Mapping[str, Collection[_Title]],
) -> Earlier | None:
    for language, text in texts.items():
        words = _words(text.title)
        if len(words) < _SHARED:
            continue
        for other in titles.get(i18n.base(language), ()):
            if _is_near(words, other.words) and other.earlier.item_id != item_id:
                return other.earlier
    return None


def _is_near(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two titles share most of their words, or one holds the whole other."""
    shared = len(one & other)
    if shared < _SHARED:
        return False
    whole = shared == min(len(one), len(other)) and shared > _SHARED
    return whole or shared / len(one | other) >= _ALIKE


@lru_cache(maxsize=8_192)  # the same titles are compared at every look at the desk
def _words(title: str) -> frozenset[str]:
    folded = i18n.fold(plain.key(title))
    return frozenset(word for word in folded.split() if len(word) >= _SHORTEST)
