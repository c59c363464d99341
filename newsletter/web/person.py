"""One person for staff: what is known of them, what happened, what can be done."""

import json
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session, col, select

from newsletter import audit, db, i18n, rights
from newsletter.i18n import N_
from newsletter.models import Action, Issue, IssueState, Role
from newsletter.web import sessions, timeline
from newsletter.web.deps import Here, Reading, Site, Writing
from newsletter.web.failures import not_found
from newsletter.web.headcount import GROUPS
from newsletter.web.sessions import GenuineForm, Visitor
from subscribers import adding, directory, lists, people, suppressions
from subscribers.addresses import Address
from subscribers.directory import Group
from subscribers.models import (
    MailingList,
    Subscriber,
    Subscription,
    SubscriptionState,
    SuppressionReason,
)

router = APIRouter(dependencies=[Depends(sessions.same_site)])

SAID = {
    "saved": N_("Saved."),
    "asked": N_("A mail that asks them to confirm is on its way."),
    "left": N_("They are off the list, and get nothing more of it."),
    "stopped": N_("No mail goes to this address any more."),
    "lifted": N_("Mail may go to this address again."),
    "added": N_("They are on the list."),
}

Editor = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR))]


def found(session: Session, subscriber_id: int) -> Subscriber:
    """Return the person of this number, or end in the page for 404."""
    person = (
        session.get(Subscriber, subscriber_id) if 0 < subscriber_id < 2**31 else None
    )
    if person is None:
        raise not_found()
    return person


@router.get("/subscribers/{subscriber_id}")
def show(
    subscriber_id: int, visitor: Editor, here: Here, session: Reading, said: str = ""
) -> HTMLResponse:
    """Show one person."""
    person = found(session, subscriber_id)
    return page(here, visitor, session, person, said=said)


def page(
    here: Site,
    visitor: Visitor,
    session: Session,
    person: Subscriber,
    *,
    said: str = "",
    problem: str = "",
) -> HTMLResponse:
    """Return the page of a person; `problem` says what could not be done."""
    now = db.now(session)
    standings = people.standings(session, person)
    keys = here.settings.keys
    address = Address(person.email, person.email_key)
    shown = lists.get(session)
    _ = i18n.translator(visitor.language)
    return here.pages.answer(
        "staff/person.html",
        visitor.language,
        status=HTTPStatus.CONFLICT if problem else HTTPStatus.OK,
        visitor=visitor,
        person=person,
        title=_title(session, person, visitor.language),
        standings=standings,
        states=GROUPS,
        group=_group,
        now=now,
        other_lists=_others(session, standings),
        tags=people.tags_of(session, [person])[person.id or 0],
        languages=_languages(session, standings),
        happenings=timeline.of_person(session, person, visitor.language),
        held=suppressions.reason(session, keys, address),
        stays=(SuppressionReason.COMPLAINT, SuppressionReason.ERASED),
        was_asked=adding.was_asked(session, person, now=now),
        draft=_next_draft(session, standings),
        zone=ZoneInfo(shown.timezone),
        topics=_topics(standings),
        said_words=_(SAID[said]) if said in SAID else "",
        problem=problem,
    )


@router.get("/subscribers/{subscriber_id}/data.json")
def data(subscriber_id: int, visitor: Editor, session: Writing) -> Response:
    """Hand out everything that is kept of a person."""
    person = found(session, subscriber_id)
    held = json.dumps(rights.gather(session, person), ensure_ascii=False, indent=2)
    audit.note(session, visitor.person, Action.EXPORTED, subject="person", people=1)
    name = f"attachment; filename=person-{subscriber_id}.json"
    return Response(
        held, media_type="application/json", headers={"Content-Disposition": name}
    )


@router.post("/subscribers/{subscriber_id}/erase")
def erase(
    subscriber_id: int,
    visitor: Editor,
    _form: GenuineForm,
    here: Here,
    session: Writing,
) -> Response:
    """Erase a person; a keyed hash of the address stays, so no import brings them."""
    person = found(session, subscriber_id)
    rights.erase(session, here.settings.keys, person)
    audit.note(session, visitor.person, Action.ERASED, subject="person", erased=1)
    here.counted.forget()
    return RedirectResponse("/subscribers", HTTPStatus.SEE_OTHER)


def _title(session: Session, person: Subscriber, language: str) -> str:
    """Say who it is and how they stand with the first of their lists."""
    _ = i18n.translator(language)
    name = person.name or person.email
    query = (
        select(directory.group_of(db.now(session)))
        .select_from(Subscription)
        .join(Subscriber, col(Subscriber.id) == col(Subscription.subscriber_id))
        .where(col(Subscription.subscriber_id) == person.id)
    )
    groups = {Group(each) for each in session.exec(query)}
    for group, sentence in (
        (Group.ACTIVE, _("{name} gets the letter", name=name)),
        (Group.PAUSED, _("{name} pauses", name=name)),
        (Group.WAITING, _("{name} has not confirmed yet", name=name)),
        (Group.STOPPED, _("No mail goes to {name} any more", name=name)),
        (Group.LEFT, _("{name} has left", name=name)),
    ):
        if group in groups:
            return sentence
    return _("{name} is on no list", name=name)


def _group(subscription: Subscription, held: SuppressionReason | None) -> Group:
    if subscription.state == SubscriptionState.UNSUBSCRIBED:
        return Group.LEFT
    if held is not None:
        return Group.STOPPED
    return {
        SubscriptionState.UNCONFIRMED: Group.WAITING,
        SubscriptionState.PAUSED: Group.PAUSED,
    }.get(subscription.state, Group.ACTIVE)


def _topics(standings: list[people.Standing]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for each in standings:
        found = dict(each.mailing_list.topics) | found
    return found


def _others(session: Session, standings: list[people.Standing]) -> list[MailingList]:
    theirs = {each.mailing_list.id for each in standings}
    return [each for each in lists.every(session) if each.id not in theirs]


def _languages(session: Session, standings: list[people.Standing]) -> list[str]:
    known = [each.mailing_list for each in standings] or list(lists.every(session))
    return list(dict.fromkeys(tag for each in known for tag in each.languages))


def _next_draft(session: Session, standings: list[people.Standing]) -> Issue | None:
    """Return the issue that goes out next to a list of theirs."""
    coming = (IssueState.DRAFT, IssueState.SCHEDULED)
    query = select(Issue).where(
        col(Issue.list_id).in_([each.mailing_list.id for each in standings]),
        col(Issue.state).in_(coming),
    )
    return session.exec(query.order_by(col(Issue.id)).limit(1)).first()
