import hashlib

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from newsletter import db
from subscribers import optout, people, suppressions
from subscribers.addresses import normalise
from subscribers.errors import ConsentMissing, ListNotFound, UnreadableFile
from subscribers.models import (
    Channel,
    Consent,
    ConsentKind,
    Import,
    Subscription,
    SubscriptionState,
    SuppressionReason,
)
from tests.factories import (
    KEYS,
    make_list,
    make_subscriber,
    subscription_of,
)
from tests.subscribers.importing.bringing import (
    HEADING,
    LISTS,
    SMALL,
    WORDS,
    bring,
    contents,
    counts,
    stored,
)


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


def test_an_update_happens_beside_new_people(engine: Engine) -> None:
    with db.writing(engine) as session:
        _anne(session)

    report = bring(engine, SMALL, update=True)

    assert counts(report) == (1, 1, 0, 0, 0)


def _anne(session: Session) -> None:
    make_subscriber(session, email="anne@example.org", name="A.", language="de")
