"""Formats, and feeds made to do harm."""

import contextlib
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.errors import UnreadableFeed
from newsletter.feeds import parsing


def test_atom_with_a_language_per_entry(payloads: Path) -> None:
    feed = parsing.parse((payloads / "rivier-nl.atom").read_bytes())

    planting, neighbours = feed.entries
    assert feed.language == "nl"
    assert (planting.language, neighbours.language) == ("", "de")
    assert planting.author == "Bart Claes"
    assert planting.published_at == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert planting.categories == ("Agenda",)
    assert planting.content.startswith("<p>We zetten wilgen")
    assert neighbours.guid == "tag:rivier.example,2026:1"


def test_json_feed(payloads: Path) -> None:
    feed = parsing.parse((payloads / "river-en.json").read_bytes())

    salmon, thanks = feed.entries
    assert (feed.title, feed.language) == ("River Watch", "en")
    assert salmon.title == "Fish &lt; &amp; people"
    assert salmon.author == "Ann Boyle, Tom Reed"
    assert salmon.published_at == datetime(2026, 1, 15, 8, tzinfo=UTC)
    assert salmon.enclosures[0].url == "https://river.example/count.pdf"
    assert (thanks.guid, thanks.published_at) == ("6", None)
    assert thanks.content == (
        "<p>Two lines of thanks.</p><p>And a wave from the bridge.</p>"
    )


@pytest.mark.parametrize(
    "version",
    [
        b'<rss version="0.91"><channel><title>F</title>',
        b'<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://x.example/rss.dtd">'
        b'<rss version="0.91"><channel><title>F</title>',
        b'\xef\xbb\xbf<?xml version="1.0"?>\n<rss version="2.0"><channel>',
    ],
)
def test_other_kinds_of_rss(version: bytes) -> None:
    feed = parsing.parse(
        version + b"<item><title>A</title></item></channel></rss>",
        content_type="application/rss+xml",
    )

    assert [entry.title for entry in feed.entries] == ["A"]


def test_other_encodings() -> None:
    text = (
        '<?xml version="1.0" encoding="iso-8859-1"?><rss version="2.0"><channel>'
        "<item><title>Été</title></item></channel></rss>"
    )

    feed = parsing.parse(text.encode("iso-8859-1"))

    assert feed.entries[0].title == "Été"


def test_a_feed_cut_short_gives_what_it_has_and_says_so() -> None:
    feed = parsing.parse(
        b'<rss version="2.0"><channel><item><title>A</title></item><item><title>B'
    )

    assert feed.entries[0].title == "A"
    assert feed.warnings == ("The feed is not well-formed XML; we read what we could.",)


def test_a_day_of_change_stands_in_for_the_day_of_publication() -> None:
    feed = parsing.parse(
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><title>A</title>'
        b"<updated>2026-03-02T10:00:00Z</updated></entry></feed>"
    )

    assert feed.entries[0].published_at == datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_a_feed_may_not_know_when_anything_happened() -> None:
    feed = parsing.parse(
        b'<rss version="2.0"><channel><item><title>A</title>'
        b"<pubDate>some day</pubDate></item></channel></rss>"
    )

    assert feed.entries[0].published_at is None


def test_pictures_of_media_rss_are_enclosures() -> None:
    feed = parsing.parse(
        b'<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel>'
        b'<item><title>A</title><media:content url="https://f.example/a.jpg" '
        b'medium="image"/><media:thumbnail url="https://f.example/b.jpg"/></item>'
        b"</channel></rss>"
    )

    assert {(file.url, file.type) for file in feed.entries[0].enclosures} == {
        ("https://f.example/a.jpg", "image/*"),
        ("https://f.example/b.jpg", "image/*"),
    }


_ENTITIES = """<?xml version="1.0"{encoding}?>
<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"> {more}]>
<rss version="2.0"><channel><item><title>&b;</title></item></channel></rss>"""


@pytest.mark.parametrize(
    "hostile",
    [
        _ENTITIES.format(encoding="", more="").encode(),
        _ENTITIES.format(
            encoding="", more='<!ENTITY x SYSTEM "file:///etc/passwd">'
        ).encode(),
        _ENTITIES.format(
            encoding="", more='<!ENTITY % y SYSTEM "http://127.0.0.1/"> %y;'
        ).encode(),
        _ENTITIES.format(encoding=' encoding="utf-16"', more="").encode("utf-16"),
        _ENTITIES.format(encoding=' encoding="utf-32"', more="").encode("utf-32"),
    ],
)
def test_entities_of_its_own_are_refused(hostile: bytes) -> None:
    with pytest.raises(UnreadableFeed, match="entities"):
        parsing.parse(hostile)


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"   ",
        b"hello",
        b"\0" * 1000,
        b"<html><head></head><body><p>A page</p></body></html>",
        b"{",
        b"{}",
        b'{"version": 3}',
        b"[" * 100_000,
        b'{"version":"https://jsonfeed.org/version/1","items":' + b"[" * 100_000,
        b"\x89PNG\r\n\x1a\n",
    ],
)
def test_what_is_no_feed_is_refused(junk: bytes) -> None:
    with pytest.raises(UnreadableFeed):
        parsing.parse(junk)


@pytest.mark.parametrize(
    "odd",
    [
        b'{"version":"https://jsonfeed.org/version/1","items":null}',
        b'{"version":"https://jsonfeed.org/version/1","items":[1,null,{}]}',
        b'{"version":"https://jsonfeed.org/version/1","items":[{"id":[],"tags":7,'
        b'"authors":"x","attachments":[{"url":5}],"date_published":"9999-12-31T23:59'
        b':59-23:59"}]}',
    ],
)
def test_odd_json_is_read_as_far_as_it_goes(odd: bytes) -> None:
    assert all(entry.guid for entry in parsing.parse(odd).entries)


@pytest.mark.parametrize(
    "costly",
    [
        b"<div>" * 900_000,
        b"<item/>" * 600_000,
        b"<item><title>x</title></item>" * 3_000,
        b"<item>" * 300,
        b"x" * 5_000_001,
        b"<" + b"a" * 4_900_000 + b"<div>" * 1_000 + b"<item/>" * 3_000,
    ],
)
def test_a_feed_that_would_keep_us_busy_is_refused_at_once(costly: bytes) -> None:
    started = time.thread_time()

    with pytest.raises(UnreadableFeed, match=r"nested|entries|larger"):
        parsing.parse(b'<rss version="2.0"><channel>' + costly)

    assert time.thread_time() - started < 3


def test_a_guid_too_long_for_us_is_shortened_the_same_way_each_time() -> None:
    data = (
        b'<rss version="2.0"><channel><item><guid>' + b"g" * 5000 + b"</guid>"
        b"<title>A</title></item></channel></rss>"
    )

    first, second = parsing.parse(data).entries[0], parsing.parse(data).entries[0]

    assert len(first.guid) < 100
    assert first.guid == second.guid


@pytest.mark.parametrize(
    "broken",
    [
        b"<rss><channel><item><title>&#x110000;</title></item>",
        b"<rss><channel><item><category>x</item></category></channel>",
        b'<feed xml:base="http://[x"><entry><link href="a"/></entry></feed>',
        b"<rss><channel><item><link>http://[x</link><title>A</title></item>",
    ],
)
def test_a_feed_beyond_repair_is_refused_or_read_but_never_fatal(
    broken: bytes,
) -> None:
    with contextlib.suppress(UnreadableFeed):
        assert [entry.link for entry in parsing.parse(broken).entries] == [""]
