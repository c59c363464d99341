"""Errands in their queue: asked for, taken by one process alone, ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, or_, update
from sqlalchemy import and_ as both
from sqlmodel import Session, col, select

from newsletter import db
from newsletter.models import Errand, ErrandKind, ErrandState, Staff
from subscribers.columns import table_of
from subscribers.importing import UNDO_WITHIN

# Whoever has said nothing for so long is gone, and another begins again.
_GONE_AFTER = timedelta(minutes=2)
_ROW = table_of(Errand)
_MADE = (ErrandKind.IMPORT, ErrandKind.CHANGE)


@dataclass(frozen=True)
class Work:
    """One errand while it is done."""

    id: int
    kind: ErrandKind
    list_id: int
    import_id: int | None
    facts: Mapping[str, Any]
    result: Mapping[str, Any]


def ask(
    session: Session,
    person: Staff,
    kind: ErrandKind,
    *,
    list_id: int,
    state: ErrandState = ErrandState.QUEUED,
    import_id: int | None = None,
    **facts: Any,
) -> Errand:
    """Write down what somebody asks for; the clock does it, or `run` at once."""
    now = db.now(session)
    made = Errand(
        kind=kind,
        state=state,
        list_id=list_id,
        staff_id=person.id,
        import_id=import_id,
        facts=facts,
        created_at=now,
        beat_at=now,
    )
    session.add(made)
    session.flush()
    return made


def ask_again(session: Session, errand: Errand, kind: ErrandKind) -> bool:
    """Go on with an errand that rests; False when somebody was faster."""
    resting = (ErrandState.DRAFT, ErrandState.DONE, ErrandState.FAILED)
    changed = session.connection().execute(
        update(_ROW)
        .where(
            _ROW.c.id == errand.id,
            _ROW.c.kind == errand.kind,
            _ROW.c.state.in_(resting),
        )
        .values(
            kind=kind,
            state=ErrandState.QUEUED,
            facts=errand.facts,
            done=0,
            total=0,
            error="",
            ended_at=None,
            beat_at=db.now(session),
        )
    )
    session.expire(errand)
    return changed.rowcount == 1


def find(session: Session, errand_id: int) -> Errand | None:
    """Return an errand, None when it is unknown or forgotten."""
    return session.get(Errand, errand_id) if 0 < errand_id < 2**31 else None


def is_undoable(errand: Errand, *, now: datetime) -> bool:
    """Tell whether what was done can still be taken back."""
    ended = errand.ended_at
    done = errand.kind in _MADE and errand.state == ErrandState.DONE
    return done and ended is not None and now - ended <= UNDO_WITHIN


def due(session: Session, *, now: datetime) -> list[int]:
    """Return the errands that wait for somebody, the oldest first."""
    query = select(Errand.id).where(_waits(now)).order_by(col(Errand.id))
    return [each or 0 for each in session.exec(query)]


def take(engine: Engine, errand_id: int) -> Work | None:
    """Make an errand this process's own; None when another has it, or it is done."""
    with db.writing(engine) as session:
        now = db.now(session)
        taken = session.connection().execute(
            update(_ROW)
            .where(_ROW.c.id == errand_id, _waits(now))
            .values(state=ErrandState.RUNNING, beat_at=now)
        )
        if not taken.rowcount:
            return None
        errand = session.get_one(Errand, errand_id, populate_existing=True)
        return Work(
            errand_id,
            errand.kind,
            errand.list_id,
            errand.import_id,
            dict(errand.facts),
            dict(errand.result),
        )


def beat(engine: Engine, errand_id: int, done: int, total: int) -> None:
    """Say that it lives, and how far it has come."""
    with db.writing(engine) as session:
        values = {"done": done, "total": total, "beat_at": db.now(session)}
        _write(session, errand_id, values)


def note_import(session: Session, errand_id: int, import_id: int) -> None:
    """Keep which import it is about, so that whoever takes it over goes on with it."""
    _write(session, errand_id, {"import_id": import_id})


def end(
    engine: Engine, errand_id: int, *, result: Mapping[str, Any], **values: Any
) -> None:
    """Keep what came of it."""
    with db.writing(engine) as session:
        now = db.now(session)
        done = {"state": ErrandState.DONE, "result": dict(result), "ended_at": now}
        _write(session, errand_id, {**done, **values})


def fail(engine: Engine, errand_id: int, why: str) -> None:
    """Keep why it could not be done."""
    with db.writing(engine) as session:
        now = db.now(session)
        failed = {"state": ErrandState.FAILED, "error": why[:1000], "ended_at": now}
        _write(session, errand_id, failed)


def _write(session: Session, errand_id: int, values: Mapping[str, Any]) -> None:
    mine = _ROW.c.id == errand_id, _ROW.c.state == ErrandState.RUNNING
    session.connection().execute(update(_ROW).where(*mine).values(**values))


def _waits(now: datetime) -> Any:
    return or_(
        _ROW.c.state == ErrandState.QUEUED,
        both(_ROW.c.state == ErrandState.RUNNING, _ROW.c.beat_at < now - _GONE_AFTER),
    )
