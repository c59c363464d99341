"""Approval: whether an issue needs it, has it, and still is what was approved."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from newsletter.errors import NotApproved
from newsletter.models import Decision, Edition, Issue, IssueItem, Item, ItemText
from subscribers.models import MailingList

# What of each row readers see, or what decides what they see.
_ISSUE = {"list_id", "segment_id", "missing", "section_names"}
_EDITION = {"language", "subject", "preheader", "intro"}
_PLACE = {"item_id", "section"}
_DECISION = {"issue_item_id", "language", "show"}
_ITEM = {
    "id",
    "type",
    "language",
    "url",
    "author",
    "asset_id",
    "credit",
    "attribution",
    "video_url",
    "starts_at",
    "ends_at",
    "all_day",
    "place",
    "reply_by_at",
    "timezone",
    "documents",
}
_TEXT = {
    "item_id",
    "language",
    "title",
    "summary",
    "body",
    "caption",
    "alt",
    "link_text",
    "url",
}


def needs_approval(session: Session, issue: Issue) -> bool:
    """Whether it may only leave when somebody has approved it."""
    if issue.series_id is not None:
        return True
    return session.get_one(MailingList, issue.list_id).approval


def is_approved(session: Session, issue: Issue) -> bool:
    """Whether somebody approved it as it stands now."""
    approved = bool(issue.approved_hash)
    return approved and issue.approved_hash == digest(session, issue)


def waits_for_approval(session: Session, issue: Issue) -> bool:
    """Whether it cannot leave before somebody approves it."""
    return needs_approval(session, issue) and not is_approved(session, issue)


def require_approved(session: Session, issue: Issue) -> None:
    """Raise NotApproved where an approval is needed and not there, or outdated."""
    if not needs_approval(session, issue) or is_approved(session, issue):
        return
    if issue.approved_hash:
        raise NotApproved(
            "Issue {issue} has changed since it was approved. Look at it again, "
            "then: newsletter issues approve {issue}.",
            issue=str(issue.id),
        )
    raise NotApproved(
        "Issue {issue} waits for approval. Look at it, then: newsletter "
        "issues approve {issue}.",
        issue=str(issue.id),
    )


def digest(session: Session, issue: Issue) -> str:
    """Return the fingerprint of all that readers would see of it, and in what order.

    Words of an item in a language that neither the issue nor a decision asks for do
    not count, unless the item has no others.
    """
    session.flush()
    editions = session.exec(
        select(Edition).where(Edition.issue_id == issue.id).order_by(col(Edition.id))
    ).all()
    places = session.exec(
        select(IssueItem)
        .where(IssueItem.issue_id == issue.id)
        .order_by(col(IssueItem.position), col(IssueItem.id))
    ).all()
    decisions = session.exec(
        select(Decision)
        .where(col(Decision.issue_item_id).in_([place.id for place in places]))
        .order_by(col(Decision.issue_item_id), col(Decision.language))
    ).all()
    asked = {edition.language for edition in editions}
    asked |= {each.show for each in decisions if each.show}
    contents = [
        _facts([issue], _ISSUE),
        _facts(editions, _EDITION),
        _facts(places, _PLACE),
        _facts(decisions, _DECISION),
        *_news(session, [place.item_id for place in places], asked),
    ]
    text = json.dumps(contents, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _news(
    session: Session, ids: Sequence[int], asked: set[str]
) -> tuple[list[Any], list[Any]]:
    items = session.exec(
        select(Item).where(col(Item.id).in_(ids)).order_by(col(Item.id))
    ).all()
    found = session.exec(
        select(ItemText)
        .where(col(ItemText.item_id).in_(ids))
        .order_by(col(ItemText.item_id), col(ItemText.language))
    ).all()
    shown = {(item.id, _base(item.language)) for item in items}
    shown |= {(item.id, _base(language)) for item in items for language in asked}
    texts = [text for text in found if (text.item_id, _base(text.language)) in shown]
    worded = {text.item_id for text in texts}
    texts += [text for text in found if text.item_id not in worded]
    return _facts(items, _ITEM), _facts(texts, _TEXT)


def _facts(rows: Iterable[SQLModel], names: set[str]) -> list[dict[str, Any]]:
    return [row.model_dump(mode="json", include=names) for row in rows]


def _base(language: str) -> str:
    return language.partition("-")[0].casefold()
