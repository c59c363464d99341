"""Words that are saved while others write the same: nobody’s are lost."""

import threading
from datetime import UTC, datetime, timedelta

import time_machine
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from newsletter import db, items
from newsletter.items import Attempt, Author, Saved, revisions
from newsletter.models import Item, ItemText, Revision
from tests import factories

LEA, JAN = Author("Léa"), Author("Jan")
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def make(session: Session) -> Item:
    words = {"title": "Le pont", "summary": "", "body": "<p>Il a six mois.</p>"}
    return factories.make_item(session, texts={"fr": words})


def save(
    session: Session, item: Item, version: int, by: Author = LEA, **words: str
) -> Saved:
    return items.save(session, item, Attempt(words, version, by), language="nl")


def kept(session: Session, language: str = "nl") -> list[tuple[str, str, bool]]:
    query = select(Revision).where(Revision.language == language)
    found = session.exec(query.order_by(col(Revision.id))).all()
    return [(each.who, each.words["title"], each.lost) for each in found]


def test_words_of_a_version_that_was_seen_are_written(session: Session) -> None:
    item = make(session)

    first = save(session, item, 0, title="De brug")
    second = save(session, item, 1, body="<p onclick=x>Zes</p>")

    assert (first.lost, second.lost) == (None, None)
    assert (second.text.version, revisions.words_of(second.text)["body"]) == (
        2,
        "<p>Zes</p>",
    )


def test_words_that_come_too_late_are_kept_beside_those_that_count(
    session: Session,
) -> None:
    item = make(session)
    save(session, item, 0, title="De brug")

    late = save(session, item, 0, by=JAN, title="Brug open")
    again = save(session, item, 0, by=JAN, title="Brug open")

    assert late.lost is not None
    assert again.lost is late.lost
    assert kept(session) == [("Léa", "De brug", False), ("Jan", "Brug open", True)]


def test_an_answer_that_never_came_makes_no_conflict(session: Session) -> None:
    item = make(session)
    save(session, item, 0, title="De brug")

    same = save(session, item, 0, title="De brug")
    more = items.save(
        session,
        item,
        Attempt({"title": "De brug is open"}, 0, LEA, again=True),
        language="nl",
    )

    assert (same.lost, more.lost) == (None, None)
    assert kept(session) == [
        ("Léa", "De brug", False),
        ("Léa", "De brug is open", False),
    ]


def test_one_sitting_is_one_state_until_much_of_it_goes(session: Session) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        item = make(session)
        save(session, item, 0, title="De", summary="Een lang verhaal " * 8)
        save(session, item, 1, title="De brug")
        save(session, item, 2, summary="")
        clock.shift(timedelta(minutes=6))
        save(session, item, 3, title="De brug.")

    assert [title for _, title, _ in kept(session)] == [
        "De brug",
        "De brug",
        "De brug.",
    ]


def test_the_words_a_translation_was_made_from_can_be_found_again(
    session: Session,
) -> None:
    item = make(session)
    text = save(session, item, 0, title="De brug").text
    three = Attempt({"body": "<p>Il a trois mois.</p>"}, 1, JAN)

    source = items.save(session, item, three, language="fr").text
    save(session, item, 1, title="De brug!")
    found = revisions.made_from(session, source, text.source_hash)

    assert isinstance(source, ItemText)
    assert isinstance(text, ItemText)
    assert items.is_stale(source, text)
    assert found is not None
    assert found.words["body"] == "<p>Il a six mois.</p>"


def test_of_two_who_save_at_once_one_counts_and_both_are_kept(engine: Engine) -> None:
    with db.writing(engine) as session:
        item_id = make(session).id or 0
    ready = threading.Barrier(2)

    def write(name: str) -> None:
        with db.reading(engine) as session:
            seen = session.get_one(Item, item_id)
        ready.wait(10)
        with db.writing(engine) as session:
            save(session, seen, 0, by=Author(name), title=f"Van {name}")

    hands = [threading.Thread(target=write, args=[name]) for name in ("Léa", "Jan")]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(20)

    with db.reading(engine) as session:
        found = kept(session)
    assert sorted(lost for *_, lost in found) == [False, True]
    assert {title for _, title, _ in found} == {"Van Léa", "Van Jan"}


def test_who_read_before_another_wrote_is_found_out_by_the_write_itself(
    engine: Engine,
) -> None:
    with db.writing(engine) as session:
        item = make(session)
        item_id = item.id or 0
        save(session, item, 0, title="De brug")
    with db.reading(engine) as session:
        read = session.exec(select(ItemText).where(ItemText.language == "nl")).one()
        session.expunge(read)
    with db.writing(engine) as session:
        save(session, session.get_one(Item, item_id), 1, by=JAN, title="Van Jan")

    with db.writing(engine) as session:
        # As it is where both have read, and neither has written yet.
        stale = session.merge(read, load=False)
        late = save(session, session.get_one(Item, item_id), 1, title="Van Léa")
        assert late.text is stale
        assert stale.title == "Van Jan"

    with db.reading(engine) as session:
        found = kept(session)
    assert ("Léa", "Van Léa", True) in found
    assert ("Jan", "Van Jan", False) in found
