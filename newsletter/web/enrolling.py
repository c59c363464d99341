"""Add one person by hand: /subscribers/add."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from newsletter import audit, db, i18n
from newsletter.i18n import N_
from newsletter.models import Action, Role
from newsletter.web import agreements, filters, sessions
from newsletter.web.deps import Here, Reading, Site, Writing
from newsletter.web.sessions import GenuineForm, Visitor
from subscribers import adding, addresses, lists, people, typos, wordings
from subscribers.adding import Newcomer
from subscribers.errors import CannotAdd, ConsentMissing, InvalidAddress
from subscribers.models import MailingList, Subscriber

router = APIRouter(dependencies=[Depends(sessions.same_site)])

Editor = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR))]

_NOT_AN_ADDRESS = N_("This is not an e-mail address. It looks like name@example.org.")
_NO_CONSENT = N_("Say when and how this person agreed, or let them confirm by mail.")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a form, and beside which field it is said."""

    words: str
    field: str
    known: Subscriber | None = None  # who it is about, where they are here already


@router.get("/subscribers/add")
def start(
    visitor: Editor, here: Here, session: Reading, email: str = ""
) -> HTMLResponse:
    """Ask who it is, and how they agreed."""
    return _form(here, visitor, session, {"email": email[:254]})


@router.post("/subscribers/add")
def add(visitor: Editor, form: GenuineForm, here: Here, session: Writing) -> Response:
    """Enter somebody: they confirm by mail, unless staff say how they agreed."""
    try:
        with session.begin_nested():
            subscriber_id, said = _enter(session, here, visitor, form)
    except InvalidAddress:
        problem = Problem(_NOT_AN_ADDRESS, "email")
    except ConsentMissing:
        problem = Problem(_NO_CONSENT, "consent")
    except CannotAdd as error:
        known = people.find(session, form.get("email", ""))
        problem = Problem(i18n.told(error, visitor.language), "email", known)
    else:
        here.counted.forget()
        address = f"/subscribers/{subscriber_id}?said={said}"
        return RedirectResponse(address, HTTPStatus.SEE_OTHER)
    return _form(here, visitor, session, form, problem=problem)


def _enter(
    session: Session, here: Site, visitor: Visitor, form: Mapping[str, str]
) -> tuple[int, str]:
    chosen = lists.get(session, form.get("list") or None)
    spoken = form.get("language", "")
    who = Newcomer(
        addresses.normalise(form.get("email", "")),
        chosen.id or 0,
        name=" ".join(form.get("name", "").replace("\0", "").split())[:200],
        language=spoken if spoken in chosen.languages else chosen.default_language,
    )
    keys, now = here.settings.keys, db.now(session)
    if form.get("how") == "consent":
        words = form.get("consent", "")[:5000]
        by = visitor.name
        person = adding.add(session, keys, who, consent=words, by=by, now=now)
        said = "added"
    else:
        words = agreements.words_of(chosen, who.language)
        shown = wordings.register(session, who.list_id, who.language, words)
        person = adding.ask(session, keys, who, wording_id=shown.id or 0, now=now)
        said = "asked"
    audit.note(session, visitor.person, Action.CHANGED_PEOPLE, subject=said, changed=1)
    return person.id or 0, said


def _form(
    here: Site,
    visitor: Visitor,
    session: Session,
    form: Mapping[str, str],
    *,
    problem: Problem | None = None,
) -> HTMLResponse:
    every = filters.every_list(session)
    own: MailingList = filters.of_query(session, visitor, {}).mailing_list
    return here.pages.answer(
        "staff/add_person.html",
        visitor.language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        visitor=visitor,
        form=form,
        problem=problem,
        lists=every,
        own=own,
        languages=list(dict.fromkeys(t for each in every for t in each.languages)),
        meant=typos.suggest(form.get("email", "")) if problem else None,
    )
