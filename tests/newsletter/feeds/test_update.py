"""A feed read again: what changes, what stays, what is reported."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, feeds, items
from newsletter.config import Settings
from newsletter.feeds import Outcome, Report
from newsletter.models import Item, ItemText, ItemType, Source

Import = Callable[..., Report]


@pytest.fixture
def import_(engine: Engine, settings: Settings, tmp_path: Path) -> Import:
    """Return a function that writes entries into one feed and imports it."""
    (tmp_path / "feed").mkdir()

    def run(*entries: str, name: str = "feed.xml", language: str = "fr") -> Report:
        path = tmp_path / "feed" / name
        path.write_text(rss(*entries, language=language), encoding="utf-8")
        return feeds.import_feed(engine, settings, str(path))

    return run


def rss(*entries: str, language: str = "fr") -> str:
    declared = f"<language>{language}</language>" if language else ""
    return (
        f'<rss version="2.0"><channel><title>F</title>{declared}'
        f"<link>https://f.example/</link>{''.join(entries)}</channel></rss>"
    )


def entry(number: int, text: str, title: str = "Titre", more: str = "") -> str:
    return (
        f"<item><guid>g{number}</guid><title>{title}</title>"
        f"<description><![CDATA[{text}]]></description>{more}</item>"
    )


def test_a_changed_entry_updates_the_words_and_marks_translations(
    engine: Engine, import_: Import
) -> None:
    first = import_(entry(1, "<p>La digue tient.</p>"))
    with db.writing(engine) as session:
        item = items.get_item(session, first.items[0].id)
        items.translate(session, item, language="nl", title="De dijk houdt het.")

    second = import_(entry(1, "<p>La digue a cédé.</p>"))

    texts = texts_of(engine, second.items[0].id)
    assert second.count(Outcome.UPDATED) == 1
    assert texts["fr"].body == "<p>La digue a cédé.</p>"
    assert texts["nl"].title == "De dijk houdt het."
    assert items.is_stale(texts["fr"], texts["nl"])


def test_what_staff_wrote_survives_an_unchanged_feed(
    engine: Engine, import_: Import
) -> None:
    item_id = import_(entry(1, "<p>La digue tient.</p>")).items[0].id
    with db.writing(engine) as session:
        item = items.get_item(session, item_id)
        items.translate(session, item, language="fr", title="Elle tient !")

    import_(entry(1, "<p>La digue tient.</p>"), entry(2, "<p>Une autre.</p>"))

    assert texts_of(engine, item_id)["fr"].title == "Elle tient !"


def test_what_staff_chose_survives_a_changed_entry(
    engine: Engine, import_: Import
) -> None:
    item_id = import_(entry(1, "<p>Signez.</p>")).items[0].id
    with db.writing(engine) as session:
        item = items.get_item(session, item_id)
        item.type, item.credit = ItemType.APPEAL, "Photo Anne"
        session.add(item)

    import_(entry(1, "<p>Signez encore.</p>"))

    with db.reading(engine) as session:
        item = items.get_item(session, item_id)
        assert (item.type, item.credit) == (ItemType.APPEAL, "Photo Anne")


LONG_FR = (
    "<p>Les castors ont construit un barrage au pied du vieux moulin, sous le pont.</p>"
)
LONG_EN = "<p>The beavers have built a dam at the foot of the old water mill, {}.</p>"


def test_both_languages_of_a_post_follow_the_feed(
    engine: Engine, import_: Import
) -> None:
    import_(entry(1, f"{LONG_FR}<p>----</p>{LONG_EN.format('as the children say')}"))

    again = import_(
        entry(1, f"{LONG_FR}<p>----</p>{LONG_EN.format('and now we saw it')}")
    )

    texts = texts_of(engine, again.items[0].id)
    assert "now we saw it" in texts["en"].body
    assert not items.is_stale(texts["fr"], texts["en"])


def test_a_translation_staff_worked_on_is_not_overwritten(
    engine: Engine, import_: Import
) -> None:
    first = import_(
        entry(1, f"{LONG_FR}<p>----</p>{LONG_EN.format('as the children say')}")
    )
    with db.writing(engine) as session:
        item = items.get_item(session, first.items[0].id)
        items.translate(session, item, language="en", title="Beavers")

    import_(entry(1, f"{LONG_FR}<p>Si.</p><hr>{LONG_EN.format('and now we saw it')}"))

    texts = texts_of(engine, first.items[0].id)
    assert texts["en"].title == "Beavers"
    assert items.is_stale(texts["fr"], texts["en"])


def test_a_bad_entry_is_reported_and_the_others_go_on(import_: Import) -> None:
    report = import_(
        entry(1, "<p>Bonne.</p>"),
        entry(2, "<div>" * 300, title="Trop profonde"),
        entry(3, "", title=""),
        entry(4, "<p>Bonne aussi.</p>"),
    )

    assert report.count(Outcome.NEW) == 2
    assert [(one.entry, one.reason) for one in report.refused] == [
        ("Trop profonde", "The text is nested more than 200 tags deep."),
        ("g3", "It has neither a title nor a text."),
    ]


def test_a_refused_entry_does_not_touch_the_database_again(
    engine: Engine, import_: Import
) -> None:
    import_(entry(1, "<p>Bonne.</p>"), entry(2, "<div>" * 300))
    before = sources(engine)

    again = import_(entry(1, "<p>Bonne.</p>"), entry(2, "<div>" * 300))

    assert len(again.refused) == 1
    assert [one.error for one in sources(engine)] == [one.error for one in before]


def test_the_same_guid_twice_in_a_feed_is_used_once(import_: Import) -> None:
    report = import_(entry(1, "<p>Une.</p>"), entry(1, "<p>Deux.</p>", title="Deux"))

    assert report.count(Outcome.NEW) == 1
    assert "same guid" in report.refused[0].reason


def test_the_same_guid_in_another_feed_is_another_item(import_: Import) -> None:
    one = import_(entry(1, "<p>Une.</p>"), name="one.xml")
    two = import_(entry(1, "<p>Une.</p>"), name="two.xml")

    assert two.count(Outcome.NEW) == 1
    assert one.items[0].id != two.items[0].id


@pytest.mark.parametrize(
    "anonymous",
    [
        "<item><title>A</title><link>https://f.example/a</link></item>",
        "<item><title>A</title><description>Un mot.</description></item>",
    ],
)
def test_an_entry_without_guid_is_recognised_all_the_same(
    import_: Import, anonymous: str
) -> None:
    import_(anonymous)

    assert import_(anonymous).count(Outcome.UNCHANGED) == 1


def test_entries_that_share_a_link_are_told_apart(import_: Import) -> None:
    shared = "<link>https://f.example/</link>"

    report = import_(
        f"<item><title>A</title>{shared}</item>",
        f"<item><title>B</title>{shared}</item>",
    )

    assert report.count(Outcome.NEW) == 2


def test_an_entry_that_left_the_feed_stays_on_the_desk(
    engine: Engine, import_: Import
) -> None:
    import_(entry(1, "<p>Une.</p>"), entry(2, "<p>Deux.</p>"))

    report = import_(entry(2, "<p>Deux.</p>"))

    assert [item.outcome for item in report.items] == [Outcome.UNCHANGED]
    with db.reading(engine) as session:
        assert len(session.exec(select(Item)).all()) == 2


@pytest.mark.parametrize(
    ("declared", "kept"),
    [("fr-BE", "fr"), ("nl_NL", "nl"), ("EN", "en"), ("es", "es"), ("pt-BR", "pt")],
)
def test_a_declared_language_becomes_one_of_ours_where_it_can(
    import_: Import, declared: str, kept: str
) -> None:
    report = import_(entry(1, "<p>Ole.</p>"), language=declared)

    assert report.items[0].language == kept


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("De gemeenteraad heeft het plan voor de oevers goedgekeurd.", "nl"),
        ("Der Gemeinderat hat dem Plan für die Ufer zugestimmt.", "de"),
        ("The council has approved the plan for the river banks.", "en"),
        ("Le conseil a approuvé le plan pour les berges de la rivière.", "fr"),
    ],
)
def test_a_language_nobody_declared_is_detected(
    import_: Import, text: str, language: str
) -> None:
    report = import_(entry(1, text, title=""), language="")

    assert report.items[0].language == language


def test_a_text_too_short_to_tell_is_taken_for_the_default_and_says_so(
    import_: Import,
) -> None:
    report = import_(entry(1, "42", title="Ok"), language="")

    assert report.items[0].language == "fr"
    assert report.warnings == (
        "Ok: The language is too short to tell; we took it for fr.",
    )


def test_a_long_row_of_entries_tells_how_far_it_is(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "f.xml").write_text(rss(entry(1, "a"), entry(2, "b")))
    heard: list[tuple[int, int]] = []

    feeds.import_feed(
        engine,
        settings,
        str(tmp_path / "f.xml"),
        watch=lambda done, total: heard.append((done, total)),
    )

    assert heard == [(0, 2), (1, 2), (2, 2)]


def texts_of(engine: Engine, item_id: int) -> dict[str, ItemText]:
    with db.reading(engine) as session:
        return items.find_texts(session, [item_id])[item_id]


def sources(engine: Engine) -> list[Source]:
    with db.reading(engine) as session:
        return list(session.exec(select(Source)).all())


def test_two_imports_at_once_make_each_item_once(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "f.xml"
    path.write_text(rss(*(entry(number, "Un texte.") for number in range(12))))

    with ThreadPoolExecutor(3) as pool:
        runs = [
            pool.submit(feeds.import_feed, engine, settings, str(path))
            for _ in range(3)
        ]
        reports = [run.result() for run in runs]

    assert {len(report.items) for report in reports} == {12}
    assert len(sources(engine)) == 1
    with db.reading(engine) as session:
        assert len(session.exec(select(Item)).all()) == 12
