from io import BytesIO
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, update
from sqlmodel import Session, select

from newsletter import db
from subscribers.clock import utcnow
from subscribers.errors import ImportNotFound
from subscribers.importing import Order, Report, import_people, running, undo
from subscribers.models import (
    Consent,
    Import,
    Subscriber,
    SubscriberTag,
    Subscription,
    SubscriptionState,
)
from tests import factories
from tests.factories import KEYS, the_list
from tests.subscribers.importing.bringing import (
    SMALL,
    WORDS,
    bring,
    counts,
    many,
)


def test_many_batches_add_up(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_BATCH", 10)
    seen: list[tuple[int, int]] = []
    raw = many([*range(25), *range(5)])

    with db.reading(engine) as session:
        order = Order(the_list(session).id or 0, WORDS)
    report = import_people(
        engine,
        KEYS,
        BytesIO(raw),
        order,
        progress=lambda done, size: seen.append((done, size)),
    )

    assert counts(report) == (25, 0, 5, 0, 0)
    assert seen == [(len(raw), len(raw))] * 3


def test_a_batch_may_hold_nobody(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_BATCH", 2)

    report = bring(engine, SMALL + b"nobody,,,\n" * 4)

    assert counts(report) == (2, 0, 0, 4, 0)


def test_remarks_are_bounded_and_their_total_is_told(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_MOST_REMARKS", 3)
    bad = b"".join(b"nobody %d,,,\n" % n for n in range(5))
    odd = b"".join(b"r%d@example.org,,Klingon,\n" % n for n in range(5))

    report = bring(engine, SMALL + bad + odd)

    assert (len(report.refused), report.refused_total) == (3, 5)
    assert (len(report.notes), report.notes_total) == (3, 5)


def test_an_import_cut_off_half_way_is_finished_by_another(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_BATCH", 10)
    raw = many(range(35))

    class Killed(BaseException):
        """What the program dies of in the middle."""

    def die(_done: int, _size: int) -> None:
        raise Killed

    with db.reading(engine) as session:
        order = Order(the_list(session).id or 0, WORDS)
    with pytest.raises(Killed):
        import_people(engine, KEYS, BytesIO(raw), order, progress=die)

    assert counts(bring(engine, raw)) == (25, 0, 10, 0, 0)
    with db.reading(engine) as session:
        agreed = session.exec(select(Consent.subscriber_id)).all()
        assert len(agreed) == len(set(agreed)) == 35
        assert len(session.exec(select(SubscriberTag)).all()) == 35


@pytest.mark.parametrize("batches", [0, 1, 2, 4])
def test_an_import_cut_off_half_way_goes_on_as_the_same_one(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, batches: int
) -> None:
    monkeypatch.setattr(running, "_BATCH", 10)
    raw = _mixed(engine)
    whole = bring(engine, raw, dry_run=True, update=True)
    begun = _cut_off(engine, raw, batches)
    # Who has their verdict gets no second one, whatever they did since.
    with db.writing(engine) as session:
        session.execute(update(Subscriber).values(name="Chosen since"))

    report = bring(engine, raw, update=True, import_id=begun)

    with db.reading(engine) as session:
        (entry,) = session.exec(select(Import)).all()
        assert entry.id == report.import_id
        assert entry.counts["new"] == report.new
    assert counts(report) == counts(whole)
    assert (report.out, report.rows) == (whole.out, whole.rows)
    assert (report.refused, report.notes_total) == (whole.refused, whole.notes_total)


def test_one_that_went_on_is_taken_back_whole(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_BATCH", 10)
    raw = many(range(35))
    begun = _cut_off(engine, raw, 2) or 0
    report = bring(engine, raw, import_id=begun)

    undone = undo(engine, begun, forget=lambda *_: None, now=utcnow())

    assert (report.new, undone.deleted) == (35, 35)
    with db.reading(engine) as session:
        assert session.exec(select(Subscriber)).all() == []


@pytest.mark.parametrize("because", ["unknown", "another file", "taken back"])
def test_what_is_not_the_import_that_was_cut_off_is_not_gone_on_with(
    engine: Engine, because: str
) -> None:
    first = bring(engine, many(range(3))).import_id or 0
    if because == "taken back":
        undo(engine, first, forget=lambda *_: None, now=utcnow())
    raw = many(range(9 if because == "another file" else 3))
    going = first + 1 if because == "unknown" else first

    with pytest.raises(ImportNotFound):
        bring(engine, raw, import_id=going)

    with db.reading(engine) as session:
        people = session.exec(select(Subscriber)).all()
    assert len(people) == (0 if because == "taken back" else 3)


def _cut_off(engine: Engine, raw: bytes, batches: int) -> int | None:
    """Die after that many batches; return the import that stays, if one does."""
    begun, reached = list[int](), list[int]()

    class Killed(BaseException):
        """What the program dies of."""

    def die(done: int, _size: int) -> None:
        reached.append(done)
        if len(reached) == batches:
            raise Killed

    def note(_: Session, made: int) -> None:
        if not batches:
            raise Killed
        begun.append(made)

    with db.reading(engine) as session:
        order = Order(the_list(session).id or 0, WORDS, update=True)
    with pytest.raises(Killed):
        import_people(engine, KEYS, BytesIO(raw), order, progress=die, begun=note)
    return begun[0] if begun else None


def _mixed(engine: Engine) -> bytes:
    """Return rows of every kind, in the first batch and in the last."""
    with db.writing(engine) as session:
        for number in (3, 33):
            factories.make_subscriber(session, email=f"reader-{number}@example.org")
        for number in (5, 35):
            factories.make_subscriber(
                session,
                email=f"reader-{number}@example.org",
                state=SubscriptionState.UNSUBSCRIBED,
            )
    rows = many(range(38)).split(b"\n")
    rows[8] = rows[38] = b"not an address,,,"
    rows[10] = rows[37] = rows[2]
    return b"\n".join(rows)


def test_two_imports_at_the_same_time_take_everybody_once(engine: Engine) -> None:
    files = [many(range(40)), many(reversed(range(40))), many(range(20, 60))]
    barrier, reports = Barrier(len(files)), list[Report]()

    def work(raw: bytes) -> None:
        barrier.wait()
        reports.append(bring(engine, raw))

    threads = [Thread(target=work, args=(raw,)) for raw in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(report.new for report in reports) == 60
    assert sum(report.unchanged for report in reports) == 60
    with db.reading(engine) as session:
        for table in (Subscriber, Subscription, Consent):
            assert len(session.exec(select(table)).all()) == 60
