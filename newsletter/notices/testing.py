"""Tests of an issue: one letter per language to colleagues, and to nobody's count."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from newsletter import db, editions, issues
from newsletter.config import Settings
from newsletter.editions.compose import goes_out
from newsletter.errors import BadTest
from newsletter.i18n import N_
from newsletter.models import DeliveryState, Issue, Notice, NoticeKind
from newsletter.notices import outbox
from newsletter.smtp import Outcome
from subscribers import addresses, suppressions
from subscribers.addresses import Address

_MOST_ADDRESSES = 10
# Mails about one issue in an hour: a form that mails anybody anything is a relay.
_MOST_MAILS = 100
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Tests:
    """What will be sent, and the languages of which there is nothing to send."""

    notices: tuple[Notice, ...]
    left_out: tuple[str, ...]  # languages whose edition has no subject yet


def queue(
    session: Session,
    issue: Issue,
    typed: Sequence[str],
    settings: Settings,
    *,
    languages: Sequence[str] = (),
) -> Tests:
    """Queue a letter per language to each address; the clock sends them.

    `languages` are those that are wanted; none means all. The issue need not be
    ready. Raises BadTest with a sentence, or InvalidAddress.
    """
    every = editions.editions_of(session, issue)
    wanted = _addresses(session, typed, settings)
    speaking = [
        edition.language
        for edition in every
        if goes_out(edition) and (not languages or edition.language in languages)
    ]
    silent = [edition.language for edition in every if not goes_out(edition)]
    if not speaking:
        raise BadTest(N_("No language has a subject yet: there is nothing to send."))
    now = db.now(session)
    _require_moderation(session, issue, len(wanted) * len(speaking), now)
    notices = [
        Notice(
            kind=NoticeKind.TEST,
            list_id=issue.list_id,
            issue_id=issue.id,
            email=address.email,
            language=language,
            due_at=now,
        )
        for address in wanted
        for language in speaking
    ]
    session.add_all(notices)
    session.flush()
    return Tests(tuple(notices), tuple(silent))


def send(
    engine: Engine,
    settings: Settings,
    issue_id: int,
    typed: Sequence[str],
    *,
    stop: threading.Event,
) -> tuple[Tests, list[Outcome]]:
    """Send the same from here, at once, and return what became of each letter.

    Those that a relay puts off are tried again by the clock, for an hour.
    """
    with db.writing(engine) as session:
        issue = issues.get_issue(session, issue_id)
        tests = queue(session, issue, typed, settings)
        outbox.take(session, tests.notices, now=db.now(session))
    return tests, outbox.deliver(engine, settings, tests.notices, stop=stop)


def recent(session: Session, issue: Issue, *, limit: int) -> list[Notice]:
    """Return the latest tests of an issue, the newest first."""
    query = select(Notice).where(
        Notice.issue_id == issue.id, Notice.kind == NoticeKind.TEST
    )
    return list(session.exec(query.order_by(col(Notice.id).desc()).limit(limit)))


def is_waiting(notice: Notice) -> bool:
    """Whether it will be sent within seconds, or is just leaving."""
    return notice.state in {DeliveryState.QUEUED, DeliveryState.SENDING}


def _addresses(
    session: Session, typed: Sequence[str], settings: Settings
) -> list[Address]:
    found = {address.key: address for address in map(addresses.normalise, typed)}
    if not found:
        raise BadTest(N_("Say to which address the test should go."))
    if len(found) > _MOST_ADDRESSES:
        raise BadTest(N_("A test goes to ten addresses at most."))
    for address in found.values():
        if suppressions.is_suppressed(session, settings.keys, address):
            raise BadTest(N_("This address must not be mailed: it is suppressed."))
    return list(found.values())


def _require_moderation(
    session: Session, issue: Issue, many: int, now: datetime
) -> None:
    query = select(func.count()).where(
        col(Notice.issue_id) == issue.id,
        col(Notice.kind) == NoticeKind.TEST,
        col(Notice.created_at) > now - _HOUR,
    )
    if session.exec(query).one() + many > _MOST_MAILS:
        raise BadTest(N_("That is a lot of tests. Please wait for an hour."))
