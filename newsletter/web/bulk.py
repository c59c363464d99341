"""Do one thing to many people: ask what and how many, do it, take it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from newsletter import db, errands, i18n
from newsletter.i18n import N_
from newsletter.models import Errand, ErrandKind, ErrandState, Role
from newsletter.web import filters, sessions
from newsletter.web.deps import Here, Reading, Several, Site
from newsletter.web.failures import not_found
from newsletter.web.filters import View
from newsletter.web.sessions import GenuineForm, Visitor
from subscribers import directory
from subscribers.exporting import Form
from subscribers.models import MailingList
from subscribers.rules import tag_key

router = APIRouter(dependencies=[Depends(sessions.same_site)])

_may = sessions.allowed(Role.EDITOR)
Editor = Annotated[Visitor, Depends(_may)]

_AT_ONCE = 1000  # people that are changed while the page waits
_MONTHS = ("1", "3", "6")
_KINDS = (
    ErrandKind.CHANGE,
    ErrandKind.TAKE_BACK,
    ErrandKind.ERASE,
    ErrandKind.EXPORT,
)
_MEDIA = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class What(StrEnum):
    """What can be done to many."""

    LANGUAGE = "language"
    TAG = "tag"
    UNTAG = "untag"
    PAUSE = "pause"
    RESUME = "resume"
    EXPORT = "export"
    ERASE = "erase"


# The title of the page that asks, and the words of its button.
ASKED: Mapping[What, tuple[str, str]] = {
    What.LANGUAGE: (
        N_("Change the language of {people}"),
        N_("Change the language"),
    ),
    What.TAG: (N_("Add a topic or tag to {people}"), N_("Add it")),
    What.UNTAG: (N_("Remove a topic or tag from {people}"), N_("Remove it")),
    What.PAUSE: (N_("Pause the letter for {people}"), N_("Pause")),
    What.RESUME: (N_("End the pause of {people}"), N_("End the pause")),
    What.EXPORT: (N_("Export {people}"), N_("Write the file")),
    What.ERASE: (N_("Erase {people} for good"), N_("Erase them")),
}


@dataclass(frozen=True)
class Meant:
    """Who is meant: those ticked, or all that a view shows."""

    view: View
    ids: Sequence[int]  # empty: all that the view shows
    many: int


@router.post("/subscribers/bulk")
def ask(
    visitor: Editor, form: GenuineForm, several: Several, here: Here, session: Reading
) -> Response:
    """Ask for what is still to be said, and whether so many are really meant."""
    what = _what(form.get("what", ""))
    meant = _meant(session, visitor, form, several)
    if not meant.many:
        return RedirectResponse(meant.view.address(), HTTPStatus.SEE_OTHER)
    return _ask(here, visitor, meant, what)


@router.get("/subscribers/export")
def ask_to_export(
    request: Request, visitor: Editor, here: Here, session: Reading
) -> HTMLResponse:
    """Ask in what form everybody whom a view shows is to be exported."""
    view = filters.of_query(session, visitor, request.query_params)
    many = directory.count(session, view.wanted, now=db.now(session))
    return _ask(here, visitor, Meant(view, (), many), What.EXPORT)


@router.post("/subscribers/bulk/{what_to_do}")
def do(
    what_to_do: str, visitor: Editor, form: GenuineForm, several: Several, here: Here
) -> Response:
    """Do it: at once for a few, beside the pages for many."""
    what = _what(what_to_do)
    with db.writing(here.engine) as session:
        meant = _meant(session, visitor, form, several)
        value = _value(what, form, meant.view.mailing_list)
        if value is None or not meant.many:
            return _ask(here, visitor, meant, what, problem=True)
        errand = _asked(session, visitor, meant, what, value)
        errand_id = errand.id or 0
    if meant.many <= _AT_ONCE:
        errands.run(here.engine, here.settings, errand_id)
    here.counted.forget()
    return RedirectResponse(f"/subscribers/work/{errand_id}", HTTPStatus.SEE_OTHER)


@router.get("/subscribers/work/{errand_id}")
def show(errand_id: int, visitor: Editor, here: Here, session: Reading) -> HTMLResponse:
    """Show how far it has come, or what was done."""
    errand = _found(session, errand_id)
    _ = i18n.translator(visitor.language)
    return here.pages.answer(
        "staff/work.html",
        visitor.language,
        visitor=visitor,
        errand=errand,
        title=_title(errand, visitor.language),
        doing=_(ASKED[_what(errand.facts["what"])][0], people=_people(errand, visitor)),
        undoable=errand.kind == ErrandKind.CHANGE
        and errand.result.get("changed")
        and errands.is_undoable(errand, now=db.now(session)),
        back=errand.facts.get("back", "/subscribers"),
    )


@router.post("/subscribers/work/{errand_id}/undo", dependencies=[Depends(_may)])
def undo(errand_id: int, _form: GenuineForm, here: Here) -> Response:
    """Take a change back."""
    with db.writing(here.engine) as session:
        errand = _found(session, errand_id)
        if not errands.is_undoable(errand, now=db.now(session)):
            raise not_found()
        few = int(errand.result.get("changed", 0)) <= _AT_ONCE
        errands.ask_again(session, errand, ErrandKind.TAKE_BACK)
    if few:
        errands.run(here.engine, here.settings, errand_id)
    here.counted.forget()
    return RedirectResponse(f"/subscribers/work/{errand_id}", HTTPStatus.SEE_OTHER)


@router.get("/subscribers/work/{errand_id}/file", dependencies=[Depends(_may)])
def file(errand_id: int, here: Here, session: Reading) -> Response:
    """Hand out the file that was written; for a day."""
    errand = _found(session, errand_id)
    try:
        path = errands.path_of(here.settings, errand.result.get("file", ""))
    except FileNotFoundError as error:
        raise not_found() from error
    form = Form(errand.facts["value"])
    slug = session.get_one(MailingList, errand.list_id).slug
    return FileResponse(path, media_type=_MEDIA[form], filename=f"{slug}.{form}")


def _ask(
    here: Site, visitor: Visitor, meant: Meant, what: What, *, problem: bool = False
) -> HTMLResponse:
    _ = i18n.translator(visitor.language)
    title, button = ASKED[what]
    people = _so_many(meant.many, visitor.language)
    return here.pages.answer(
        "staff/bulk.html",
        visitor.language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        visitor=visitor,
        what=what,
        meant=meant,
        title=_(title, people=people),
        button=_(button),
        people=people,
        mailing_list=meant.view.mailing_list,
        problem=problem,
    )


def _asked(
    session: Session, visitor: Visitor, meant: Meant, what: What, value: str
) -> Errand:
    kind = {What.EXPORT: ErrandKind.EXPORT, What.ERASE: ErrandKind.ERASE}.get(
        what, ErrandKind.CHANGE
    )
    facts: dict[str, Any] = (
        {"ids": list(meant.ids)} if meant.ids else {"view": meant.view.wanted.as_json()}
    )
    if kind == ErrandKind.CHANGE:
        facts["change"] = what.value
    return errands.ask(
        session,
        visitor.person,
        kind,
        list_id=meant.view.wanted.list_id,
        what=what.value,
        value=value,
        total=meant.many,
        back=meant.view.address(),
        **facts,
    )


def _meant(
    session: Session,
    visitor: Visitor,
    form: Mapping[str, str],
    several: Mapping[str, Sequence[str]],
) -> Meant:
    view = filters.of_text(session, visitor, form.get("where", ""))
    if form.get("every"):
        many = directory.count(session, view.wanted, now=db.now(session))
        return Meant(view, (), many)
    ticked = {each for each in several.get("id", ()) if each.isascii()}
    ids = sorted(
        int(each) for each in ticked if each.isdigit() and 0 < int(each[:12]) < 2**31
    )
    return Meant(view, ids, len(ids))


def _value(
    what: What, form: Mapping[str, str], mailing_list: MailingList
) -> str | None:
    """Return with what it is done; None where a form does not say."""
    said = form.get("value", "").replace("\0", "")
    if what in {What.TAG, What.UNTAG}:
        return tag_key(said)[:60] or None
    if what in {What.ERASE, What.RESUME}:
        return "" if form.get("sure") or what is What.RESUME else None
    known = {
        What.LANGUAGE: set(mailing_list.languages),
        What.PAUSE: set(_MONTHS),
        What.EXPORT: {each.value for each in Form},
    }
    return said if said in known[what] else None


def _what(text: str) -> What:
    if text not in set(What):
        raise not_found()
    return What(text)


def _found(session: Session, errand_id: int) -> Errand:
    errand = errands.find(session, errand_id)
    if errand is None or errand.kind not in _KINDS:
        raise not_found()
    return errand


def _people(errand: Errand, visitor: Visitor) -> str:
    return _so_many(int(errand.facts.get("total", 0)), visitor.language)


def _so_many(many: int, language: str) -> str:
    _ = i18n.translator(language)
    if many == 1:
        return _("one person")
    return _("{many} people", many=i18n.number(many, language))


def _title(errand: Errand, language: str) -> str:
    """Say what was done, and to how many."""
    _ = i18n.translator(language)
    if errand.state == ErrandState.FAILED:
        return _("This did not work")
    if errand.state != ErrandState.DONE:
        return _("This is being done")
    done = {
        ErrandKind.CHANGE: ("changed", N_("{people} changed")),
        ErrandKind.TAKE_BACK: ("back", N_("Taken back for {people}")),
        ErrandKind.ERASE: ("erased", N_("{people} erased")),
        ErrandKind.EXPORT: ("people", N_("The file with {people} is ready")),
    }
    figure, words = done[errand.kind]
    said = _(words, people=_so_many(int(errand.result.get(figure, 0)), language))
    return said[:1].upper() + said[1:]
