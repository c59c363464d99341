"""The whole way of a feed on disk to items, as one reads it afterwards."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, MetaData
from sqlmodel import Session, col, select

from newsletter import db, feeds, items
from newsletter.config import Settings
from newsletter.feeds import Outcome, Report
from newsletter.models import Asset, AssetSize, Item, ItemText, ItemType

BRUSSELS = ZoneInfo("Europe/Brussels")
Titled = Callable[[str], Item]


@pytest.fixture
def report(engine: Engine, settings: Settings, payloads: Path) -> Report:
    """The first import of the river's feed."""
    return feeds.import_feed(engine, settings, str(payloads / "riviere-fr.xml"))


@pytest.fixture
def reading(engine: Engine, report: Report) -> Iterator[Session]:
    """A session that looks at what was imported."""
    assert report.items
    with db.reading(engine) as session:
        yield session


@pytest.fixture
def titled(reading: Session) -> Titled:
    """Return a function that finds the item whose title starts so."""

    def find(start: str) -> Item:
        return reading.exec(
            select(Item)
            .join(ItemText, col(ItemText.item_id) == col(Item.id))
            .where(col(ItemText.title).startswith(start))
        ).first() or pytest.fail(f"no item is called {start}…")

    return find


def words(session: Session, item: Item, language: str = "fr") -> ItemText:
    assert item.id is not None
    return items.find_texts(session, [item.id])[item.id][language]


def test_every_entry_becomes_one_item_of_its_type(report: Report) -> None:
    kinds = [item.type for item in report.items]

    assert report.count(Outcome.NEW) == 10
    assert (report.refused, report.warnings) == ((), ())
    assert kinds == [
        *("documents", "story", "story", "story", "video"),
        *("story", "story", "story", "story", "event"),
    ]
    assert {item.language for item in report.items} == {"fr"}


def test_the_same_feed_again_changes_nothing(
    engine: Engine, settings: Settings, payloads: Path, report: Report
) -> None:
    before = _everything(engine)

    again = feeds.import_feed(engine, settings, str(payloads / "riviere-fr.xml"))

    assert again.count(Outcome.UNCHANGED) == 10
    assert [item.id for item in again.items] == [item.id for item in report.items]
    assert _everything(engine) == before


def test_the_documents_are_listed_and_leave_the_text(
    reading: Session, titled: Titled
) -> None:
    item = titled("Trois régions")

    assert [document["titles"]["fr"] for document in item.documents] == [
        "Programme des deux jours",
        "Notes de séance",
        "Texte pour la presse",
    ]
    assert {document["format"] for document in item.documents} == {"PDF"}
    assert words(reading, item).body.count("<p>") == 2
    assert ".pdf" not in words(reading, item).body


def test_only_the_invitation_is_an_event(reading: Session, titled: Titled) -> None:
    item = titled("Walking")

    events = reading.exec(select(Item).where(col(Item.starts_at).is_not(None))).all()
    assert events == [item]
    assert item.starts_at == datetime(2025, 11, 10, 15, 15, tzinfo=BRUSSELS)
    assert item.reply_by_at == datetime(2025, 11, 6, 12, 30, tzinfo=BRUSSELS)
    assert (item.place, item.timezone) == ("Pont des Arches", "Europe/Brussels")
    assert len(item.documents) == 2


def test_a_post_in_two_languages_is_one_item_with_two_texts(
    reading: Session, titled: Titled
) -> None:
    item = titled("Deux associations")

    french, english = words(reading, item), words(reading, item, "en")
    assert french.body.count("<p>") == english.body.count("<p>") == 2
    assert english.body.startswith("<p>Rivière vivante and River Watch now count")
    assert "…" not in french.body + english.body
    assert english.ready
    assert not items.is_stale(french, english)


def test_five_items_have_a_picture_in_our_store(
    reading: Session, settings: Settings
) -> None:
    pictured = reading.exec(select(Item).where(col(Item.asset_id).is_not(None))).all()

    assets = reading.exec(select(Asset)).all()
    assert len(pictured) == len(assets) == 5
    assert {asset.width for asset in assets} == {1072}
    narrower = reading.exec(select(AssetSize)).all()
    assert {size.width for size in narrower} == {320, 536}
    kept = [each.path.rpartition("/")[2] for each in assets]
    kept += [each.path.rpartition("/")[2] for each in narrower]
    assert {path.name for path in settings.media_dir.iterdir()} == set(kept)


def test_a_line_that_comes_twice_is_the_caption(
    reading: Session, titled: Titled
) -> None:
    text = words(reading, titled("Les marcheurs"))

    assert (
        text.caption
        == text.alt
        == ("Les marcheurs et la bourgmestre devant l’hôtel de ville")
    )
    assert text.caption not in text.body


def test_the_credit_is_told_from_the_caption(reading: Session, titled: Titled) -> None:
    item = titled("Nadia")

    assert item.credit == "BELIMAGE"
    assert words(reading, item).caption == (
        "Nadia Lambert, garde-rivière, au bord de l’écluse"
    )
    assert "©" not in words(reading, item).body


@pytest.mark.parametrize(
    ("title", "source"),
    [
        ("Le décret", "Fédération des contrats de rivière"),
        ("Ce que disent", "Le Courrier de la vallée"),
        ("Une carte", "Contrat de rivière et Rivière vivante"),
        ("Trois régions", ""),
    ],
)
def test_the_source_line_becomes_the_attribution(
    reading: Session, titled: Titled, title: str, source: str
) -> None:
    item = titled(title)

    assert item.attribution == source
    assert "Source" not in words(reading, item).body


def test_the_words_of_a_document_link_are_not_said_twice(
    reading: Session, titled: Titled
) -> None:
    item = titled("Ce que disent")

    assert item.type is ItemType.STORY
    assert item.documents[0]["titles"] == {"fr": "Rapport d'automne"}
    assert "automne</" not in words(reading, item).body


def test_the_foot_of_every_entry_is_dropped(reading: Session) -> None:
    bodies = reading.exec(select(ItemText.body)).all()

    assert not [body for body in bodies if "où l’eau respire" in body]


def test_the_video_has_its_address_and_the_words_of_its_link(
    reading: Session, titled: Titled
) -> None:
    item = titled("En images")

    assert item.video_url == "https://film.example/watch?v=loutre"
    assert words(reading, item).link_text == "Voir le film"
    assert "film.example" not in words(reading, item).body


def test_the_text_is_clean_and_its_links_follow_nobody(
    reading: Session, titled: Titled
) -> None:
    item = titled("Une convention")

    body = words(reading, item).body
    assert body.startswith("<h4>Ce qui change</h4><p>Le 29 janvier")
    assert "<li>Un comptage <strong>chaque printemps</strong></li>" in body
    assert '<a href="https://riviere.example/fr/carte/?zone=4">' in body
    assert item.url == "https://riviere.example/fr/pecheurs/"


def test_a_summary_cut_in_a_word_ends_with_its_last_sentence(
    reading: Session, titled: Titled
) -> None:
    text = words(reading, titled("Deux associations"))

    assert text.summary.endswith("de la source jusqu’à la mer.")


def test_author_guid_and_day_are_kept(titled: Titled) -> None:
    item = titled("Trois régions")

    assert item.author == "Rivière vivante"
    assert item.guid == "https://riviere.example/?p=40"
    assert item.published_at == datetime(2026, 2, 18, 10, tzinfo=BRUSSELS)


def _everything(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table."""
    tables = MetaData()
    tables.reflect(engine)
    with db.reading(engine) as session:
        return {
            table.name: sorted(map(tuple, session.execute(table.select())), key=str)
            for table in tables.sorted_tables
        }
