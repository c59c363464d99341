"""What staff change about one person: how they stand, what they get, if mail may go."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from newsletter import audit, bounces, db, i18n
from newsletter.models import Action, Role
from newsletter.web import agreements, failures, person, sessions
from newsletter.web.deps import Here, Site, Writing
from newsletter.web.sessions import GenuineForm, Visitor
from subscribers import adding, handling, lists, optout, people, suppressions, wordings
from subscribers.adding import Newcomer
from subscribers.addresses import Address
from subscribers.errors import SubscriberError
from subscribers.handling import Change, Deed
from subscribers.models import (
    Channel,
    MailingList,
    Subscriber,
    SuppressionReason,
)
from subscribers.rules import tag_key

router = APIRouter(dependencies=[Depends(sessions.same_site)])

Editor = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR))]


@router.post("/subscribers/{subscriber_id}/{doing}")
def do(
    subscriber_id: int,
    doing: str,
    visitor: Editor,
    form: GenuineForm,
    here: Here,
    session: Writing,
) -> Response:
    """Do one thing about a person, and show them again."""
    act = _DOINGS.get(doing)
    found = person.found(session, subscriber_id)
    if act is None:
        raise failures.not_found()
    try:
        with session.begin_nested():
            said = act(Case(session, here, visitor, found, form))
    except SubscriberError as error:
        said = i18n.told(error, visitor.language)
        return person.page(here, visitor, session, found, problem=said)
    here.counted.forget()
    address = f"/subscribers/{subscriber_id}?said={said}"
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)


@dataclass(frozen=True)
class Case:
    """Who does what about whom."""

    session: Session
    here: Site
    visitor: Visitor
    person: Subscriber
    form: Mapping[str, str]


def _facts(case: Case) -> str:
    """Keep name and languages."""
    offered = {tag for each in lists.every(case.session) for tag in each.languages}
    language, second = case.form.get("language", ""), case.form.get("second", "")
    case.person.name = " ".join(case.form.get("name", "").replace("\0", "").split())[
        :200
    ]
    case.person.language = language if language in offered else None
    same = second == language
    case.person.second_language = second if second in offered and not same else None
    case.person.updated_at = db.now(case.session)
    case.session.add(case.person)
    _note(case, "details")
    return "saved"


def _tags(case: Case) -> str:
    """Have exactly these topics and tags."""
    words = case.form.get("tags", "").replace("\0", "").split(",")
    wanted = {tag_key(each)[:60] for each in words} - {""}
    topics = {
        key.removeprefix("topic:") for key in case.form if key.startswith("topic:")
    }
    had = set(people.tags_of(case.session, [case.person])[case.person.id or 0])
    now = db.now(case.session)
    for change, tags in (
        (Change.TAG, (wanted | topics) - had),
        (Change.UNTAG, had - wanted - topics),
    ):
        for tag in sorted(tags):
            handling.change(
                case.session, Deed(change, tag, 0), [case.person.id or 0], now=now
            )
    _note(case, "tags")
    return "saved"


def _pause(case: Case) -> str:
    months = case.form.get("months", "3")
    value = months if months in {"1", "3", "6"} else "3"
    return _stand(case, Change.PAUSE, value)


def _resume(case: Case) -> str:
    return _stand(case, Change.RESUME, "")


def _stand(case: Case, change: Change, value: str) -> str:
    deed = Deed(change, value, _list(case).id or 0)
    handling.change(case.session, deed, [case.person.id or 0], now=db.now(case.session))
    _note(case, change.value)
    return "saved"


def _leave(case: Case) -> str:
    chosen = _list(case)
    for each in people.standings(case.session, case.person):
        if each.mailing_list.id == chosen.id:
            optout.unsubscribe(
                case.session, each.subscription.handle, channel=Channel.STAFF
            )
    _note(case, "leave")
    return "left"


def _ask(case: Case) -> str:
    chosen = _list(case)
    language = case.person.language or chosen.default_language
    words = agreements.words_of(chosen, language)
    wording = wordings.register(case.session, chosen.id or 0, language, words)
    address = Address(case.person.email, case.person.email_key)
    who = Newcomer(address, chosen.id or 0, language=language)
    keys, now = case.here.settings.keys, db.now(case.session)
    adding.ask(case.session, keys, who, wording_id=wording.id or 0, now=now)
    _note(case, "ask")
    return "asked"


def _stop(case: Case) -> str:
    suppressions.suppress(
        case.session,
        case.here.settings.keys,
        Address(case.person.email, case.person.email_key),
        reason=SuppressionReason.STAFF,
        evidence=case.visitor.name,
    )
    _note(case, "stop")
    return "stopped"


def _lift(case: Case) -> str:
    address = Address(case.person.email, case.person.email_key)
    by = case.visitor.person.email
    bounces.lift(case.session, case.here.settings.keys, address, by=by)
    audit.note(case.session, case.visitor.person, Action.LIFTED, subject="person")
    return "lifted"


def _list(case: Case) -> MailingList:
    return lists.get(case.session, case.form.get("list") or None)


def _note(case: Case, what: str) -> None:
    audit.note(
        case.session,
        case.visitor.person,
        Action.CHANGED_PEOPLE,
        subject=what,
        changed=1,
    )


_Act = Callable[[Case], str]
_DOINGS: Mapping[str, _Act] = {
    "facts": _facts,
    "tags": _tags,
    "pause": _pause,
    "resume": _resume,
    "leave": _leave,
    "ask": _ask,
    "stop": _stop,
    "lift": _lift,
}
