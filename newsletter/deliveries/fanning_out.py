"""Create the ledger of an issue: one row per mailable reader, language resolved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    String,
    case,
    cast,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlmodel import Session

from newsletter.editions.coverage import resolve_language
from newsletter.models import Delivery, DeliveryState, Issue, IssueState
from subscribers import segments
from subscribers.columns import table_of
from subscribers.models import MailingList, Segment, Subscriber

DELIVERY = table_of(Delivery).c
ISSUE = table_of(Issue).c
PERSON = table_of(Subscriber).c


# Rows per transaction: short enough that an unsubscribe is never stuck behind it.
CHUNK = 5_000
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


def fan_out(
    session: Session, issue: Issue, *, languages: Sequence[str], now: datetime
) -> bool:
    """Add one chunk of rows; True when the list is complete and sending may begin.

    Call it in a transaction of its own until it says True. It may be interrupted
    anywhere and repeated: rows that exist are not added twice, and the transaction
    that finds none left sets the total, after which it never runs again.
    """
    people = _next_people(session, issue, now)
    spoken = _spoken(session, people, issue, languages)
    chunk = _chunk(people, issue, spoken, now)
    added = session.execute(
        insert(table_of(Delivery)).from_select(_COLUMNS, chunk),
        # SQLAlchemy forgets the count of an INSERT unless it is told to keep it.
        execution_options={"preserve_rowcount": True},
    )
    assert isinstance(added, CursorResult)  # noqa: S101  # an INSERT always is one
    if added.rowcount:
        return False
    _complete(session, issue, now)
    return True


def languages_of(
    session: Session, issue: Issue, *, languages: Sequence[str], now: datetime
) -> dict[str, int]:
    """Count who would get which edition if the issue left now."""
    wanted = segments.spoken(
        session, issue.list_id, segment=_segment(session, issue), now=now
    )
    fallback = _default(session, issue, languages)
    counts: dict[str, int] = {}
    for (language, second), readers in wanted.items():
        edition = resolve_language(language, languages, second=second) or fallback
        counts[edition] = counts.get(edition, 0) + readers
    return counts


def _segment(session: Session, issue: Issue) -> Segment | None:
    return session.get(Segment, issue.segment_id) if issue.segment_id else None


def _default(session: Session, issue: Issue, languages: Sequence[str]) -> str:
    """Return the edition of readers in whose languages there is none."""
    mailing_list = session.get_one(MailingList, issue.list_id)
    return resolve_language(mailing_list.default_language, languages) or languages[0]


def _next_people(
    session: Session, issue: Issue, now: datetime
) -> Select[*tuple[Any, ...]]:
    """Return the next chunk of readers by id: those after the last one listed."""
    listed = select(func.coalesce(func.max(DELIVERY.subscriber_id), 0))
    last = session.scalar(listed.where(DELIVERY.issue_id == issue.id))
    people = segments.mailable(issue.list_id, segment=_segment(session, issue), now=now)
    return segments.window(people, after=last or 0, limit=CHUNK)


def _chunk(
    people: Select[*tuple[Any, ...]],
    issue: Issue,
    spoken: "_Spoken",
    now: datetime,
) -> Select[*tuple[Any, ...]]:
    # An erasure beside this waits, or is over: nobody is listed who is gone.
    listed = people.with_for_update(read=True, key_share=True, of=table_of(Subscriber))
    sub = listed.subquery()
    return select(
        literal(issue.id),
        sub.c.subscriber_id,
        sub.c.handle,
        spoken(sub.c.language, sub.c.second_language),
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


@dataclass(frozen=True)
class _Spoken:
    """Maps the languages of a reader to an edition's, inside a query."""

    first: dict[str, str]
    second: dict[str, str]
    default: str

    def __call__(
        self, language: ColumnElement[Any], second: ColumnElement[Any]
    ) -> ColumnElement[str]:
        whens = [(language == tag, edition) for tag, edition in self.first.items()]
        whens += [(second == tag, edition) for tag, edition in self.second.items()]
        return case(*whens, else_=self.default) if whens else literal(self.default)


def _spoken(
    session: Session,
    people: Select[*tuple[Any, ...]],
    issue: Issue,
    languages: Sequence[str],
) -> _Spoken:
    """Resolve every language that readers have, as `languages_of` resolves them."""
    sub = people.subquery()
    pairs = session.execute(select(sub.c.language, sub.c.second_language).distinct())
    found: tuple[dict[str, str], dict[str, str]] = {}, {}
    for pair in pairs:
        for tag, editions in zip(pair, found, strict=True):
            edition = resolve_language(tag, languages)
            if tag and edition:
                editions[tag] = edition
    return _Spoken(*found, _default(session, issue, languages))


def _complete(session: Session, issue: Issue, now: datetime) -> None:
    total = select(func.count()).where(DELIVERY.issue_id == issue.id)
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
