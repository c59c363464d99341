import quopri
import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.messages import encode, part
from tests.newsletter.messages.edition import (
    HTML,
    MARKERS,
    TEXT,
    make_compiled,
    make_reader,
    parse,
)

# Any text a column can hold: no surrogates, no control characters but the line feed.
WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"),
    max_size=400,
)
TRICKY = [
    ".",
    "..",
    ".\n.\n",
    "From here\nFrom there",
    "=",
    "a =\n b ",
    "trailing space \nand tab\t\n",
    "é" * 120,
    "🚲" * 60,
    "x" * 75 + " y",
    "x" * 300,
]


@pytest.mark.parametrize("words", TRICKY)
def test_tricky_words_survive_encoding(words: str) -> None:
    assert quopri.decodestring(encode(words)).decode() == words.replace("\n", "\r\n")


@given(WORDS)
def test_any_words_survive_encoding(words: str) -> None:
    encoded = encode(words)

    assert quopri.decodestring(encoded).decode() == words.replace("\n", "\r\n")


@given(WORDS)
def test_no_line_is_long_dotted_or_a_mailbox_separator(words: str) -> None:
    for line in encode(words).split(b"\r\n"):
        assert len(line) <= 76
        assert not line.startswith((b".", b"From "))
        assert line.isascii()


@given(WORDS)
def test_no_character_is_cut_in_two(words: str) -> None:
    for line in encode(words).split(b"\r\n"):
        quopri.decodestring(line.removesuffix(b"=")).decode()


def test_both_parts_are_quoted_printable_with_the_text_first() -> None:
    message = parse(make_compiled().build(make_reader()))

    parts = list(message.iter_parts())
    assert [each.get_content_type() for each in parts] == ["text/plain", "text/html"]
    assert {each["Content-Transfer-Encoding"] for each in parts} == {"quoted-printable"}
    assert {each.get_content_charset() for each in parts} == {"utf-8"}


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_every_marker_is_replaced(kind: str) -> None:
    content = part(make_compiled().build(make_reader()), kind)

    assert "zq" not in content
    assert "anne@example.org" in content
    assert "3 mars 2025" in content.replace("\u00a0", " ")
    assert (
        len(re.findall(r"https://news\.example\.org/[upl]/[a-z2-7]{33,43}", content))
        == 3
    )


def test_a_message_parses_to_what_was_frozen() -> None:
    reader = make_reader()
    raw = make_compiled().build(reader)

    for kind, frozen in (("plain", TEXT), ("html", HTML)):
        built = part(raw, kind).replace("\r\n", "\n").rstrip("\n")
        pattern = re.escape(frozen.rstrip("\n"))
        for marker in re.findall(r"zq\w+?qz", frozen):
            pattern = pattern.replace(marker, ".+?")
        assert re.fullmatch(pattern, built)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
def test_any_reader_value_is_escaped_for_html_and_kept_in_text(value: str) -> None:
    compiled = make_compiled(html=f"<p>{MARKERS.address}</p>", text=MARKERS.address)

    raw = compiled.build(make_reader(address=value))

    html = part(raw, "html").strip().removeprefix("<p>").removesuffix("</p>")
    assert unescape(html) == value
    assert "<" not in html
    assert part(raw, "plain").strip() == value


def test_a_body_never_needs_dot_stuffing() -> None:
    compiled = make_compiled(text=f".\n{MARKERS.address}.\n.\n", html="<p>.</p>\n.\n")

    raw = compiled.build(make_reader())

    assert b"\r\n." not in raw


def test_the_boundary_depends_on_the_delivery() -> None:
    compiled = make_compiled()

    first = parse(compiled.build(make_reader(delivery_id=1))).get_boundary()
    second = parse(compiled.build(make_reader(delivery_id=2))).get_boundary()

    assert first != second
