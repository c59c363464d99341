"""Decide which notices there are: what was asked is answered, what happened is said."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from newsletter import i18n, staff
from newsletter.models import Guest, Issue, Notice, NoticeKind, Role, Staff
from newsletter.notices.compose import message_id
from subscribers import signup
from subscribers.models import MailingList, Request, Subscriber, Subscription
from subscribers.signup import Answer, Reply
from subscribers.tokens import KeyRing

_EDITORS = (Role.ADMIN, Role.EDITOR)
# Whoever takes back a click within this time is not told about it.
_SECOND_THOUGHTS = timedelta(minutes=1)


def answer_requests(
    session: Session, keys: KeyRing, *, now: datetime, limit: int
) -> int:
    """Decide about waiting requests and queue their mails; return how many waited."""
    answers = signup.answer_due(session, keys, now=now, limit=limit)
    for answer in answers:
        if answer.reply is not Reply.NOTHING:
            _queue_answer(session, answer, now)
    return len(answers)


def welcome(
    session: Session, subscriber: Subscriber, request: Request, *, now: datetime
) -> None:
    """Queue the mail that tells a new reader what they have, and their rights."""
    for list_id in request.list_ids[:1]:
        if session.get(MailingList, list_id) is None:
            continue
        session.add(
            Notice(
                kind=NoticeKind.WELCOME,
                list_id=list_id,
                request_id=request.id,
                subscriber_id=subscriber.id,
                email=subscriber.email,
                language=request.language,
                due_at=now,
            )
        )


def tell_left(session: Session, handle: str, *, language: str, now: datetime) -> None:
    """Queue the mail that tells somebody they have left, where the list wants it.

    It waits a minute, and is not sent to whoever has come back by then.
    """
    found = session.exec(
        select(Subscription, Subscriber, MailingList)
        .join(Subscriber, col(Subscriber.id) == col(Subscription.subscriber_id))
        .join(MailingList, col(MailingList.id) == col(Subscription.list_id))
        .where(col(Subscription.handle) == handle)
    ).first()
    if found is None or not found[2].acknowledge:
        return
    subscription, subscriber, _ = found
    session.add(
        Notice(
            kind=NoticeKind.LEFT,
            list_id=subscription.list_id,
            subscriber_id=subscriber.id,
            email=subscriber.email,
            language=language,
            due_at=now + _SECOND_THOUGHTS,
        )
    )


def tell_editors(
    session: Session,
    mailing_list: MailingList,
    *,
    facts: Callable[[str], Mapping[str, Any]],
    issue: Issue | None,
    now: datetime,
) -> None:
    """Queue a mail about a draft to whoever may approve it, each in their language.

    `facts` returns what is told, in a language; see `drafts`.
    """
    for person in staff.every(session):
        if person.role not in _EDITORS:
            continue
        language = _spoken_by(person, mailing_list)
        session.add(
            Notice(
                kind=NoticeKind.DRAFT,
                list_id=mailing_list.id or 0,
                issue_id=issue.id if issue else None,
                facts=dict(facts(language)),
                email=person.email,
                language=language,
                due_at=now,
            )
        )


def tell_one(
    session: Session,
    person: Staff,
    issue: Issue,
    *,
    facts: Mapping[str, Any],
    now: datetime,
) -> None:
    """Queue a mail to one of staff about a review they asked for; see `reviewed`."""
    mailing_list = session.get_one(MailingList, issue.list_id)
    session.add(
        Notice(
            kind=NoticeKind.REVIEW,
            list_id=issue.list_id,
            issue_id=issue.id,
            facts=dict(facts),
            email=person.email,
            language=_spoken_by(person, mailing_list),
            due_at=now,
        )
    )


def tell_translated(
    session: Session, guest: Guest, issue: Issue, *, now: datetime
) -> None:
    """Queue a mail to whoever made a guest's link: the guest says they are done."""
    person = session.get(Staff, guest.staff_id) if guest.staff_id else None
    if person is None or person.left_at is not None:
        return
    mailing_list = session.get_one(MailingList, issue.list_id)
    session.add(
        Notice(
            kind=NoticeKind.GUEST,
            list_id=issue.list_id,
            issue_id=issue.id,
            facts={
                "about": "translated",
                "who": guest.name,
                "tag": guest.language,
                "title": issue.title,
                "number": issue.number,
            },
            email=person.email,
            language=_spoken_by(person, mailing_list),
            due_at=now,
        )
    )


def _spoken_by(person: Staff, mailing_list: MailingList) -> str:
    """Return a language of ours: the person's first, else the list's, else English."""
    theirs = (person.language, *person.languages, mailing_list.default_language)
    for wanted in filter(None, theirs):
        if i18n.base(wanted) in i18n.catalogue_languages():
            return i18n.base(wanted)
    return "en"


def _queue_answer(session: Session, answer: Answer, now: datetime) -> None:
    request = answer.request
    mailing_list = _list_of(session, answer)
    if mailing_list is None or mailing_list.id is None:
        return
    notice = Notice(
        kind=NoticeKind(answer.reply.value),
        list_id=mailing_list.id,
        request_id=request.id,
        subscriber_id=answer.subscriber_id,
        email=answer.email,
        language=request.language,
        due_at=now,
    )
    request.message_id = message_id(notice, mailing_list)
    session.add_all([notice, request])


def _list_of(session: Session, answer: Answer) -> MailingList | None:
    """Return the list in whose name to write: that of the request, or of the reader."""
    theirs = select(Subscription.list_id).where(
        col(Subscription.subscriber_id) == answer.subscriber_id
    )
    ids = answer.request.list_ids or list(session.exec(theirs))
    query = select(MailingList).where(col(MailingList.id).in_(ids))
    return session.exec(query.order_by(col(MailingList.id))).first()
