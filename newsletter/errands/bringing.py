"""Try an import out, carry it out, take it back."""

import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from newsletter import audit, db, deliveries
from newsletter.config import Settings
from newsletter.errands import queueing
from newsletter.errands.queueing import Work
from newsletter.errands.uploading import path_of
from newsletter.models import Action, Errand, Staff
from subscribers import importing
from subscribers.importing import Choices, Field, Order, Progress, Report
from subscribers.rules import tag_key

_BEAT_EVERY = 0.5  # seconds
_TRIED = "Trial run."  # nothing is written; the import itself has the real words
_MOST_SHOWN = 500  # remarks that are kept to be shown and downloaded


def try_out(engine: Engine, settings: Settings, work: Work) -> None:
    """Give every row its verdict and write nothing."""
    report = _import(engine, settings, work, dry_run=True)
    queueing.end(engine, work.id, result={"trial": _told(report)})


def bring(engine: Engine, settings: Settings, work: Work) -> None:
    """Bring the people in."""
    report = _import(engine, settings, work, dry_run=False)
    with db.writing(engine) as session:
        _note(session, work, Action.IMPORTED, new=report.new, rows=report.rows)
    result = {**work.result, "report": _told(report)}
    queueing.end(engine, work.id, result=result, import_id=report.import_id)


def undo(engine: Engine, _settings: Settings, work: Work) -> None:
    """Take the import back."""
    with db.reading(engine) as session:
        now = db.now(session)
    undone = importing.undo(
        engine, work.import_id or 0, forget=deliveries.forget, now=now
    )
    with db.writing(engine) as session:
        gone = undone.deleted + undone.removed
        _note(session, work, Action.UNDID_IMPORT, people=gone)
    queueing.end(engine, work.id, result={**work.result, "undone": asdict(undone)})


def order_of(list_id: int, facts: Mapping[str, Any], *, dry_run: bool) -> Order:
    """Return what staff chose as an order to the importer."""
    update = facts.get("update", "")
    return Order(
        list_id=list_id,
        consent=facts.get("consent") or (_TRIED if dry_run else ""),
        filename=facts.get("filename", ""),
        update=bool(update),
        fields=_FIELDS.get(update, importing.EVERYTHING),
        dry_run=dry_run,
        columns=facts.get("columns") or {},
        choices=Choices(
            spoken=facts.get("spoken") or {},
            tags=tuple(filter(None, map(tag_key, facts.get("tags") or ()))),
            mended=frozenset(facts.get("mended") or ()),
            dropped=frozenset(facts.get("dropped") or ()),
        ),
    )


# What is taken from the file for people who are here already.
_FIELDS = {
    "all": importing.EVERYTHING,
    "language": frozenset([Field.LANGUAGE]),
    "tags": frozenset([Field.TAGS]),
}


def _import(engine: Engine, settings: Settings, work: Work, *, dry_run: bool) -> Report:
    path = path_of(settings, work.facts.get("file", ""))
    order = order_of(work.list_id, work.facts, dry_run=dry_run)
    if not dry_run:
        # Another process had begun it and is gone: it stays one import.
        order = replace(order, import_id=work.import_id)
    with path.open("rb") as file:
        return importing.import_people(
            engine,
            settings.keys,
            file,
            order,
            progress=_beating(engine, work.id),
            begun=lambda session, made: queueing.note_import(session, work.id, made),
        )


def _beating(engine: Engine, errand_id: int) -> Progress:
    last = time.monotonic()

    def tell(done: int, size: int) -> None:
        nonlocal last
        if time.monotonic() - last > _BEAT_EVERY:
            last = time.monotonic()
            queueing.beat(engine, errand_id, done, size)

    return tell


def _told(report: Report) -> dict[str, Any]:
    """Return a report as JSON holds it, with no more remarks than are looked at."""
    told = asdict(report)
    for kind in ("refused", "notes"):
        told[kind] = told[kind][:_MOST_SHOWN]
    return told


def _note(session: Session, work: Work, action: Action, **facts: Any) -> None:
    errand = session.get_one(Errand, work.id)
    person = session.get(Staff, errand.staff_id) if errand.staff_id else None
    name = str(work.facts.get("filename", ""))
    audit.note(session, person or "", action, subject=name, **facts)
