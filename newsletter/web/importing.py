"""Bring a list of people in: file, columns, trial run, import; and take it back."""

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from newsletter import db, errands, i18n
from newsletter.i18n import N_
from newsletter.models import Errand, ErrandKind, ErrandState, Role
from newsletter.web import filters, guessing, sessions, uploads, verdicts
from newsletter.web.asgi import Staged
from newsletter.web.deps import Here, Reading, Site
from newsletter.web.failures import not_found
from newsletter.web.sessions import GenuineForm, Secret, Visitor
from subscribers import importing, lists
from subscribers.errors import UnreadableFile
from subscribers.models import Import, MailingList

_may = sessions.allowed(Role.EDITOR)
router = APIRouter(dependencies=[Depends(sessions.same_site)])

Editor = Annotated[Visitor, Depends(_may)]
Body = Annotated[Path, Depends(Staged(errands.LONGEST_UPLOAD))]

_AT_ONCE = 300_000  # bytes of a file that is read while the page waits
_FEW = 1000  # people that are taken off again while it waits
_NO_FILE = N_("Choose a file, or paste people from a spreadsheet.")
_NO_CONSENT = N_("Say where the consent of these people comes from.")
_TWICE = N_("Two columns cannot both be the {role}.")
_UPDATES = ("all", "language", "tags")
_KINDS = (ErrandKind.TRIAL, ErrandKind.IMPORT, ErrandKind.UNDO)


@router.get("/subscribers/import")
def start(visitor: Editor, here: Here, session: Reading) -> HTMLResponse:
    """Ask for a file, and show what was imported before."""
    return _first(here, visitor, session)


# Who may send is decided before anything is read.
@router.post("/subscribers/import", dependencies=[Depends(_may)])
def bring(
    request: Request, visitor: Editor, body: Body, secret: Secret, here: Here
) -> Response:
    """Keep the file, look at its beginning, and go on to its columns."""
    brought = uploads.read(here.settings, body)
    sessions.require_genuine(request, secret, brought.fields, here)
    if not brought.file:
        with db.reading(here.engine) as session:
            return _first(here, visitor, session, problem=_NO_FILE)
    with db.writing(here.engine) as session:
        chosen = lists.get(session, brought.fields.get("list") or None)
        errand = errands.ask(
            session,
            visitor.person,
            ErrandKind.TRIAL,
            list_id=chosen.id or 0,
            state=ErrandState.DRAFT,
            file=brought.file,
            filename=brought.filename,
        )
        session.expunge(errand)
    try:
        guessing.of_errand(here, errand)
    except UnreadableFile as error:
        said = i18n.told(error, visitor.language)
        with db.reading(here.engine) as session:
            return _first(here, visitor, session, problem=said)
    return _go(errand.id)


@router.get("/subscribers/import/{errand_id}")
def show(
    errand_id: int, visitor: Editor, here: Here, session: Reading, step: str = ""
) -> HTMLResponse:
    """Show how far an import has come, and what is to be decided next."""
    errand = _found(session, errand_id)
    wants_columns = step == "columns" and errand.kind == ErrandKind.TRIAL
    if errand.state == ErrandState.DRAFT or wants_columns:
        return _columns(here, visitor, session, errand)
    if errand.state == ErrandState.DONE and errand.kind == ErrandKind.TRIAL:
        return _tried(here, visitor, session, errand)
    return _result(here, visitor, session, errand)


@router.post("/subscribers/import/{errand_id}/columns")
def decide(errand_id: int, visitor: Editor, form: GenuineForm, here: Here) -> Response:
    """Keep what the columns are; try it out, or show what that makes of the rows."""
    with db.reading(here.engine) as session:
        errand = _found(session, errand_id)
        guesses = guessing.of_errand(here, errand)
        role = guessing.twice(guesses, form)
        if role:
            return _columns(here, visitor, session, errand, twice=role)
    facts = {**errand.facts, **guessing.chosen(guesses, form)}
    if form.get("again"):
        with db.writing(here.engine) as session:
            kept = _found(session, errand_id)
            kept.facts = facts
            session.add(kept)
        return _go(errand_id, "?step=columns")
    return _on(here, errand_id, ErrandKind.TRIAL, facts)


@router.post("/subscribers/import/{errand_id}/go")
def go(errand_id: int, visitor: Editor, form: GenuineForm, here: Here) -> Response:
    """Import, on the consent that staff declare."""
    with db.reading(here.engine) as session:
        errand = _found(session, errand_id)
        tried = errand.result.get("trial")
        if tried is None:
            return _go(errand_id)
        consent = form.get("consent", "").replace("\0", "").strip()
        facts = {**errand.facts, **_decided(form, tried), "consent": consent}
        if not consent and not form.get("again"):
            errand.facts = facts
            return _tried(here, visitor, session, errand, problem=_NO_CONSENT)
    kind = ErrandKind.TRIAL if form.get("again") else ErrandKind.IMPORT
    return _on(here, errand_id, kind, facts)


@router.post("/subscribers/imports/{import_id}/undo")
def undo(import_id: int, visitor: Editor, _form: GenuineForm, here: Here) -> Response:
    """Take an import back."""
    with db.writing(here.engine) as session:
        found = session.get(Import, import_id) if 0 < import_id < 2**31 else None
        if found is None:
            raise not_found()
        errand = errands.ask(
            session,
            visitor.person,
            ErrandKind.UNDO,
            list_id=found.list_id,
            import_id=import_id,
            filename=found.filename,
        )
        many, errand_id = found.counts.get("new", 0), errand.id or 0
    if many <= _FEW:
        errands.run(here.engine, here.settings, errand_id)
    here.counted.forget()
    return _go(errand_id)


@router.get("/subscribers/import/{errand_id}/refused.csv")
def refused(errand_id: int, visitor: Editor, session: Reading) -> Response:
    """Hand out the rows that could not be read, with the reason of each."""
    errand = _found(session, errand_id)
    report = errand.result.get("report") or errand.result.get("trial")
    if not report:
        raise not_found()
    return Response(
        verdicts.as_csv(report, visitor.language),
        media_type="text/csv",
        headers={"Content-Disposition": "attachment; filename=refused.csv"},
    )


def _decided(form: Mapping[str, str], tried: Mapping[str, Any]) -> dict[str, Any]:
    update = form.get("update", "")
    known = {each[0] for each in tried["typos"]}
    return {
        "update": update if update in _UPDATES else "",
        "tags": [each for each in form.get("tags", "").split(",") if each.strip()],
        "mended": sorted(each for each in known if form.get(f"mend:{each}")),
    }


def _on(
    here: Site, errand_id: int, kind: ErrandKind, facts: Mapping[str, Any]
) -> Response:
    """Go on with an errand: at once where its file is short."""
    with db.writing(here.engine) as session:
        errand = _found(session, errand_id)
        if errand.kind == ErrandKind.TRIAL:
            errand.facts = dict(facts)
            errands.ask_again(session, errand, kind)
    if _is_short(here, facts):
        errands.run(here.engine, here.settings, errand_id)
    here.counted.forget()
    return _go(errand_id)


def _is_short(here: Site, facts: Mapping[str, Any]) -> bool:
    try:
        path = errands.path_of(here.settings, facts.get("file", ""))
    except FileNotFoundError:
        return True  # to say so at once
    return path.stat().st_size <= _AT_ONCE


def _go(errand_id: int | None, more: str = "") -> Response:
    address = f"/subscribers/import/{errand_id}{more}"
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)


def _found(session: Session, errand_id: int) -> Errand:
    errand = errands.find(session, errand_id)
    if errand is None or errand.kind not in _KINDS:
        raise not_found()
    return errand


def _first(
    here: Site, visitor: Visitor, session: Session, *, problem: str = ""
) -> HTMLResponse:
    now = db.now(session)
    past = importing.listing(session, limit=50)
    return here.pages.answer(
        "staff/import.html",
        visitor.language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        visitor=visitor,
        lists=filters.every_list(session),
        problem=problem,
        past=past,
        undoable={
            each.entry.id
            for each in past
            if not each.entry.undone_at
            and now - each.entry.created_at <= importing.UNDO_WITHIN
        },
        zone=here.settings.zone,
    )


def _columns(
    here: Site, visitor: Visitor, session: Session, errand: Errand, *, twice: str = ""
) -> HTMLResponse:
    chosen = session.get_one(MailingList, errand.list_id)
    _ = i18n.translator(visitor.language)
    role = _(guessing.ROLES.get(twice, ""))
    try:
        guesses = guessing.of_errand(here, errand)
    except FileNotFoundError:
        return _first(here, visitor, session, problem=_NO_FILE)
    return here.pages.answer(
        "staff/import_columns.html",
        visitor.language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if twice else HTTPStatus.OK,
        visitor=visitor,
        errand=errand,
        guesses=guesses,
        roles=guessing.ROLES,
        mailing_list=chosen,
        problem=_(_TWICE, role=role) if twice else "",
    )


def _tried(
    here: Site, visitor: Visitor, session: Session, errand: Errand, *, problem: str = ""
) -> HTMLResponse:
    return here.pages.answer(
        "staff/import_trial.html",
        visitor.language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        visitor=visitor,
        errand=errand,
        facts=errand.facts,
        report=verdicts.told(errand.result["trial"], visitor.language),
        mailing_list=session.get_one(MailingList, errand.list_id),
        problem=problem,
    )


def _result(
    here: Site, visitor: Visitor, session: Session, errand: Errand
) -> HTMLResponse:
    report = errand.result.get("report")
    found = session.get(Import, errand.import_id) if errand.import_id else None
    return here.pages.answer(
        "staff/import_result.html",
        visitor.language,
        visitor=visitor,
        errand=errand,
        report=verdicts.told(report, visitor.language) if report else None,
        undone=errand.result.get("undone"),
        brought=found,
        undoable=errands.is_undoable(errand, now=db.now(session))
        and found is not None
        and found.undone_at is None,
        mailing_list=session.get_one(MailingList, errand.list_id),
    )
