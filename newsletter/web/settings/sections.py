"""The parts that every new issue of a list has: /settings/sections."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from newsletter import i18n
from newsletter.i18n import N_
from newsletter.web import sessions
from newsletter.web.deps import Here, Reading, Writing
from newsletter.web.sessions import GenuineForm, SignedIn
from newsletter.web.settings import chosen
from newsletter.web.settings.chosen import Admin
from subscribers import lists
from subscribers.errors import BadList
from subscribers.lists import Changes, Section
from subscribers.models import MailingList

router = APIRouter(dependencies=[Depends(sessions.same_site)])

_ROWS = 20
_TWICE = N_("Two sections have the same name.")


@router.get("/settings/sections")
def show(
    visitor: SignedIn,
    here: Here,
    session: Reading,
    list: str | None = None,  # noqa: A002  # the glossary's word, in the address
    saved: str = "",
) -> HTMLResponse:
    """Show the sections in their order."""
    own = lists.get(session, list or None)
    return chosen.page(
        here,
        visitor,
        session,
        "sections.html",
        own,
        saved=saved,
        rows=_rows(own),
    )


@router.post("/settings/sections")
def save(visitor: Admin, form: GenuineForm, here: Here, session: Writing) -> Response:
    """Keep what the rows say; `up` and `remove` name a row by its place."""
    own = lists.get(session, form.get("list") or None)
    wanted = _sections(form, own)
    names = [each.name.casefold() for each in wanted]
    errors = {"sections": _TWICE} if len(set(names)) < len(names) else {}
    refused = ""
    if not errors:
        before = own.sections
        try:
            with session.begin_nested():
                lists.change(session, own, Changes(sections=wanted))
        except BadList as error:
            refused = i18n.told(error, visitor.language)
        else:
            what = ["sections"] if before != own.sections else []
            chosen.changed(session, visitor, own, what)
            return RedirectResponse(
                f"/settings/sections?list={own.slug}&saved=1", HTTPStatus.SEE_OTHER
            )
    session.refresh(own)
    rows = [{"name": each.name, "names": dict(each.names)} for each in wanted]
    return chosen.page(
        here,
        visitor,
        session,
        "sections.html",
        own,
        errors=errors,
        refused=refused,
        rows=[*rows, _blank()],
    )


def _sections(form: Mapping[str, str], own: MailingList) -> list[Section]:
    found = [
        Section(
            form[f"section.{row}"].strip(),
            chosen.worded(form, f"section.{row}", own.languages),
        )
        for row in range(_ROWS)
        if form.get(f"section.{row}", "").strip() and form.get("remove") != str(row)
    ]
    moved = form.get("up", "")
    if moved.isascii() and moved.isdigit() and 0 < int(moved) < len(found):
        place = int(moved)
        found[place - 1], found[place] = found[place], found[place - 1]
    return found


def _rows(own: MailingList) -> list[dict[str, Any]]:
    return [*own.sections, _blank()][:_ROWS]


def _blank() -> dict[str, Any]:
    return {"name": "", "names": {}}
