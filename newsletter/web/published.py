"""Which letters may be read on the web: what has been frozen and has begun to leave."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy.orm import InstrumentedAttribute, defer
from sqlmodel import Session, and_, col, or_, select

from newsletter.models import Edition, Issue, IssueState, Visibility
from newsletter.web import negotiation
from subscribers.models import MailingList

LEFT = (
    IssueState.SENDING,
    IssueState.PAUSED,
    IssueState.SENT,
    IssueState.CANCELLED,  # some have it, and their links must work
)
_LISTED = (IssueState.SENDING, IssueState.SENT)
# Large columns, left in the database where they are not shown.
_HTML, _TEXT, _WEB, _SEARCHABLE = (
    cast("InstrumentedAttribute[str]", col(part))
    for part in (Edition.html, Edition.text, Edition.web, Edition.searchable)
)
# What everybody may find: see issues.is_listed.
LISTED = (
    col(MailingList.public),
    col(Issue.state).in_(_LISTED),
    col(Issue.segment_id).is_(None),
    Issue.visibility == Visibility.PUBLIC,
    col(Edition.frozen_at).is_not(None),
)


@dataclass(frozen=True)
class Letter:
    """An issue that has left, and the languages it can be read in."""

    issue: Issue
    editions: dict[str, Edition]

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages there are, in the order of the editions."""
        return tuple(self.editions)

    @property
    def left_at(self) -> datetime:
        """When it began to leave."""
        return self.issue.started_at or self.issue.created_at

    @property
    def changed_at(self) -> datetime:
        """When anything of it on the web was last changed."""
        corrected = (each.corrected_at for each in self.editions.values())
        return max([self.left_at, *filter(None, corrected)])

    @property
    def day(self) -> date:
        """The day it left, where its staff live."""
        return self.day_of(self.left_at)

    def day_of(self, moment: datetime) -> date:
        """Return the day of a moment where its staff live."""
        return moment.astimezone(ZoneInfo(self.issue.timezone)).date()

    def nearest(self, language: str) -> Edition:
        """Return the edition in this language, or in the one nearest to it."""
        return self.editions[negotiation.best((language,), self.languages)]

    def exactly(self, language: str) -> Edition | None:
        """Return the edition in this language, a region or two aside; None else."""
        tag = negotiation.match(language, self.languages)
        return self.editions[tag] if tag else None


def at_home(text: str, edition: Edition, *, base_url: str = "") -> str:
    """Return frozen HTML with the addresses of our own pages as they are today.

    A mail needs whole addresses; a page of ours must show its pictures when the
    house has moved since, or is known by another name on this machine. What others
    show, a feed reader say, needs today's `base_url`.
    """
    frozen = edition.envelope.get("base_url")
    if not frozen:
        return text
    return text.replace(f'="{frozen}/', f'="{base_url}/').replace(
        f", {frozen}/media/",
        f", {base_url}/media/",  # inside a srcset
    )


def facts_today(edition: Edition, *, base_url: str) -> list[dict[str, Any]]:
    """Return the frozen facts with the addresses of our own pages as they are today."""
    frozen = f"{edition.envelope.get('base_url')}/"

    def today(value: Any) -> Any:
        ours = isinstance(value, str) and value.startswith(frozen)
        return f"{base_url}/{value.removeprefix(frozen)}" if ours else value

    return [
        {name: today(value) for name, value in fact.items()} for fact in edition.facts
    ]


def by_slug(session: Session, slug: str) -> Letter | None:
    """Return the letter with this address, None for what strangers may not read."""
    if not slug.isprintable():  # a NUL, say, which PostgreSQL refuses to compare
        return None
    issue = session.exec(select(Issue).where(Issue.slug == slug)).one_or_none()
    if issue is None or issue.visibility is Visibility.PRIVATE:
        return None
    return _of(session, issue)


def by_handle(session: Session, handle: str) -> Letter | None:
    """Return the letter a reader's link names, None for a draft and for no issue."""
    issue = session.exec(select(Issue).where(Issue.handle == handle)).one_or_none()
    return _of(session, issue)


def listed(session: Session, mailing_list: MailingList | None = None) -> list[Letter]:
    """Return the letters of the archive, or of one list, the newest first.

    A letter that only some were meant to read, a segment or a private list, is not
    listed; whoever has its address can open it.
    """
    query = (
        select(Edition, Issue)
        .join(Issue, col(Issue.id) == col(Edition.issue_id))
        .join(MailingList, col(MailingList.id) == col(Issue.list_id))
        .where(*LISTED)
        .order_by(col(Issue.started_at).desc(), col(Issue.id).desc(), col(Edition.id))
        .options(defer(_HTML), defer(_TEXT), defer(_WEB), defer(_SEARCHABLE))
    )
    if mailing_list is not None:
        query = query.where(Issue.list_id == mailing_list.id)
    rows = session.exec(query).all()
    groups = groupby(rows, key=lambda row: row[1])
    return [Letter(issue, _by_language(e for e, _ in pair)) for issue, pair in groups]


@dataclass(frozen=True)
class Neighbours:
    """The letters of the same list that left just before and just after."""

    before: Letter | None
    after: Letter | None


def beside(session: Session, letter: Letter) -> Neighbours:
    """Return the listed letters next to a listed one."""
    moment, own = col(Issue.started_at), col(Issue.id)
    at, number = letter.issue.started_at, letter.issue.id
    query = (
        select(Issue)
        .join(MailingList, col(MailingList.id) == col(Issue.list_id))
        .join(Edition, col(Edition.issue_id) == col(Issue.id))
        .where(*LISTED, Issue.list_id == letter.issue.list_id)
    )
    earlier = query.where(or_(moment < at, and_(moment == at, own < number)))
    later = query.where(or_(moment > at, and_(moment == at, own > number)))
    before = session.exec(earlier.order_by(moment.desc(), own.desc()).limit(1)).first()
    after = session.exec(later.order_by(moment, own).limit(1)).first()
    return Neighbours(_of(session, before), _of(session, after))


def _of(session: Session, issue: Issue | None) -> Letter | None:
    if issue is None or issue.state not in LEFT:
        return None
    query = select(Edition).where(
        Edition.issue_id == issue.id, col(Edition.frozen_at).is_not(None)
    )
    frozen = session.exec(
        query.order_by(col(Edition.id)).options(
            defer(_HTML), defer(_TEXT), defer(_SEARCHABLE)
        )
    ).all()
    return Letter(issue, _by_language(frozen)) if frozen else None


def _by_language(editions: Iterable[Edition]) -> dict[str, Edition]:
    return {edition.language: edition for edition in editions}
