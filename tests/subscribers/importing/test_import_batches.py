from io import BytesIO
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db
from subscribers.importing import Order, Report, import_people, running
from subscribers.models import Consent, Subscriber, SubscriberTag, Subscription
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
