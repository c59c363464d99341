"""Any value at any place: the joined octets say what the email package would say."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import UnsafeValue
from newsletter.messages import part
from subscribers.tokens import Purpose
from tests import factories
from tests.newsletter.messages.edition import (
    HTML,
    MARKERS,
    TEXT,
    make_compiled,
    make_reader,
)

HANDLE = "h" * 16
# What a column may hold, and what only an attack would write into it.
VALUES = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=320)
AWKWARD = [
    ".",
    ".dot",
    "=",
    "a=b",
    "From here",
    "tail ",
    "🚲" * 30,
    "é" * 300,
    "<&>'\"",
]


def expected(template: str, base_url: str, address: str) -> str:
    """Fill in what differs per reader, with nothing of what the compiler does."""
    token = factories.KEYS.sign
    read = token(Purpose.READ, HANDLE, "iiiiiiii")
    values = {
        MARKERS.unsubscribe: f"{base_url}/u/{token(Purpose.UNSUBSCRIBE, HANDLE)}",
        MARKERS.preferences: f"{base_url}/p/{token(Purpose.PREFERENCES, HANDLE)}",
        MARKERS.read_in("nl"): f"{base_url}/l/{read}/nl",
        MARKERS.address: address,
        MARKERS.since: "3\N{NO-BREAK SPACE}mars 2025",
    }
    for marker, value in values.items():
        filled = escape(value) if "<" in template else value
        template = template.replace(marker, filled)
    return template


def check(base_url: str, address: str, *, html: str = HTML, text: str = TEXT) -> None:
    compiled = make_compiled(base_url=base_url, html=html, text=text)

    pieces = compiled.pieces(make_reader(handle=HANDLE, address=address))
    raw = b"".join(pieces)

    assert compiled.size(pieces) == len(raw)
    for kind, template in (("html", html), ("plain", text)):
        said = part(raw, kind).replace("\r\n", "\n")
        assert said == expected(template, base_url, address)
    body = raw.partition(b"\r\n\r\n")[2]
    for line in body.split(b"\r\n"):
        assert len(line) <= 76
        assert not line.startswith((b".", b"From "))


@pytest.mark.parametrize("address", AWKWARD)
def test_an_awkward_value_arrives_as_it_is(address: str) -> None:
    check("https://news.example.org", address)


@given(VALUES)
def test_any_value_arrives_as_it_is(address: str) -> None:
    try:
        check("https://news.example.org", address)
    except UnsafeValue:
        # What looks like a line end to some program is refused, not sent.
        assert any(mark in address for mark in "\u2028\u2029\u0085")


@given(st.integers(1, 140))
def test_a_link_arrives_whole_wherever_its_line_breaks(length: int) -> None:
    host = "".join("abcdefghi."[n % 10] for n in range(length)).strip(".") or "a"

    check(f"https://{host}", "anne@example.org")


@given(st.integers(0, 100))
def test_a_link_arrives_whole_wherever_it_stands(before: int) -> None:
    html = HTML.replace("<h1>", f"<h1>{'x' * before}")

    check("https://news.example.org", "anne@example.org", html=html)


def test_a_link_with_something_to_escape_arrives_whole() -> None:
    check("https://news.example.org/a=b&c", "anne@example.org")


@pytest.mark.parametrize("value", ["a\r\nb", "a\nb", "a\0b", "a\x85b", "\ud800"])
def test_a_value_that_would_end_its_line_is_refused(value: str) -> None:
    with pytest.raises(UnsafeValue):
        make_compiled().build(make_reader(address=value))
