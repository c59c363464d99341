"""The small window of the browser button: /desk/add."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from newsletter import issues
from newsletter.desk import capture
from newsletter.desk.capture import Brought
from newsletter.items import links, plain
from newsletter.models import Arrival, Role
from newsletter.web import coming, handling, sessions
from newsletter.web.deps import Here, Reading, Writing
from newsletter.web.failures import not_found
from newsletter.web.sessions import GenuineForm, Visitor

router = APIRouter(dependencies=[Depends(sessions.same_site)])

Editor = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR))]


@dataclass(frozen=True)
class Pressed:
    """What the button brought of the page it was pressed on."""

    url: str
    title: str
    summary: str
    added: bool  # it is on the desk already


def pressed_on(
    url: str = "", title: str = "", sel: str = "", added: str = ""
) -> Pressed:
    """Read what the address of the window says; `sel` is what was marked."""
    return Pressed(
        links.safe(url[:2000]),
        plain.line(title[:1000], limit=300),
        plain.visible(sel[:2000]).strip(),
        bool(added),
    )


@router.get("/desk/add")
def window(
    visitor: Editor,
    here: Here,
    session: Reading,
    pressed: Annotated[Pressed, Depends(pressed_on)],
) -> HTMLResponse:
    """Show what the button brought, to be added with one press."""
    mailing_list = coming.list_of(session, visitor)
    return here.pages.answer(
        "staff/add.html",
        visitor.language,
        visitor=visitor,
        pressed=pressed,
        languages=mailing_list.languages if mailing_list else [],
        written=handling.written_in(visitor, mailing_list) if mailing_list else "",
        coming=coming.of(session, visitor),
    )


@router.post("/desk/add")
def add(visitor: Editor, form: GenuineForm, session: Writing) -> Response:
    """Put it on the desk, and into the next issue if that was the button."""
    mailing_list = coming.list_of(session, visitor)
    if mailing_list is None:
        raise not_found()
    written = form.get("language", "")
    brought = Brought(
        written if written in mailing_list.languages else mailing_list.default_language,
        visitor.name,
        arrived=Arrival.BUTTON,
        title=form.get("title", "")[:1000],
        summary=form.get("summary", ""),
    )
    item = capture.take_link(session, form.get("url", ""), brought)
    if form.get("to") == "issue":
        issues.add_item(session, handling.begin(session, visitor), item)
    return RedirectResponse("/desk/add?added=1", HTTPStatus.SEE_OTHER)
