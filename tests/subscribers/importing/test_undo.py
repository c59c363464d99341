from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from newsletter import db
from subscribers import optout, people, preferences, suppressions
from subscribers.addresses import normalise
from subscribers.clock import utcnow
from subscribers.errors import ImportNotFound, ImportNotUndone
from subscribers.importing import Undone, undo, undoing
from subscribers.models import (
    Channel,
    Consent,
    ConsentKind,
    Import,
    ImportChange,
    Request,
    RequestKind,
    Subscriber,
    Subscription,
    SubscriptionState,
    SuppressionReason,
)
from tests.factories import KEYS, make_list, make_subscriber, subscription_of, the_list
from tests.subscribers.importing.bringing import (
    HEADING,
    SMALL,
    bring,
    contents,
    many,
    stored,
)

Act = Callable[[Session, Subscriber], object]


def nobody(_session: Session, _ids: Sequence[int]) -> None:
    """Forget nothing."""


def take_back(engine: Engine, import_id: int | None) -> Undone:
    return undo(engine, import_id or 0, forget=nobody, now=utcnow())


def outcome(undone: Undone) -> tuple[int, ...]:
    return undone.deleted, undone.removed, undone.restored, undone.stayed


def handle(session: Session, reader: Subscriber) -> str:
    return subscription_of(session, reader).handle


def test_whom_only_the_import_brought_is_deleted(engine: Engine) -> None:
    report = bring(engine, SMALL)

    undone = take_back(engine, report.import_id)

    assert outcome(undone) == (2, 0, 0, 0)
    assert stored(engine) == {}
    with db.reading(engine) as session:
        assert session.exec(select(Subscription)).all() == []
        assert session.get_one(Import, report.import_id).undone_at is not None


def test_who_is_deleted_is_forgotten_in_the_same_transaction(engine: Engine) -> None:
    report = bring(engine, SMALL)
    seen: list[str] = []

    def forget(session: Session, ids: Sequence[int]) -> None:
        found = session.exec(select(Subscriber).where(col(Subscriber.id).in_(ids)))
        seen.extend(sorted(each.email for each in found))

    undo(engine, report.import_id or 0, forget=forget, now=utcnow())

    assert seen == ["anne@example.org", "bart@example.org"]


def test_many_are_taken_back_in_chunks(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "_CHUNK", 10)
    report = bring(engine, many(range(35)))

    assert outcome(take_back(engine, report.import_id)) == (35, 0, 0, 0)
    assert stored(engine) == {}


def test_one_that_was_cut_off_is_taken_back_by_another(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "_CHUNK", 10)
    report = bring(engine, many(range(35)))
    calls: list[int] = []

    class Killed(BaseException):
        """What the program dies of in the middle."""

    def forget(_session: Session, ids: Sequence[int]) -> None:
        calls.extend(ids)
        if len(calls) > 15:
            raise Killed

    with pytest.raises(Killed):
        undo(engine, report.import_id or 0, forget=forget, now=utcnow())

    assert outcome(take_back(engine, report.import_id)) == (25, 0, 0, 0)
    assert stored(engine) == {}


def left(session: Session, anne: Subscriber) -> None:
    optout.unsubscribe(session, handle(session, anne), channel=Channel.ONE_CLICK)


def came_back(session: Session, anne: Subscriber) -> None:
    optout.unsubscribe(session, handle(session, anne), channel=Channel.PAGE)
    optout.undo(session, handle(session, anne))


def complained(session: Session, anne: Subscriber) -> None:
    suppressions.suppress(
        session, KEYS, normalise(anne.email), reason=SuppressionReason.COMPLAINT
    )


def chose_a_language(session: Session, anne: Subscriber) -> None:
    preferences.set_language(session, handle(session, anne), "de", allowed=["de"])


def paused(session: Session, anne: Subscriber) -> None:
    subscription_of(session, anne).state = SubscriptionState.PAUSED


def confirmed(session: Session, anne: Subscriber) -> None:
    session.add(
        Consent(
            subscriber_id=anne.id,
            list_id=the_list(session).id,
            kind=ConsentKind.GRANTED,
            channel=Channel.FORM,
            words="Yes",
        )
    )


def asked_for_their_data(session: Session, anne: Subscriber) -> None:
    session.add(
        Request(
            kind=RequestKind.DATA,
            email=anne.email,
            email_key=anne.email_key,
            email_hash=anne.email_hash,
            limit_hash=anne.email_hash,
            language="fr",
            subscriber_id=anne.id,
            done_at=utcnow(),
        )
    )


@pytest.mark.parametrize(
    "act",
    [
        left,
        came_back,
        complained,
        chose_a_language,
        paused,
        confirmed,
        asked_for_their_data,
    ],
)
def test_who_acted_since_stays_exactly_as_they_are(engine: Engine, act: Act) -> None:
    report = bring(engine, SMALL)
    with db.writing(engine) as session:
        act(session, people.get(session, "anne@example.org"))

    def anne() -> tuple[object, ...]:
        with db.reading(engine) as session:
            found = people.get(session, "anne@example.org")
            standing = subscription_of(session, found)
            return found.model_dump(), standing.model_dump()

    before = anne()

    undone = take_back(engine, report.import_id)

    assert outcome(undone) == (1, 0, 0, 1)
    assert anne() == before


def test_who_left_stays_out_of_the_next_import_too(engine: Engine) -> None:
    report = bring(engine, SMALL)
    with db.writing(engine) as session:
        left(session, people.get(session, "anne@example.org"))
    take_back(engine, report.import_id)

    again = bring(engine, SMALL)

    assert again.out == {"unsubscribed": 1}


def test_who_was_on_another_list_is_off_this_one_and_it_is_written_down(
    engine: Engine,
) -> None:
    with db.writing(engine) as session:
        make_subscriber(
            session, email="anne@example.org", list=make_list(session, slug="press")
        )
    report = bring(engine, SMALL)

    undone = take_back(engine, report.import_id)

    assert outcome(undone) == (1, 1, 0, 0)
    with db.reading(engine) as session:
        anne = people.get(session, "anne@example.org")
        lists = [each.mailing_list.slug for each in people.standings(session, anne)]
        proofs = [each.consent for each in people.proofs(session, anne)]
        assert lists == ["press"]
        assert [(p.kind, p.channel, p.evidence) for p in proofs][-1] == (
            ConsentKind.WITHDRAWN,
            Channel.STAFF,
            {"undo": report.import_id},
        )


def test_what_was_changed_is_given_back(engine: Engine) -> None:
    with db.writing(engine) as session:
        make_subscriber(session, email="anne@example.org", name="Anne", tags=("press",))
    raw = HEADING.strip() + b",Ville\nanne@example.org,Ann,de,tv,Gent\n"
    report = bring(engine, raw, update=True)

    undone = take_back(engine, report.import_id)

    assert outcome(undone) == (0, 0, 1, 0)
    assert stored(engine) == {"anne@example.org": ("Anne", "fr", ["press"])}
    with db.reading(engine) as session:
        assert people.get(session, "anne@example.org").attributes == {}
        assert session.exec(select(ImportChange)).all() == []


def test_what_somebody_changed_since_is_theirs(engine: Engine) -> None:
    with db.writing(engine) as session:
        make_subscriber(
            session,
            email="anne@example.org",
            name="Anne",
            attributes={"Ville": "Mons", "Code": "1"},
        )
    raw = HEADING.strip() + b",Ville,Code,Age\nanne@example.org,Ann,de,,Gent,2,41\n"
    report = bring(engine, raw, update=True)
    with db.writing(engine) as session:
        anne = people.get(session, "anne@example.org")
        anne.language = "nl"
        anne.attributes = anne.attributes | {"Code": "3"}
        session.add(anne)

    take_back(engine, report.import_id)

    assert stored(engine)["anne@example.org"][:2] == ("Anne", "nl")
    with db.reading(engine) as session:
        attributes = people.get(session, "anne@example.org").attributes
        assert attributes == {"Ville": "Mons", "Code": "3"}


def test_nothing_is_given_back_where_all_was_changed_since(engine: Engine) -> None:
    with db.writing(engine) as session:
        make_subscriber(session, email="anne@example.org", name="Anne")
    report = bring(engine, b"email,name\nanne@example.org,Ann\n", update=True)
    with db.writing(engine) as session:
        people.get(session, "anne@example.org").name = "Annie"

    assert outcome(take_back(engine, report.import_id)) == (0, 0, 0, 0)
    assert stored(engine)["anne@example.org"][0] == "Annie"


def test_nobody_is_deleted_where_everybody_acted(engine: Engine) -> None:
    report = bring(engine, b"anne@example.org\n")
    with db.writing(engine) as session:
        left(session, people.get(session, "anne@example.org"))

    assert outcome(take_back(engine, report.import_id)) == (0, 0, 0, 1)


def test_a_later_import_does_not_count_as_acting(engine: Engine) -> None:
    first = bring(engine, SMALL)
    bring(engine, SMALL.replace(b"Anne", b"Ann"), update=True)

    assert outcome(take_back(engine, first.import_id)) == (2, 0, 0, 0)


def test_who_left_is_not_changed_back(engine: Engine) -> None:
    with db.writing(engine) as session:
        make_subscriber(session, email="anne@example.org", name="Anne")
    report = bring(engine, SMALL.replace(b"Anne", b"Ann"), update=True)
    with db.writing(engine) as session:
        left(session, people.get(session, "anne@example.org"))

    assert take_back(engine, report.import_id).restored == 0
    assert stored(engine)["anne@example.org"][0] == "Ann"


def test_an_import_is_taken_back_once(engine: Engine) -> None:
    report = bring(engine, SMALL)
    take_back(engine, report.import_id)
    before = contents(engine)

    with pytest.raises(ImportNotUndone, match="taken back already"):
        take_back(engine, report.import_id)

    assert contents(engine) == before


def test_after_a_week_it_is_too_late(engine: Engine) -> None:
    report = bring(engine, SMALL)
    later = utcnow() + timedelta(days=7, seconds=1)

    with pytest.raises(ImportNotUndone, match="could be taken back for 7 days"):
        undo(engine, report.import_id or 0, forget=nobody, now=later)

    assert len(stored(engine)) == 2


def test_an_unknown_import_is_refused(engine: Engine) -> None:
    with pytest.raises(ImportNotFound, match="There is no import 4711"):
        take_back(engine, 4711)
