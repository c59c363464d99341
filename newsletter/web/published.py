"""Which letters may be read on the web: what has been frozen and has begun to leave."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy.orm import InstrumentedAttribute, defer
from sqlmodel import Session, col, select

from newsletter.models import Edition, Issue, IssueState
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
_HTML, _TEXT, _WEB = (
    cast("InstrumentedAttribute[str]", col(part))
    for part in (Edition.html, Edition.text, Edition.web)
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
    def day(self) -> date:
        """The day it left, where its staff live."""
        moment = self.issue.started_at or self.issue.created_at
        return moment.astimezone(ZoneInfo(self.issue.timezone)).date()

    def nearest(self, language: str) -> Edition:
        """Return the edition in this language, or in the one nearest to it."""
        return self.editions[negotiation.best((language,), self.languages)]

    def exactly(self, language: str) -> Edition | None:
        """Return the edition in this language, a region or two aside; None else."""
        tag = negotiation.match(language, self.languages)
        return self.editions[tag] if tag else None


def at_home(text: str, edition: Edition) -> str:
    """Return frozen HTML with the addresses of our own pages relative.

    A mail needs whole addresses; a page of ours must show its pictures when the
    house has moved since, or is known by another name on this machine.
    """
    base_url = edition.envelope.get("base_url")
    return text.replace(f'="{base_url}/', '="/') if base_url else text


def by_slug(session: Session, slug: str) -> Letter | None:
    """Return the letter with this address, None for a draft and for no issue."""
    issue = session.exec(select(Issue).where(Issue.slug == slug)).one_or_none()
    return _of(session, issue)


def by_handle(session: Session, handle: str) -> Letter | None:
    """Return the letter a reader's link names, None for a draft and for no issue."""
    issue = session.exec(select(Issue).where(Issue.handle == handle)).one_or_none()
    return _of(session, issue)


def listed(session: Session) -> list[Letter]:
    """Return the letters of the archive, the newest first.

    A letter that only some were meant to read, a segment or a private list, is not
    listed; whoever has its address can open it.
    """
    query = (
        select(Edition, Issue)
        .join(Issue, col(Issue.id) == col(Edition.issue_id))
        .join(MailingList, col(MailingList.id) == col(Issue.list_id))
        .where(
            col(MailingList.public),
            col(Issue.state).in_(_LISTED),
            col(Issue.segment_id).is_(None),
            col(Edition.frozen_at).is_not(None),
        )
        .order_by(col(Issue.started_at).desc(), col(Issue.id).desc(), col(Edition.id))
        .options(defer(_HTML), defer(_TEXT), defer(_WEB))
    )
    rows = session.exec(query).all()
    groups = groupby(rows, key=lambda row: row[1])
    return [Letter(issue, _by_language(e for e, _ in pair)) for issue, pair in groups]


def _of(session: Session, issue: Issue | None) -> Letter | None:
    if issue is None or issue.state not in LEFT:
        return None
    query = select(Edition).where(
        Edition.issue_id == issue.id, col(Edition.frozen_at).is_not(None)
    )
    frozen = session.exec(
        query.order_by(col(Edition.id)).options(defer(_HTML), defer(_TEXT))
    ).all()
    return Letter(issue, _by_language(frozen)) if frozen else None


def _by_language(editions: Iterable[Edition]) -> dict[str, Edition]:
    return {edition.language: edition for edition in editions}
