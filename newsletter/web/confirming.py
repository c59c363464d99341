"""The link in a mail that asks "is it you?": /c/{token}. Opening it changes nothing."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session, col, select

from newsletter import db, i18n, notices, rights
from newsletter.i18n import N_
from newsletter.web import published, site
from newsletter.web.deps import Asked, Form, Here, Reading, Site, Wishes, Writing
from newsletter.web.leaving import old_link
from subscribers import confirming, requests, signup
from subscribers.addresses import mask, normalise
from subscribers.errors import AddressTaken
from subscribers.models import MailingList, Request, RequestKind, Subscriber
from subscribers.requests import Draft
from subscribers.tokens import Purpose

router = APIRouter()


@dataclass(frozen=True)
class _Question:
    """What a page asks before anything happens; message ids."""

    title: str
    sentence: str
    button: str
    goes: tuple[str, ...] = ()
    grave: bool = False


_QUESTIONS = {
    RequestKind.JOIN: _Question(
        N_("One more click"),
        N_("Please confirm that {address} wants to receive {list}."),
        N_("Yes, I confirm"),
    ),
    RequestKind.ADDRESS: _Question(
        N_("Another address?"),
        N_("The letter shall go to {new} instead of {address}."),
        N_("Yes, change my address"),
    ),
    RequestKind.NEW_ADDRESS: _Question(
        N_("Your new address"),
        N_("Please confirm that {address} is yours and shall receive {list}."),
        N_("Yes, I confirm"),
    ),
    RequestKind.DATA: _Question(
        N_("Everything we hold about you"),
        N_("One file with all we hold about {address}, for you or for any program."),
        N_("Get my data"),
    ),
    RequestKind.ERASE: _Question(
        N_("Erase everything?"),
        N_("All we hold about {address} goes, at once and for good:"),
        N_("Yes, erase everything"),
        goes=(
            N_("your address, your name, your language and your choices,"),
            N_("what you agreed to and when,"),
            N_("your address in the records of letters that were sent."),
            N_("A code stays that cannot be read back, so that no list brings you in."),
        ),
        grave=True,
    ),
}


@router.get("/c/{token}")
def look(token: str, wishes: Asked, here: Here, session: Reading) -> HTMLResponse:
    """Show what is about to be confirmed, and the one button."""
    request = _pending(here, session, token, take=False)
    if request is None:
        return old_link(here, wishes)
    scene = _Scene(here, session, request, wishes)
    return _done(scene) if request.done_at else _ask(scene, token)


@router.post("/c/{token}")
def confirm(
    token: str, form: Form, wishes: Asked, here: Here, session: Writing
) -> Response:
    """Carry it out, once; pressing again only says so again."""
    request = _pending(here, session, token, take=True)
    if request is None:
        return old_link(here, wishes)
    scene = _Scene(here, session, request, wishes)
    if form.get("confirm") != "1":
        return _done(scene) if request.done_at else _ask(scene, token)
    return _CARRY_OUT[request.kind](scene)


class _Scene:
    """A request, and the page on which it is confirmed."""

    def __init__(
        self, here: Site, session: Session, request: Request, wishes: Wishes
    ) -> None:
        self.here, self.session, self.request = here, session, request
        offered = site.languages(session, here)
        self.language = wishes.language(offered, known=request.language)
        self.now: datetime = db.now(session)
        self.say = i18n.translator(self.language)

    def values(self) -> dict[str, str]:
        """Return what sentences name; addresses as their owner recognises them."""
        found = self.session.exec(
            select(MailingList)
            .where(col(MailingList.id).in_(self.request.list_ids))
            .order_by(col(MailingList.id))
        ).all()
        named = found or self.session.exec(select(MailingList).limit(1)).all()
        names = [each.name_in(self.language) for each in named]
        return {
            "address": mask(self.request.email),
            "new": mask(self.request.new_email),
            "list": i18n.listed(names, self.language),
        }

    def page(self, template: str, **values: Any) -> HTMLResponse:
        """Return a page in the frame of the site."""
        own = site.frame_of(
            self.here, self.session, self.language, lambda tag: f"?in={tag}"
        )
        return self.here.pages.answer(template, self.language, frame=own, **values)

    def told(self, title: str, sentence: str, **values: Any) -> HTMLResponse:
        """Return the page that says what has happened."""
        shown = {"preferences": "", "latest": None} | values
        return self.page(
            "public/confirmed.html",
            title=self.say(title),
            sentence=self.say(sentence, **self.values()),
            **shown,
        )


def _pending(here: Site, session: Session, token: str, *, take: bool) -> Request | None:
    handles = here.settings.keys.read(Purpose.CONFIRM, token)
    if handles is None:
        return None
    return signup.find_pending(session, handles[0], now=db.now(session), lock=take)


def _ask(scene: _Scene, token: str) -> HTMLResponse:
    question = _QUESTIONS[scene.request.kind]
    return scene.page(
        "public/confirm.html",
        title=scene.say(question.title),
        sentence=scene.say(question.sentence, **scene.values()),
        button=scene.say(question.button),
        goes=[scene.say(line) for line in question.goes],
        grave=question.grave,
        action=f"/c/{token}?in={scene.language}",
    )


def _join(scene: _Scene) -> HTMLResponse:
    first = scene.request.done_at is None
    keys = scene.here.settings.keys
    person = confirming.join(scene.session, keys, scene.request, now=scene.now)
    if first:
        notices.welcome(scene.session, person, scene.request, now=scene.now)
    return _done(scene)


def _change_address(scene: _Scene) -> HTMLResponse:
    """Ask the new address whether it wants to be one."""
    request = scene.request
    if request.done_at is None:
        request.done_at = scene.now
        scene.session.add(request)
        requests.ask(
            scene.session,
            scene.here.settings.keys,
            Draft(
                RequestKind.NEW_ADDRESS,
                normalise(request.new_email),
                request.language,
                subscriber_id=request.subscriber_id,
                list_ids=tuple(request.list_ids),
                form=request.form,
            ),
        )
    return _done(scene)


def _move(scene: _Scene) -> HTMLResponse:
    keys = scene.here.settings.keys
    try:
        confirming.move(scene.session, keys, scene.request, now=scene.now)
    except AddressTaken:
        return scene.told(
            N_("You get it there already"),
            N_("The letter already goes to {address}. Leave it at the old address."),
        )
    return _done(scene)


def _give_data(scene: _Scene) -> Response:
    """Send the file; the link gives it again for as long as it works."""
    person = scene.session.get(Subscriber, scene.request.subscriber_id)
    if person is None:
        return _done(scene)
    held = rights.gather(scene.session, person)
    return Response(
        json.dumps(held, ensure_ascii=False, indent=2, default=str),
        media_type="application/json; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="my-data.json"'},
    )


def _erase(scene: _Scene) -> HTMLResponse:
    page = scene.told(
        N_("Everything is erased"),
        N_("Nothing about {address} is left here, and no letter goes there."),
    )
    person = scene.session.get(Subscriber, scene.request.subscriber_id)
    if person is not None:
        rights.erase(scene.session, scene.here.settings.keys, person)
    return page


def _done(scene: _Scene) -> HTMLResponse:
    """Say what was confirmed, on the first press and on every later one."""
    match scene.request.kind:
        case RequestKind.JOIN:
            return _welcome(scene)
        case RequestKind.ADDRESS:
            return scene.told(
                N_("One more mail"),
                N_("We have written to {new}. Confirm there, and the letter moves."),
            )
        case RequestKind.NEW_ADDRESS:
            return scene.told(
                N_("Your address is changed"),
                N_("From now on the letter goes to {address}."),
            )
        case _:
            return scene.told(
                N_("This is done"), N_("There is nothing left to do here.")
            )


def _welcome(scene: _Scene) -> HTMLResponse:
    handle = signup.handle_of(scene.session, scene.request)
    keys = scene.here.settings.keys
    own = f"/p/{keys.sign(Purpose.PREFERENCES, handle)}" if handle else ""
    return scene.told(
        N_("Welcome"),
        N_("{list} now comes to {address}. Good to have you."),
        preferences=own,
        latest=next(iter(published.listed(scene.session)), None),
    )


_CARRY_OUT: dict[RequestKind, Callable[[_Scene], Response]] = {
    RequestKind.JOIN: _join,
    RequestKind.ADDRESS: _change_address,
    RequestKind.NEW_ADDRESS: _move,
    RequestKind.DATA: _give_data,
    RequestKind.ERASE: _erase,
}
