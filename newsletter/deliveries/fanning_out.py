"""Create the ledger of an issue: one row per mailable reader, language resolved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    case,
    cast,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlmodel import Session

from newsletter import i18n
from newsletter.editions.coverage import instead_of, resolve_language
from newsletter.ledger import being
from newsletter.models import Delivery, DeliveryState, Edition, Issue, IssueState
from subscribers import segments
from subscribers.columns import table_of
from subscribers.models import MailingList, Segment, Subscriber, Subscription

DELIVERY = table_of(Delivery).c
EDITION = table_of(Edition).c
ISSUE = table_of(Issue).c
STANDING = table_of(Subscription).c

# Keys per transaction: short enough that an unsubscribe is never stuck behind it.
CHUNK = 4_000
_COLUMNS = (
    "issue_id",
    "subscriber_id",
    "handle",
    "language",
    "address",
    "address_hash",
    "name",
    "since_on",
    "state",
    "attempt",
    "unknowns",
    "reply",
    "reason",
    "updated_at",
)


def unlisted(session: Session, issue: Issue) -> list[int]:
    """Return the chunks of the list's readers that have no row of this issue yet.

    A chunk is a range of keys, the same whoever asks, and one transaction adds all of
    it: so one row shows that it is done, in whatever order others add theirs.
    """
    readers = select(_chunk_of(STANDING.subscriber_id)).where(
        STANDING.list_id == issue.list_id
    )
    listed = select(_chunk_of(DELIVERY.subscriber_id)).where(
        DELIVERY.issue_id == issue.id, DELIVERY.subscriber_id.is_not(None)
    )
    left = set(session.scalars(readers.distinct()))
    return sorted(left.difference(session.scalars(listed.distinct())))


def fan_out(
    session: Session,
    issue: Issue,
    chunk: int,
    *,
    languages: Sequence[str],
    now: datetime,
) -> None:
    """Add one chunk that is `unlisted`, in a transaction of its own.

    Several may be added side by side. Once all are, `close_list` lets sending begin.
    """
    readers = _readers(session, issue, chunk, now)
    rows = _rows(readers, issue, _offer(session, issue, languages), now)
    session.execute(insert(table_of(Delivery)).from_select(_COLUMNS, rows))


def close_list(session: Session, issue: Issue, *, now: datetime) -> None:
    """Set the total and let sending begin, after which nobody is added any more."""
    total = select(func.count()).where(DELIVERY.issue_id == issue.id)
    # Nothing has been tried yet: every row is queued, in an index by language.
    rows = session.execute(
        select(DELIVERY.language, func.count())
        .where(DELIVERY.issue_id == issue.id, being(DeliveryState.QUEUED))
        .group_by(DELIVERY.language)
    ).all()
    readers = dict(rows)
    for edition_id, language in session.execute(
        select(EDITION.id, EDITION.language).where(EDITION.issue_id == issue.id)
    ).all():
        counted = update(table_of(Edition)).where(EDITION.id == edition_id)
        session.execute(counted.values(readers=readers.get(language, 0)))
    session.execute(
        update(table_of(Issue))
        .where(ISSUE.id == issue.id, ISSUE.state == IssueState.STARTING)
        .values(
            state=IssueState.SENDING,
            total=total.scalar_subquery(),
            lease_by="",
            lease_until=None,
            updated_at=now,
        )
    )


def languages_of(
    session: Session, issue: Issue, *, languages: Sequence[str], now: datetime
) -> dict[str, int]:
    """Count who would get which edition if the issue left now."""
    wanted = segments.spoken(
        session, issue.list_id, segment=_segment(session, issue), now=now
    )
    offer = _offer(session, issue, languages)
    counts: dict[str, int] = {}
    for (language, second), readers in wanted.items():
        edition = offer.edition_for(language, second)
        counts[edition] = counts.get(edition, 0) + readers
    return counts


def _segment(session: Session, issue: Issue) -> Segment | None:
    return session.get(Segment, issue.segment_id) if issue.segment_id else None


@dataclass(frozen=True)
class _Offer:
    """The editions there are, and what stands in for those there are not."""

    languages: Sequence[str]
    instead: Mapping[str, str]  # language without edition → the one its readers get
    default: str

    def edition_for(self, language: str | None, second: str | None) -> str:
        spoken = resolve_language(language, self.languages, second=second)
        return (
            spoken or self._instead(language) or self._instead(second) or self.default
        )

    def _instead(self, language: str | None) -> str | None:
        key = resolve_language(language, list(self.instead))
        return self.instead[key] if key else None


def _offer(session: Session, issue: Issue, languages: Sequence[str]) -> _Offer:
    mailing_list = session.get_one(MailingList, issue.list_id)
    preferred = mailing_list.fallbacks
    found = {
        language: resolve_language(
            None, languages, others=instead_of(language, preferred)
        )
        for language in preferred
    }
    return _Offer(
        languages,
        {language: edition for language, edition in found.items() if edition},
        resolve_language(mailing_list.default_language, languages) or languages[0],
    )


def _chunk_of(key: ColumnElement[int]) -> ColumnElement[int]:
    return (key - 1) // CHUNK


def _readers(
    session: Session, issue: Issue, chunk: int, now: datetime
) -> Select[*tuple[Any, ...]]:
    people = segments.mailable(issue.list_id, segment=_segment(session, issue), now=now)
    first = chunk * CHUNK + 1
    return segments.between(people, first, first + CHUNK - 1)


def _rows(
    readers: Select[*tuple[Any, ...]],
    issue: Issue,
    offer: _Offer,
    now: datetime,
) -> Select[*tuple[Any, ...]]:
    # An erasure beside this waits, or is over: nobody is listed who is gone.
    held = readers.with_for_update(read=True, key_share=True, of=table_of(Subscriber))
    sub = held.subquery()
    edition = _edition((sub.c.language, sub.c.second_language), offer)
    rows = select(
        literal(issue.id),
        sub.c.subscriber_id,
        sub.c.handle,
        edition,
        sub.c.email,
        sub.c.email_hash,
        sub.c.name,
        # The day alone, in ISO form, on either database.
        func.substr(cast(sub.c.confirmed_at, String), 1, 10),
        literal(DeliveryState.QUEUED.value),
        literal(0),
        literal(0),
        literal(""),
        literal(""),
        literal(now, type_=DELIVERY.updated_at.type),
    )
    # Rows that are claimed together lie together: each page is written less often.
    return rows.order_by(edition, sub.c.subscriber_id)


def _edition(spoken: Sequence[ColumnElement[Any]], offer: _Offer) -> ColumnElement[str]:
    """Say what `edition_for` says inside a query, about a reader's languages."""
    own = {edition: edition for edition in offer.languages}
    whens: list[tuple[ColumnElement[bool], str]] = []
    for given in (own, offer.instead):
        for language in spoken:
            tag = func.lower(func.replace(language, "_", "-"))
            whens += [(tag == key.casefold(), given[key]) for key in given]
            whens += [(_same_base(tag, key), given[key]) for key in given]
    return case(*whens, else_=offer.default)


def _same_base(tag: ColumnElement[Any], edition: str) -> ColumnElement[bool]:
    base = i18n.base(edition)
    return or_(tag == base, tag.startswith(f"{base}-", autoescape=True))
