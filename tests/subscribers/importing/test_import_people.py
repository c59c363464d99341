import hashlib
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, col, select

from newsletter import db
from subscribers import optout, people, suppressions
from subscribers.addresses import normalise
from subscribers.errors import ConsentMissing, ListNotFound, UnreadableFile
from subscribers.importing import Order, Report, import_people, running
from subscribers.models import (
    Channel,
    Consent,
    ConsentKind,
    Import,
    Subscriber,
    SubscriberTag,
    Subscription,
    SubscriptionState,
    SuppressionReason,
)
from tests.factories import (
    KEYS,
    make_list,
    make_subscriber,
    subscription_of,
    the_list,
)

LISTS = Path(__file__).parents[2] / "payloads" / "lists"
WORDS = "They signed the paper list at the general meeting of 3 May 2026."
HEADING = b"email,name,language,tags\n"
SMALL = HEADING + b"anne@example.org,Anne,fr,press\nbart@example.org,Bart,nl,\n"


def bring(engine: Engine, raw: bytes, **order: object) -> Report:
    with db.reading(engine) as session:
        list_id = the_list(session).id
    values = {"list_id": list_id, "consent": WORDS, "filename": "people.csv"} | order
    return import_people(engine, KEYS, BytesIO(raw), Order(**values))  # type: ignore[arg-type]  # keyword overrides


def many(numbers: Iterable[int]) -> bytes:
    rows = [f"reader-{n}@example.org,Reader {n},fr,press" for n in numbers]
    return "\n".join(["email,name,language,tags", *rows]).encode()


def counts(report: Report) -> tuple[int, ...]:
    return (
        report.new,
        report.updated,
        report.unchanged,
        report.refused_total,
        report.stayed_out,
    )


def contents(engine: Engine) -> str:
    """Return a checksum of every row of every table."""
    digest = hashlib.sha256()
    with engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            rows = sorted(map(repr, connection.execute(table.select())))
            digest.update("\n".join([table.name, *rows]).encode())
    return digest.hexdigest()


def stored(engine: Engine) -> dict[str, tuple[str, str | None, list[str]]]:
    with db.reading(engine) as session:
        found = people.listing(session, limit=10_000)
        tags = people.tags_of(session, found)
        return {p.email: (p.name, p.language, tags[p.id or 0]) for p in found}


def test_people_come_in_confirmed(engine: Engine) -> None:
    report = bring(engine, SMALL)

    assert (report.rows, *counts(report)) == (2, 2, 0, 0, 0, 0)
    assert stored(engine) == {
        "anne@example.org": ("Anne", "fr", ["press"]),
        "bart@example.org": ("Bart", "nl", []),
    }
    with db.reading(engine) as session:
        standing = session.exec(select(Subscription)).first()
        assert standing is not None
        assert standing.state == SubscriptionState.CONFIRMED
        assert standing.import_id == report.import_id
        assert standing.confirmed_at is not None
        assert (len(standing.handle), standing.paused_until) == (16, None)


def test_each_has_a_consent_of_their_own(engine: Engine) -> None:
    report = bring(engine, SMALL, consent=f"  {WORDS}\0\n")

    with db.reading(engine) as session:
        records = session.exec(select(Consent).order_by(col(Consent.id))).all()
        assert [r.evidence["row"] for r in records] == [2, 3]
        for record in records:
            assert (record.kind, record.channel) == (
                ConsentKind.GRANTED,
                Channel.IMPORT,
            )
            assert record.words == WORDS
            assert record.words_hash == hashlib.sha256(WORDS.encode()).hexdigest()
            assert record.import_id == report.import_id
            assert record.evidence["file"] == hashlib.sha256(SMALL).hexdigest()


def test_the_import_is_entered_with_its_counts(engine: Engine) -> None:
    report = bring(engine, SMALL + b"nobody,,,\n")

    with db.reading(engine) as session:
        entry = session.get_one(Import, report.import_id)
        assert (entry.filename, entry.consent) == ("people.csv", WORDS)
        assert entry.counts == {
            "rows": 3,
            "new": 2,
            "updated": 0,
            "unchanged": 0,
            "refused": 1,
            "stayed_out": 0,
        }


@pytest.mark.parametrize("words", ["", "  \n", "\0"])
def test_nothing_happens_without_a_declared_consent(engine: Engine, words: str) -> None:
    before = contents(engine)

    with pytest.raises(ConsentMissing):
        bring(engine, SMALL, consent=words)

    assert contents(engine) == before


def test_a_file_that_is_no_list_leaves_no_trace(engine: Engine) -> None:
    before = contents(engine)

    with pytest.raises(UnreadableFile):
        bring(engine, b"name,town\nAnne,Gent\n")

    assert contents(engine) == before


def test_the_list_must_exist(engine: Engine) -> None:
    with pytest.raises(ListNotFound):
        bring(engine, SMALL, list_id=4711)


def test_a_trial_run_gives_the_same_verdicts_and_writes_nothing(
    engine: Engine,
) -> None:
    bring(engine, SMALL)
    raw = (LISTS / "hostile.csv").read_bytes() + SMALL[len(HEADING) :].replace(
        b",", b";"
    )
    before = contents(engine)

    trial = bring(engine, raw, dry_run=True, update=True)

    assert contents(engine) == before
    real = bring(engine, raw, update=True)
    assert (trial.dry_run, trial.import_id) == (True, None)
    assert counts(trial) == counts(real)
    assert (trial.refused, trial.notes) == (real.refused, real.notes)


def test_the_same_file_again_changes_nobody(engine: Engine) -> None:
    bring(engine, SMALL)
    before = stored(engine)

    again = bring(engine, SMALL)

    assert counts(again) == (0, 0, 2, 0, 0)
    assert stored(engine) == before
    with db.reading(engine) as session:
        assert len(session.exec(select(Consent)).all()) == 2


def test_known_people_are_not_overwritten(engine: Engine) -> None:
    bring(engine, SMALL)

    report = bring(engine, HEADING + b"ANNE@example.org,Ann,de,tv\n")

    assert counts(report) == (0, 0, 1, 0, 0)
    assert stored(engine)["anne@example.org"] == ("Anne", "fr", ["press"])


def test_an_update_takes_what_the_file_knows(engine: Engine) -> None:
    bring(engine, SMALL)
    raw = HEADING + b"anne@example.org,,de,tv;press\nBart@example.org,Bart,nl,\n"

    report = bring(engine, raw, update=True)

    assert counts(report) == (0, 1, 1, 0, 0)
    assert stored(engine) == {
        "anne@example.org": ("Anne", "de", ["press", "tv"]),
        "bart@example.org": ("Bart", "nl", []),
    }


def test_an_update_with_nothing_to_change_changes_nothing(engine: Engine) -> None:
    bring(engine, SMALL)

    assert counts(bring(engine, SMALL, update=True)) == (0, 0, 2, 0, 0)


def test_of_two_rows_about_one_person_the_first_counts(engine: Engine) -> None:
    raw = SMALL + b"Anne@Example.org,Ann,de,tv\n"

    report = bring(engine, raw)
    updated = bring(engine, raw, update=True)

    assert counts(report) == (2, 0, 1, 0, 0)
    assert [(note.row, note.value) for note in report.notes] == [
        (4, "Anne@example.org")
    ]
    assert counts(updated) == (0, 0, 3, 0, 0)
    assert stored(engine)["anne@example.org"] == ("Anne", "fr", ["press"])


def test_who_left_this_list_stays_out(engine: Engine) -> None:
    bring(engine, SMALL)
    with db.writing(engine) as session:
        anne = people.get(session, "anne@example.org")
        handle = subscription_of(session, anne).handle
        optout.unsubscribe(session, handle, channel=Channel.ONE_CLICK)

    report = bring(engine, SMALL.replace(b"Anne", b"Ann"), update=True)

    assert counts(report) == (0, 0, 1, 0, 1)
    assert report.out == {"unsubscribed": 1}
    assert stored(engine)["anne@example.org"][0] == "Anne"
    with db.reading(engine) as session:
        anne = people.get(session, "anne@example.org")
        state = subscription_of(session, anne).state
        assert state == SubscriptionState.UNSUBSCRIBED


@pytest.mark.parametrize("reason", SuppressionReason)
def test_a_suppressed_address_stays_out(
    engine: Engine, reason: SuppressionReason
) -> None:
    with db.writing(engine) as session:
        address = normalise("ANNE@example.org")
        suppressions.suppress(session, KEYS, address, reason=reason)

    report = bring(engine, SMALL)

    assert counts(report) == (1, 0, 0, 0, 1)
    assert report.out == {reason.value: 1}
    assert "anne@example.org" not in stored(engine)


def test_a_repeated_row_of_somebody_who_stays_out_stays_out(engine: Engine) -> None:
    with db.writing(engine) as session:
        suppressions.suppress(
            session,
            KEYS,
            normalise("anne@example.org"),
            reason=SuppressionReason.ERASED,
        )

    assert counts(bring(engine, SMALL + SMALL[len(HEADING) :])) == (1, 0, 1, 0, 2)


@pytest.mark.parametrize(
    "state", [SubscriptionState.PAUSED, SubscriptionState.UNCONFIRMED]
)
def test_a_standing_is_not_changed_by_a_file(
    engine: Engine, state: SubscriptionState
) -> None:
    with db.writing(engine) as session:
        make_subscriber(session, email="anne@example.org", state=state)

    report = bring(engine, SMALL)

    assert counts(report) == (1, 0, 1, 0, 0)
    with db.reading(engine) as session:
        anne = people.get(session, "anne@example.org")
        assert subscription_of(session, anne).state == state


def test_somebody_of_another_list_joins_this_one_as_they_are(engine: Engine) -> None:
    with db.writing(engine) as session:
        other = make_list(session)
        make_subscriber(
            session, email="anne@example.org", name="A.", language="de", list=other
        )

    report = bring(engine, SMALL)

    assert counts(report) == (2, 0, 0, 0, 0)
    assert stored(engine)["anne@example.org"] == ("A.", "de", ["press"])


def test_one_bad_row_never_stops_the_file(engine: Engine) -> None:
    report = bring(engine, (LISTS / "hostile.csv").read_bytes())

    assert (report.rows, *counts(report)) == (18, 13, 0, 1, 4, 0)
    assert [(remark.row, remark.value[:20]) for remark in report.refused] == [
        (9, "injection@example.or"),
        (10, "nul @example.org"),
        (11, "=cmd|' /C calc'!A0"),
        (12, "unclosed@example.org"),
    ]
    found = stored(engine)
    assert {email.partition("@")[0]: row[0] for email, row in found.items()} == {
        "formula": "",
        "wide": "",
        "plus": "32 2 123",
        "escaped": "Anne",
        "markup": "",
        "link": "",
        "lines": "Anne Bcc: x@example.org",
        "klingon": "Worf",
        "short": "",
        "long": "a" * 200,
        "double": "One",
        "dutch": "'t Jolle",
        "good": "Good",
    }
    assert found["klingon@example.org"][1] is None
    assert found["formula@example.org"][2] == ["1+1"]
    assert len(found["long@example.org"][2]) == 50


@pytest.mark.parametrize(
    ("file", "expected", "out"),
    [
        (
            "excel-fr.csv",
            {
                "lea": ("Léa Dupont", "fr", ["membres"]),
                "bart": ("Bart", "nl", ["membres", "presse"]),
            },
            0,
        ),
        (
            "excel-nl-1252.csv",
            {"zoe": ("Zoë Peeters", "fr", []), "jorg": ("Jörg Müller", "de", [])},
            0,
        ),
        (
            "excel-utf16.txt",
            {"juergen": ("Jürgen", "de", []), "ana": ("Ana", "en", [])},
            0,
        ),
        (
            "mailchimp.csv",
            {
                "anne": ("Anne Peeters", "fr", ["press", "vip"]),
                "bart": ("Bart", "nl", []),
            },
            0,
        ),
        ("mailchimp-left.csv", {}, 1),
        ("listmonk.csv", {"anne": ("Anne", "nl", ["press"])}, 1),
        ("brevo.csv", {"anne": ("Anne Peeters", "nl", [])}, 1),
        ("substack.csv", {"anne": ("", None, [])}, 1),
        ("ghost.csv", {"anne": ("Anne", None, ["press", "vip"])}, 2),
        ("phplist.csv", {"anne": ("Anne", None, [])}, 2),
        ("keila.csv", {"anne": ("Anne Peeters", "de", [])}, 2),
        ("mailtrain.csv", {"anne": ("Anne Peeters", None, [])}, 1),
        ("civicrm.csv", {"anne": ("Anne Peeters", "fr", ["members", "press"])}, 2),
        (
            "pasted.txt",
            {
                "anne": ("Anne Peeters", None, []),
                "bart": ("", None, []),
                "cris": ("Cris, the third", None, []),
            },
            0,
        ),
        (
            "bare.csv",
            {
                "anne": ("Anne Peeters", "fr", []),
                "bart": ("Bart", "nl", []),
                "cris": ("", None, []),
            },
            0,
        ),
    ],
)
def test_lists_of_other_programs_are_understood(
    engine: Engine,
    file: str,
    expected: dict[str, tuple[str, str | None, list[str]]],
    out: int,
) -> None:
    report = bring(engine, (LISTS / file).read_bytes())

    found = {
        email.removesuffix("@example.org"): row for email, row in stored(engine).items()
    }
    assert found == expected
    assert counts(report) == (len(expected), 0, 0, 0, out)


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


def test_an_update_happens_beside_new_people(engine: Engine) -> None:
    with db.writing(engine) as session:
        _anne(session)

    report = bring(engine, SMALL, update=True)

    assert counts(report) == (1, 1, 0, 0, 0)


def _anne(session: Session) -> None:
    make_subscriber(session, email="anne@example.org", name="A.", language="de")
