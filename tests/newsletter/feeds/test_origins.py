"""Where feeds and their pictures may be read from, and where not."""

import os
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, feeds
from newsletter.config import Settings
from newsletter.errors import FetchFailed, FetchRefused, UnreadableFeed
from newsletter.feeds import Outcome, Report
from newsletter.models import Item, Source
from tests.newsletter.feeds.web import Page, Site


def served(site: Site, payloads: Path, **headers: str) -> str:
    """Put the river's feed and its pictures on a site; return its address."""
    feed = (payloads / "riviere-fr.xml").read_bytes()
    site.pages["/fr/feed.xml"] = Page(feed, headers=headers)
    for path in (payloads / "media").iterdir():
        site.pages[f"/fr/media/{path.name}"] = Page(path.read_bytes())
    return site.url("/fr/feed.xml")


def test_a_feed_on_the_web_brings_its_pictures(
    engine: Engine, loopback: Settings, site: Site, payloads: Path
) -> None:
    report = feeds.import_feed(engine, loopback, served(site, payloads))

    assert report.count(Outcome.NEW) == 10
    assert len(_pictured(engine)) == 5


def test_a_server_is_asked_for_news_only(
    engine: Engine, loopback: Settings, site: Site, payloads: Path
) -> None:
    url = served(site, payloads, ETag='"1"')
    first = feeds.import_feed(engine, loopback, url)

    again = feeds.import_feed(engine, loopback, url)

    assert site.asked[-1][1]["If-None-Match"] == '"1"'
    assert again.count(Outcome.UNCHANGED) == 10
    assert {item.id for item in again.items} == {item.id for item in first.items}


def test_a_picture_is_also_looked_for_beside_the_entry(
    sqlite_engine: Engine, loopback: Settings, site: Site, payloads: Path
) -> None:
    data = (payloads / "media" / "carte.png").read_bytes()
    site.pages["/2026/carte.png"] = Page(data)
    site.pages["/feed"] = Page(
        '<rss version="2.0"><channel><language>fr</language><item><guid>1</guid>'
        f"<title>Une carte</title><link>{site.url('/2026/page')}</link>"
        '<description><![CDATA[<img src="carte.png"><p>Un texte.</p>]]></description>'
        "</item></channel></rss>".encode()
    )

    report = feeds.import_feed(sqlite_engine, loopback, site.url("/feed"))

    assert report.warnings == ()
    assert len(_pictured(sqlite_engine)) == 1


def test_a_feed_in_our_own_network_is_refused(
    engine: Engine, settings: Settings, site: Site, payloads: Path
) -> None:
    with pytest.raises(FetchRefused, match="not a public address"):
        feeds.import_feed(engine, settings, served(site, payloads))


def test_a_known_feed_that_fails_says_why(
    engine: Engine, loopback: Settings, site: Site, payloads: Path
) -> None:
    url = served(site, payloads)
    feeds.import_feed(engine, loopback, url)
    site.pages[f"/{url.split('/', 3)[3]}"] = Page(b"", 503)

    with pytest.raises(FetchFailed, match="503"):
        feeds.import_feed(engine, loopback, url)

    assert "503" in _source(engine).error


def test_a_feed_that_works_again_is_no_longer_in_error(
    engine: Engine, loopback: Settings, site: Site, payloads: Path
) -> None:
    url = served(site, payloads)
    feeds.import_feed(engine, loopback, url)
    site.pages["/fr/feed.xml"] = Page(b"", 503)
    with pytest.raises(FetchFailed):
        feeds.import_feed(engine, loopback, url)

    served(site, payloads)
    feeds.import_feed(engine, loopback, url)

    assert _source(engine).error == ""


@pytest.mark.parametrize(
    "src",
    [
        "../secret.png",
        "..%2fsecret.png",
        "media/../../secret.png",
        "link.png",
        "folder/secret.png",
        "missing.png",
        "//127.0.0.1/x.png",
        "pipe",
        ".",
        "media/%00.png",
        "http://127.0.0.1:9/x.png",
        "drawing.svg",
    ],
)
def test_a_picture_that_may_not_be_had_is_a_note_and_no_more(
    sqlite_engine: Engine, settings: Settings, tmp_path: Path, src: str
) -> None:
    folder = _folder_with_traps(tmp_path)

    report = _import(sqlite_engine, settings, folder, src)

    assert report.count(Outcome.NEW) == 1
    assert len(report.warnings) == 1
    assert report.warnings[0].startswith("Titre: No picture: ")
    assert _pictured(sqlite_engine) == []


@pytest.mark.parametrize("src", ["media/carte.png", "./media/carte.png?v=2#x"])
def test_a_picture_beside_the_feed_is_taken(
    sqlite_engine: Engine, settings: Settings, tmp_path: Path, payloads: Path, src: str
) -> None:
    folder = _folder_with_traps(tmp_path)
    (folder / "media").mkdir()
    data = (payloads / "media" / "carte.png").read_bytes()
    (folder / "media" / "carte.png").write_bytes(data)

    report = _import(sqlite_engine, settings, folder, src)

    assert report.warnings == ()
    assert len(_pictured(sqlite_engine)) == 1


def test_the_picture_beside_the_text_stands_in_for_a_missing_one(
    sqlite_engine: Engine, settings: Settings, tmp_path: Path, payloads: Path
) -> None:
    folder = _folder_with_traps(tmp_path)
    data = (payloads / "media" / "carte.png").read_bytes()
    (folder / "good.png").write_bytes(data)

    report = _import(
        sqlite_engine,
        settings,
        folder,
        "missing.png",
        '<enclosure url="good.png" type="image/png" length="0"/>',
    )

    assert report.warnings == ()
    assert len(_pictured(sqlite_engine)) == 1


def test_a_file_named_by_its_address_is_refused(
    sqlite_engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    folder = _folder_with_traps(tmp_path)
    beside = '<enclosure url="file:///etc/passwd" type="image/png" length="0"/>'

    report = _import(sqlite_engine, settings, folder, "", beside)

    assert "not a file beside the feed" in report.warnings[0]


def test_a_counter_of_readers_is_no_picture(
    sqlite_engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    folder = _folder_with_traps(tmp_path)

    report = _import(
        sqlite_engine, settings, folder, 'https://count.example/p.gif" width="1'
    )

    assert report.warnings == ()


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("nowhere.xml", "no such file"),
        (".", "no such file"),
        ("empty.xml", "not a feed"),
        ("page.html", "not a feed"),
        ("large.xml", "larger than 5 MB"),
    ],
)
def test_what_is_no_feed_on_disk_is_named(
    sqlite_engine: Engine,
    settings: Settings,
    tmp_path: Path,
    location: str,
    error: str,
) -> None:
    (tmp_path / "empty.xml").write_bytes(b"")
    (tmp_path / "page.html").write_bytes(b"<html><body>Hello</body></html>")
    (tmp_path / "large.xml").write_bytes(b"<rss>" + b" " * 20_000_000)

    with pytest.raises(UnreadableFeed, match=error):
        feeds.import_feed(sqlite_engine, settings, str(tmp_path / location))


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://x.example/feed"])
def test_other_addresses_are_refused(
    sqlite_engine: Engine, settings: Settings, location: str
) -> None:
    with pytest.raises(FetchRefused, match="not an http or https address"):
        feeds.import_feed(sqlite_engine, settings, location)


def _folder_with_traps(tmp_path: Path) -> Path:
    folder = tmp_path / "feed"
    (tmp_path / "outside").mkdir()
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(b"secret")
    (tmp_path / "outside" / "secret.png").write_bytes(b"secret")
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "folder").symlink_to(tmp_path / "outside")
    (folder / "drawing.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    os.mkfifo(folder / "pipe")
    return folder


def _import(
    engine: Engine, settings: Settings, folder: Path, src: str, more: str = ""
) -> Report:
    text = f'<![CDATA[<p><img src="{src}"></p><p>Un texte.</p>]]>'
    (folder / "feed.xml").write_text(
        '<rss version="2.0"><channel><title>F</title><language>fr</language><item>'
        f"<guid>1</guid><title>Titre</title><description>{text}</description>{more}"
        "</item></channel></rss>"
    )
    return feeds.import_feed(engine, settings, str(folder / "feed.xml"))


def _pictured(engine: Engine) -> list[int | None]:
    with db.reading(engine) as session:
        return [item.id for item in session.exec(select(Item)) if item.asset_id]


def _source(engine: Engine) -> Source:
    with db.reading(engine) as session:
        return session.exec(select(Source)).one()
