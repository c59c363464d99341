"""`newsletter items` as one types it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run

FEED = Path(__file__).parents[2] / "payloads" / "feeds" / "riviere-fr.xml"


def answer(run: Run, *words: str) -> Any:
    result = run("items", *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_import_answers_in_the_promised_shape(run: Run) -> None:
    report = answer(run, "import", str(FEED))

    assert (report["new"], report["updated"], report["unchanged"]) == (10, 0, 0)
    assert report["items"][0] == {
        "id": 1,
        "title": "Trois régions autour d’une même table à Namur",
        "language": "fr",
        "type": "documents",
    }


def test_import_again_says_unchanged(run: Run) -> None:
    run("items", "import", str(FEED))

    report = answer(run, "import", str(FEED))

    assert (report["new"], report["updated"], report["unchanged"]) == (0, 0, 10)


def test_import_tells_people_what_it_did(run: Run) -> None:
    result = run("items", "import", str(FEED))

    assert result.exit_code == 0
    assert "10 new, 0 updated, 0 unchanged." in result.output


def test_a_language_given_wins_over_the_feeds_own(run: Run) -> None:
    report = answer(run, "import", str(FEED), "--language", "nl")

    assert {item["language"] for item in report["items"]} == {"nl", "fr"}


def test_a_feed_that_is_none_is_refused_with_a_sentence(run: Run) -> None:
    result = run("items", "import", "/nowhere/feed.xml")

    assert result.exit_code == 1
    assert "no such file" in result.stderr


def test_list_shows_the_newest_first(run: Run) -> None:
    run("items", "import", str(FEED))

    lines = answer(run, "list", "--limit", "4")

    assert [line["id"] for line in lines] == [1, 2, 3, 4]
    assert lines[3]["languages"] == ["fr", "en"]


def test_show_tells_everything_about_an_event(run: Run) -> None:
    run("items", "import", str(FEED))

    shown = answer(run, "show", "10")

    assert shown["event"] == {
        "starts_at": "2025-11-10T15:15:00+01:00",
        "ends_at": None,
        "all_day": False,
        "place": "Pont des Arches",
        "reply_by_at": "2025-11-06T12:30:00+01:00",
        "timezone": "Europe/Brussels",
    }
    assert shown["documents"][0]["format"] == "PDF"
    assert shown["image"] is None


def test_show_tells_everything_about_a_picture(run: Run) -> None:
    run("items", "import", str(FEED))

    image = answer(run, "show", "9")["image"]

    assert image["url"].startswith("https://news.example.org/media/")
    assert (image["width"], image["height"]) == (1072, 603)
    assert (image["credit"], image["alt"]) == ("BELIMAGE", image["caption"])


def test_show_an_item_that_is_not_there(run: Run) -> None:
    result = run("items", "show", "99")

    assert result.exit_code == 1
    assert "There is no item 99." in result.stderr


def test_translate_writes_the_words_from_a_file(run: Run, tmp_path: Path) -> None:
    run("items", "import", str(FEED))
    (tmp_path / "nl.html").write_text("<p>Aan <b>tafel</b>.</p>", encoding="utf-8")

    result = run(
        *("items", "translate", "1", "--language", "nl", "--title", "Aan tafel"),
        *("--body-file", str(tmp_path / "nl.html")),
    )

    assert result.exit_code == 0, result.output
    words = answer(run, "show", "1")["texts"]["nl"]
    assert words["body"] == "<p>Aan <strong>tafel</strong>.</p>"
    assert (words["title"], words["state"]) == ("Aan tafel", "ready")


def test_translate_reads_standard_input(run: Run) -> None:
    run("items", "import", str(FEED))

    result = run(
        *("items", "translate", "1", "--language", "de", "--title", "Am Tisch"),
        *("--body-file", "-", "--draft"),
        stdin="<p>Über alles.</p>",
    )

    assert result.exit_code == 0, result.output
    words = answer(run, "show", "1")["texts"]["de"]
    assert (words["body"], words["state"]) == ("<p>Über alles.</p>", "draft")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--language", "es", "--title", "x"), "es is not one of our languages"),
        (("--language", "nl"), "need a title"),
        (("--language", "nl", "--body-file", "/nowhere"), "cannot be read"),
    ],
)
def test_translate_refuses_with_a_sentence(
    run: Run, words: tuple[str, ...], sentence: str
) -> None:
    run("items", "import", str(FEED))

    result = run("items", "translate", "1", *words)

    assert result.exit_code == 1
    assert sentence in result.stderr


def test_changed_words_show_as_source_changed(run: Run, tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    text = FEED.read_text(encoding="utf-8")
    feed.write_text(text, encoding="utf-8")
    run("items", "import", str(feed))
    run("items", "translate", "2", "--language", "nl", "--title", "Vissers")

    feed.write_text(text.replace("toute l’année", "tout l’été"), encoding="utf-8")
    report = answer(run, "import", str(feed))

    assert (report["updated"], report["unchanged"]) == (1, 9)
    assert answer(run, "show", "2")["texts"]["nl"]["state"] == "source changed"
