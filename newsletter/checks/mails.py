"""Lay out the mail of each edition as it would leave, and look through its bytes."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from html import unescape
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from newsletter import editions, items
from newsletter.checks.memory import Memory
from newsletter.checks.proof import Mail
from newsletter.config import Settings
from newsletter.editions import Preview
from newsletter.errors import NewsletterError
from newsletter.messages import lint
from newsletter.models import Asset, Decision, Edition, Issue, IssueItem, Item, Look
from newsletter.rendering import safe
from subscribers.models import MailingList

_TAG = re.compile(r"<[^>]*>")
# What changes an edition's row without changing its mail.
_FROZEN = {"html", "text", "web", "searchable", "facts", "trial", "envelope", "card"}


def read(
    session: Session,
    issue: Issue,
    languages: Sequence[str],
    *,
    settings: Settings,
    now: datetime,
    memory: Memory,
) -> tuple[Mail, ...]:
    """Return the mails of these editions; what has not changed is not laid out again.

    Laying one out takes tens of milliseconds, which is most of what all checks take.
    """
    digest = _digest(session, issue, settings.base_url, now)
    return tuple(
        memory.recall(
            f"{digest}:{language}",
            lambda language=language: _mail(  # type: ignore[misc]  # bound at once
                session, issue, language, settings, now
            ),
        )
        for language in languages
    )


def _mail(
    session: Session, issue: Issue, language: str, settings: Settings, now: datetime
) -> Mail:
    try:
        shown = editions.preview(session, issue, language, settings, now=now)
    except NewsletterError as error:
        return Mail(language, failure=error.said)
    mailing_list = session.get_one(MailingList, issue.list_id)
    return Mail(
        language,
        size=len(shown.html.encode()),
        lost=tuple(_lost(shown, settings.base_url, mailing_list.legal_in(language))),
        broken=lint.broken(shown.message),
    )


def _lost(shown: Preview, base_url: str, legal: str) -> Iterator[str]:
    """Name what must stand in both parts and does not."""
    parts = {"html": unescape(shown.html), "text": shown.text}
    for name, part in parts.items():
        if f"{base_url}/u/" not in part:
            yield f"unsubscribe {name}"
        said = _letters(_TAG.sub("", part))
        if not all(_letters(line) in said for line in legal.splitlines()):
            yield f"legal {name}"


def _letters(text: str) -> str:
    """Return what typography and folding leave alone."""
    return "".join(filter(str.isalnum, safe.clean(text)))


def _digest(session: Session, issue: Issue, base_url: str, now: datetime) -> str:
    """Return a hash of everything the mails of an issue are made of.

    The day is part of it, since a letter is dated; the hour is not.
    """
    content = [base_url, now.date().isoformat(), *_rows(session, issue)]
    text = json.dumps(content, default=str, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _rows(session: Session, issue: Issue) -> Iterator[dict[str, Any]]:
    places = session.exec(
        select(IssueItem)
        .where(IssueItem.issue_id == issue.id)
        .order_by(col(IssueItem.position))
    ).all()
    ids = [place.item_id for place in places]
    yield from _dumped([issue, *places])
    yield session.get_one(MailingList, issue.list_id).model_dump()
    look = session.get(Look, issue.list_id)
    yield from _dumped([look] if look else [])
    for row in session.exec(select(Edition).where(Edition.issue_id == issue.id)):
        yield row.model_dump(exclude=_FROZEN)
    found = session.exec(select(Item).where(col(Item.id).in_(ids))).all()
    yield from _dumped(found)
    for texts in items.find_texts(session, ids).values():
        yield from _dumped(list(texts.values()))
    asset_ids = [item.asset_id for item in found if item.asset_id]
    if look and look.asset_id:
        asset_ids.append(look.asset_id)
    yield from _dumped(
        session.exec(select(Asset).where(col(Asset.id).in_(asset_ids))).all()
    )
    place_ids = [place.id for place in places]
    decided = select(Decision).where(col(Decision.issue_item_id).in_(place_ids))
    yield from _dumped(session.exec(decided).all())


def _dumped(rows: Sequence[SQLModel]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield row.model_dump()
