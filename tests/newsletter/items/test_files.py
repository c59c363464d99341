"""Staff give an item its picture and its documents, on the command line."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Engine

from newsletter import db, editions, feeds, items
from newsletter.config import Settings
from newsletter.models import Item, ItemText
from newsletter.rendering.markers import Markers
from subscribers.clock import utcnow
from tests import factories
from tests.conftest import Run
from tests.newsletter.feeds.test_update import entry, rss
from tests.newsletter.feeds.web import Page, site

PDF = b"%PDF-1.7\nstartxref\n0\n%%EOF\n"


@pytest.fixture
def item_id(engine: Engine) -> str:
    """A story in French, translated into Dutch and German."""
    with db.writing(engine) as session:
        item = items.create(session, language="fr", title="Le pont")
        for language in ("nl", "de"):
            items.translate(session, item, language=language, title="De brug")
        return str(item.id)


@pytest.fixture
def photo(tmp_path: Path) -> str:
    """The path of a photograph."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(_jpeg("steelblue"))
    return str(path)


@pytest.fixture
def report(tmp_path: Path) -> str:
    """The path of a PDF."""
    path = tmp_path / "Rapport annuel.pdf"
    path.write_bytes(PDF)
    return str(path)


def _jpeg(colour: str) -> bytes:
    out = BytesIO()
    noise = Image.effect_noise((900, 600), 60).convert("RGB")
    Image.blend(noise, Image.new("RGB", (900, 600), colour), 0.5).save(out, "JPEG")
    return out.getvalue()


def answer(run: Run, *words: str) -> Any:
    result = run("items", *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def item_of(engine: Engine, item_id: str) -> tuple[Item, dict[str, ItemText]]:
    with db.reading(engine) as session:
        item = items.get_item(session, int(item_id))
        texts = items.find_texts(session, [int(item_id)])[int(item_id)]
        session.expunge_all()
        return item, texts


def test_a_picture_comes_with_its_words(
    run: Run, engine: Engine, item_id: str, photo: str
) -> None:
    made = answer(
        run, "picture", item_id, photo,
        "--alt", "fr=Un pont", "--alt", "nl=Een brug", "--caption", "fr=Le vieux pont",
        "--credit", "Odile",
    )  # fmt: skip

    item, texts = item_of(engine, item_id)
    assert made["image"]["width"] == 900
    assert (item.asset_id, item.credit) == (1, "Odile")
    assert (texts["fr"].alt, texts["fr"].caption) == ("Un pont", "Le vieux pont")
    assert texts["nl"].alt == "Een brug"


def test_a_translation_that_is_told_about_the_picture_follows_its_source(
    run: Run, engine: Engine, item_id: str, photo: str
) -> None:
    answer(
        run, "picture", item_id, photo, "--alt", "fr=Un pont", "--alt", "nl=Een brug"
    )

    _, texts = item_of(engine, item_id)
    assert not items.is_stale(texts["fr"], texts["nl"])
    assert not items.is_stale(texts["fr"], texts["de"])  # it lost its alt, and knows


def test_words_alone_change_what_is_said_of_the_picture(
    run: Run, engine: Engine, item_id: str, photo: str
) -> None:
    answer(run, "picture", item_id, photo, "--alt", "fr=Un pont", "--credit", "Odile")

    answer(run, "picture", item_id, "--alt", "de=Eine Brücke")

    item, texts = item_of(engine, item_id)
    assert [texts[tag].alt for tag in ("fr", "de")] == ["Un pont", "Eine Brücke"]
    assert item.credit == "Odile"


def test_another_picture_leaves_the_old_words_behind(
    run: Run, engine: Engine, item_id: str, photo: str
) -> None:
    answer(run, "picture", item_id, photo, "--alt", "fr=Un pont", "--credit", "Odile")
    Path(photo).write_bytes(_jpeg("firebrick"))

    answer(run, "picture", item_id, photo, "--alt", "nl=Een tram")

    item, texts = item_of(engine, item_id)
    assert (texts["fr"].alt, texts["nl"].alt, item.credit) == ("", "Een tram", "")


def test_a_picture_can_be_taken_away(
    run: Run, engine: Engine, item_id: str, photo: str
) -> None:
    answer(run, "picture", item_id, photo, "--alt", "fr=Un pont")

    answer(run, "picture", item_id, "--remove")

    item, texts = item_of(engine, item_id)
    assert (item.asset_id, texts["fr"].alt) == (None, "")


def test_a_picture_is_fetched_from_where_the_settings_allow(
    run: Run, item_id: str, environment: dict[str, str]
) -> None:
    with site() as served:
        served.pages["/a.jpg"] = Page(_jpeg("olive"))
        refused = run("items", "picture", item_id, served.url("/a.jpg"))
        environment["NEWSLETTER_FETCH_ALLOW"] = "127.0.0.0/8"
        made = answer(run, "picture", item_id, served.url("/a.jpg"))

    assert refused.exit_code == 1
    assert "not a public address" in refused.stderr
    assert made["image"]["width"] == 900


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("picture", "1", "/nowhere.jpg"), 1, "no such file"),
        (("picture", "1", "file:///etc/passwd"), 1, "not an http or https address"),
        (("picture", "99", "PHOTO"), 1, "no item 99"),
        (("picture", "1", "REPORT"), 1, "PDF document, not a picture"),
        (("picture", "1", "PHOTO", "--alt", "en=A bridge"), 1, "no words in en"),
        (("picture", "1", "PHOTO", "--alt", "a bridge"), 2, "fr=Words"),
        (("picture", "1", "--alt", "fr=Un pont"), 1, "has no picture"),
        (("picture", "1"), 2, "give a file"),
        (("picture", "1", "PHOTO", "--remove"), 2, "give a file"),
        (("document", "1", "PHOTO", "--title", "fr=x"), 1, "no document"),
        (("document", "1", "REPORT"), 2, "--title"),
        (("document", "1", "REPORT", "--title", "fr="), 1, "needs a title"),
        (("document", "1", "REPORT", "--title", "fr=x", "--language", "<b>"), 1, "tag"),
        (("document", "1", "--remove", "x"), 1, "it has: none"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(
    run: Run, item_id: str, photo: str, report: str,
    words: tuple[str, ...], code: int, sentence: str,
) -> None:  # fmt: skip
    files = {"PHOTO": photo, "REPORT": report, "1": item_id}

    result = run("items", *(files.get(word, word) for word in words))

    assert result.exit_code == code
    assert sentence in result.stderr


def test_a_document_is_copied_and_offered(
    run: Run, engine: Engine, item_id: str, report: str, settings: Settings
) -> None:
    made = answer(
        run, "document", item_id, report,
        "--title", "fr=Le rapport", "--title", "nl=Het verslag", "--language", "fr",
    )["documents"]  # fmt: skip

    with db.writing(engine) as session:
        issue = factories.make_issue(
            session, items=[items.get_item(session, int(item_id))]
        )
        letter = editions.compose(
            session, issue, "nl", base_url="https://other.example.org",
            markers=Markers("x"), dated_on=utcnow(),
        )  # fmt: skip
    paper = letter.blocks[0].documents[0]
    assert (settings.media_dir / paper.url.rpartition("/")[2]).read_bytes() == PDF
    assert made[0]["url"].startswith(settings.base_url)
    # A letter names the address that the house has when it leaves.
    assert paper.url == "https://other.example.org" + made[0]["file"]
    assert (paper.title, paper.format, paper.size, paper.language) == (
        "Het verslag", "PDF", len(PDF), "fr",
    )  # fmt: skip


def test_the_same_file_or_title_again_replaces_the_document(
    run: Run, item_id: str, report: str, tmp_path: Path
) -> None:
    answer(run, "document", item_id, report, "--title", "fr=Le rapport")
    newer = tmp_path / "v2.pdf"
    newer.write_bytes(PDF + b"\n")

    Path(report).write_bytes(b"%PDF-1.4\nstartxref\n0\n%%EOF\n")
    again = answer(run, "document", item_id, report, "--title", "nl=Het verslag")
    titled = answer(run, "document", item_id, str(newer), "--title", "fr=Le rapport")
    other = answer(run, "document", item_id, report, "--title", "fr=Autre chose")

    assert [row["titles"] for row in again["documents"]] == [
        {"fr": "Le rapport", "nl": "Het verslag"}
    ]
    assert len(titled["documents"]) == 1
    assert titled["documents"][0]["size"] == len(PDF) + 1
    assert len(other["documents"]) == 2


def test_a_document_can_be_taken_back(run: Run, item_id: str, report: str) -> None:
    answer(run, "document", item_id, report, "--title", "fr=Le rapport")

    left = answer(run, "document", item_id, "--remove", "le rapport")

    assert left["documents"] == []


def test_a_feed_that_changes_leaves_our_copies_and_files_alone(
    run: Run, engine: Engine, settings: Settings, tmp_path: Path, report: str,
    environment: dict[str, str],
) -> None:  # fmt: skip
    feed = tmp_path / "feed.xml"
    with site() as served:
        served.pages["/a.pdf"] = Page(PDF + b"\n")
        body = f'<p>Deux.</p><p><a href="{served.url("/a.pdf")}">Le rapport</a></p>'
        feed.write_text(rss(entry(1, body)))
        found = feeds.import_feed(engine, settings, str(feed)).items[0].id
        environment["NEWSLETTER_FETCH_ALLOW"] = "127.0.0.0/8"
        answer(
            run, "document", str(found), served.url("/a.pdf"), "--title", "nl=Verslag"
        )
        answer(run, "document", str(found), report, "--title", "fr=Autre chose")

        feed.write_text(rss(entry(1, body + "<p>Trois.</p>")))
        feeds.import_feed(engine, settings, str(feed))

    item, _ = item_of(engine, str(found))
    assert [row["titles"] for row in item.documents] == [
        {"fr": "Le rapport", "nl": "Verslag"},
        {"fr": "Autre chose"},
    ]
    assert all("/media/" in row["url"] for row in item.documents)
