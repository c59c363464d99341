"""Change, erase or write out many people, chunk by chunk."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Engine, delete
from sqlmodel import Session, col, select

from newsletter import audit, db, rights
from newsletter.config import Settings
from newsletter.errands import queueing
from newsletter.errands.queueing import Work
from newsletter.errands.uploading import staged
from newsletter.models import Action, Errand, ErrandChange, Staff
from subscribers import directory, exporting, handling
from subscribers.directory import Wanted
from subscribers.exporting import Form, Selection
from subscribers.handling import CHUNK, Change, Deed
from subscribers.inserts import insert_absent
from subscribers.models import Subscriber

_ERASED_AT_ONCE = 20  # each takes a dozen statements


def change(engine: Engine, _settings: Settings, work: Work) -> None:
    """Do one thing to each person, and keep what they were like before."""
    deed = _deed(work)

    def act(session: Session, chunk: Sequence[int]) -> int:
        before = handling.change(session, deed, chunk, now=db.now(session))
        rows = [
            {"errand_id": work.id, "subscriber_id": person, "before": was}
            for person, was in sorted(before.items())
        ]
        # Whoever was changed before this was cut off keeps what they were then.
        insert_absent(session, ErrandChange, rows)
        return len(before)

    changed = _walk(engine, work, act, step=CHUNK)
    _finish(engine, work, Action.CHANGED_PEOPLE, changed=changed)


def take_back(engine: Engine, _settings: Settings, work: Work) -> None:
    """Make those as they were whom nobody has changed since."""
    deed, back = _deed(work), 0
    while True:
        with db.writing(engine) as session:
            rows = _changes(session, work.id)
            if not rows:
                break
            before = {each.subscriber_id: dict(each.before) for each in rows}
            now = db.now(session)
            back += handling.take_back(session, deed, before, now=now)
            mine = col(ErrandChange.errand_id) == work.id
            these = col(ErrandChange.subscriber_id).in_(list(before))
            session.execute(delete(ErrandChange).where(mine, these))
        queueing.beat(engine, work.id, back, int(work.result.get("changed", back)))
    _finish(engine, work, Action.CHANGED_PEOPLE, back=back)


def erase(engine: Engine, settings: Settings, work: Work) -> None:
    """Erase everybody who is meant; there is no way back."""

    def act(session: Session, chunk: Sequence[int]) -> int:
        people = session.exec(select(Subscriber).where(col(Subscriber.id).in_(chunk)))
        found = people.all()
        for each in found:
            rights.erase(session, settings.keys, each)
        return len(found)

    erased = _walk(engine, work, act, step=_ERASED_AT_ONCE)
    _finish(engine, work, Action.ERASED, erased=erased)


def export(engine: Engine, settings: Settings, work: Work) -> None:
    """Write people to a file that staff fetch within a day."""
    form, path = Form(work.facts["value"]), staged(settings)
    view = work.facts.get("view")
    chosen = Selection(
        work.list_id,
        view=Wanted.from_json(view) if view else None,
        only=tuple(work.facts.get("ids") or ()),
    )
    with db.reading(engine) as session, path.open("xb") as file:
        many = exporting.write(session, file, chosen, form)
    _finish(engine, work, Action.EXPORTED, people=many, file=path.name)


def _deed(work: Work) -> Deed:
    return Deed(Change(work.facts["change"]), work.facts["value"], work.list_id)


def _walk(
    engine: Engine,
    work: Work,
    act: Callable[[Session, Sequence[int]], int],
    *,
    step: int,
) -> int:
    changed = done = 0
    total = int(work.facts.get("total", 0))
    for chunk in _chunks(engine, work, step):
        with db.writing(engine) as session:
            changed += act(session, chunk)
        done += len(chunk)
        queueing.beat(engine, work.id, done, max(done, total))
    return changed


def _chunks(engine: Engine, work: Work, step: int) -> Iterator[Sequence[int]]:
    """Yield the people who are meant: those ticked, or all that a filter shows."""
    ticked = work.facts.get("ids")
    if ticked:
        for start in range(0, len(ticked), step):
            yield ticked[start : start + step]
        return
    wanted, last = Wanted.from_json(work.facts["view"]), 0
    while True:
        with db.reading(engine) as session:
            chunk = directory.ids(
                session, wanted, after=last, limit=step, now=db.now(session)
            )
        if not chunk:
            return
        yield chunk
        last = chunk[-1]


def _changes(session: Session, errand_id: int) -> Sequence[ErrandChange]:
    mine = select(ErrandChange).where(ErrandChange.errand_id == errand_id)
    return session.exec(
        mine.order_by(col(ErrandChange.subscriber_id)).limit(CHUNK)
    ).all()


def _finish(engine: Engine, work: Work, action: Action, **facts: Any) -> None:
    told = {key: value for key, value in facts.items() if key != "file"}
    with db.writing(engine) as session:
        errand = session.get_one(Errand, work.id)
        person = session.get(Staff, errand.staff_id) if errand.staff_id else None
        what = str(work.facts.get("change", ""))
        audit.note(session, person or "", action, subject=what, **told)
    queueing.end(engine, work.id, result={**work.result, **facts})
