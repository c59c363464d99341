"""Which news a recurring issue takes: unused, new, in an order readers like."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, not_, or_
from sqlmodel import Session, col, select

from newsletter import editions, issues, items
from newsletter.models import Issue, IssueItem, Item, ItemState, ItemText, ItemType
from subscribers.models import MailingList, MissingPolicy

# What is more stays on the desk: nobody reads forty.
_MOST = 20
# News that reached the desk late may be this much older than the last issue.
_LATE = timedelta(days=14)
_DAY = timedelta(days=1)
_SECTIONS = {
    ItemType.EVENT: "Agenda",
    ItemType.VIDEO: "Videos",
    ItemType.DOCUMENTS: "Documents",
}


@dataclass(frozen=True)
class Collection:
    """What an issue would be made of."""

    items: tuple[Item, ...]  # the newest first
    sections: Mapping[str, Sequence[int]]  # "" for what stands before them all
    languages: tuple[str, ...]  # that go out
    left_out: Mapping[str, int]  # those that do not, and how many items have words
    more: int  # items that found no room
    texts: Mapping[int, Mapping[str, ItemText]]

    def title_of(self, item: Item, language: str) -> str:
        """Return an item's title as somebody who speaks `language` reads it best."""
        texts = self.texts[item.id or 0]
        written = [tag for tag, text in texts.items() if text.title.strip()]
        tag = editions.resolve_language(language, written, second=item.language)
        shown = tag or next(iter(written), None)
        return texts[shown].title if shown else f"Item {item.id}"


def collect(
    session: Session,
    mailing_list: MailingList,
    *,
    last: Issue | None,
    since: datetime,
    moment: datetime,
    at_least: int,
) -> Collection:
    """Return what an issue that leaves at `moment` takes of the news after `since`.

    `last` is the issue whose sections it follows. A language that would get fewer
    than `at_least` items is left out.
    """
    found = _unused(session, mailing_list, since=since, moment=moment)
    taken = found[:_MOST]
    texts = items.find_texts(session, [item.id or 0 for item in taken])
    counts = {
        language: _shown(mailing_list, language, texts)
        for language in mailing_list.languages
    }
    return Collection(
        items=tuple(taken),
        sections=_sections(session, last, taken),
        languages=tuple(tag for tag, count in counts.items() if count >= at_least),
        left_out={tag: count for tag, count in counts.items() if count < at_least},
        more=len(found) - len(taken),
        texts=texts,
    )


def last_issue(
    session: Session, mailing_list: MailingList, series_id: int | None
) -> Issue | None:
    """Return the last issue of the series, or else the last one to the whole list."""
    ours = col(Issue.series_id) == series_id
    whole = and_(col(Issue.series_id).is_(None), col(Issue.segment_id).is_(None))
    query = (
        select(Issue)
        .where(Issue.list_id == mailing_list.id, not_(issues.was_discarded()))
        .order_by(col(Issue.id).desc())
        .limit(1)
    )
    return (
        session.exec(query.where(ours)).first()
        or session.exec(query.where(whole)).first()
    )


def _unused(
    session: Session, mailing_list: MailingList, *, since: datetime, moment: datetime
) -> Sequence[Item]:
    """Return the items this list has not had, the newest first."""
    published = func.coalesce(col(Item.published_at), col(Item.created_at))
    used = (
        select(IssueItem.item_id)
        .join(Issue, col(Issue.id) == col(IssueItem.issue_id))
        .where(Issue.list_id == mailing_list.id, not_(issues.was_discarded()))
    )
    late = and_(col(Item.created_at) > since, published > since - _LATE)
    query = (
        select(Item)
        .where(
            col(Item.state) != ItemState.ASIDE,
            col(Item.id).not_in(used),
            or_(published > since, late),
            not_(_is_over(moment)),
            _has_words(),
        )
        .order_by(published.desc(), col(Item.id))
    )
    return session.exec(query).all()


def _is_over(moment: datetime) -> ColumnElement[bool]:
    """Whether an event has been when the issue arrives.

    One of whole days is kept by the midnight its last day begins at.
    """
    ends = func.coalesce(col(Item.ends_at), col(Item.starts_at))
    ended = case((col(Item.all_day), ends < moment - _DAY), else_=ends < moment)
    over = and_(col(Item.type) == ItemType.EVENT, ended)
    # An event without a date is not over: NULL would hide it.
    return func.coalesce(over, False)


def _has_words() -> ColumnElement[bool]:
    return (
        select(ItemText.id)
        .where(col(ItemText.item_id) == col(Item.id), col(ItemText.title) != "")
        .exists()
    )


def _shown(
    mailing_list: MailingList,
    language: str,
    texts: Mapping[int, Mapping[str, ItemText]],
) -> int:
    """Count the items readers of a language would get."""
    if mailing_list.missing is MissingPolicy.SHOW:
        return len(texts)
    written = (
        [tag for tag, t in each.items() if t.title.strip()] for each in texts.values()
    )
    return sum(bool(editions.resolve_language(language, tags)) for tags in written)


def _sections(
    session: Session, last: Issue | None, taken: Sequence[Item]
) -> dict[str, list[int]]:
    """Sort items by type into the sections of the last issue, in its order.

    Events stand in the order in which they happen.
    """
    before = _habits(session, last) if last else {}
    placed: dict[str, list[Item]] = {"": [], **{name: [] for name in before.values()}}
    for item in taken:
        name = before.get(item.type, _SECTIONS.get(item.type, ""))
        placed.setdefault(name, []).append(item)
    return {
        name: [item.id or 0 for item in _by_date(found)]
        for name, found in placed.items()
        if found
    }


def _by_date(found: Sequence[Item]) -> Sequence[Item]:
    if all(item.type is ItemType.EVENT and item.starts_at for item in found):
        return sorted(found, key=lambda item: item.starts_at or item.created_at)
    return found


def _habits(session: Session, last: Issue) -> dict[ItemType, str]:
    """Return in which section an issue had most of each type, in its own order."""
    rows = session.exec(
        select(Item.type, IssueItem.section)
        .join(IssueItem, col(IssueItem.item_id) == col(Item.id))
        .where(IssueItem.issue_id == last.id)
        .order_by(col(IssueItem.position))
    )
    seen: dict[ItemType, Counter[str]] = {}
    for kind, section in rows:
        seen.setdefault(ItemType(kind), Counter())[section] += 1
    return {kind: counts.most_common(1)[0][0] for kind, counts in seen.items()}
