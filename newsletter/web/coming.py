"""The issue that news is collected for, beside the desk: what is in it so far."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from newsletter import i18n, issues, items
from newsletter.models import Issue, IssueItem, Item
from newsletter.web import news
from newsletter.web.sessions import Visitor
from subscribers import lists
from subscribers.errors import ListNotFound
from subscribers.models import MailingList

_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True)
class Entry:
    """An item in the next issue."""

    item_id: int
    title: str
    language: str


@dataclass(frozen=True)
class Part:
    """A section of it, "" for what stands before them all."""

    name: str  # as it is stored
    words: str  # as it is read
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Coming:
    """The next issue of somebody's list; `issue` is None before it begins."""

    mailing_list: MailingList
    lists: Sequence[MailingList]  # to choose from
    number: int
    issue: Issue | None
    parts: Sequence[Part] = ()
    total: int = 0
    minutes: int = 0


def list_of(session: Session, visitor: Visitor) -> MailingList | None:
    """Return the list somebody works on: the one they chose, else the default."""
    chosen = visitor.person.list_id
    found = session.get(MailingList, chosen) if chosen else None
    if found is not None:
        return found
    try:
        return lists.get(session)
    except ListNotFound:
        return next(iter(lists.every(session)), None)


def of(session: Session, visitor: Visitor) -> Coming | None:
    """Return what comes next for a visitor; None where there is no list at all."""
    mailing_list = list_of(session, visitor)
    if mailing_list is None:
        return None
    issue = issues.open_draft(session, mailing_list)
    every = lists.every(session)
    if issue is None:
        number = issues.next_number(session, mailing_list.id or 0)
        return Coming(mailing_list, every, number, None)
    return _filled(session, visitor, mailing_list, every, issue)


def _filled(
    session: Session,
    visitor: Visitor,
    mailing_list: MailingList,
    every: Sequence[MailingList],
    issue: Issue,
) -> Coming:
    rows = session.execute(
        select(IssueItem.section, Item)
        .join(Item, col(Item.id) == col(IssueItem.item_id))
        .where(col(IssueItem.issue_id) == issue.id)
        .order_by(col(IssueItem.position), col(IssueItem.id))
    ).all()
    texts = items.find_texts(session, [item.id or 0 for _, item in rows])
    spoken: list[str] = []
    parts: dict[str, list[Entry]] = {
        name: [] for name in issues.sections_of(session, issue)
    }
    for section, item in rows:
        text = news.best(item, texts[item.id or 0], visitor.language)
        title = text.title if text else news.address(item.url)
        entry = Entry(item.id or 0, title, text.language if text else "")
        parts.setdefault(section, []).append(entry)
        if text:
            spoken.append(f"{text.title} {text.summary} {_TAG.sub(' ', text.body)}")
    return Coming(
        mailing_list,
        every,
        issue.number,
        issue,
        [
            Part(name, i18n.section_name(name, visitor.language), entries)
            for name, entries in parts.items()
            if name or entries
        ],
        total=len(rows),
        minutes=i18n.minutes(" ".join(spoken)) if spoken else 0,
    )
