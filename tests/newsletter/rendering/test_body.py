import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import RenderingFailed
from newsletter.rendering import body
from newsletter.rendering.palette import LIGHT
from tests.newsletter.rendering import pages

TAGS = ["p", "h4", "ul", "ol", "li", "blockquote", "br", "strong", "em", "a", "div"]
LINK = '<a href="https://e.org/">a</a>'

soup = st.lists(
    st.one_of(
        st.sampled_from([f"<{tag}>" for tag in TAGS]),
        st.sampled_from([f"</{tag}>" for tag in TAGS]),
        st.sampled_from(['<a href="https://e.org/?a=1&amp;b=2">', "<a href=x:y>"]),
        st.text("ab <&>\"'\n\x00", max_size=5),
    ),
    max_size=40,
).map("".join)


def web(html: str) -> str:
    return str(body.for_web(body.read(html, "en"), level=4))


@pytest.mark.parametrize(
    ("html", "written"),
    [
        ("words", "<p>words</p>"),
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<ul>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("<p></p><p>a</p>", "<p>a</p>"),
        ("<div><p>a</p></div>", "<p>a</p>"),
        ('<a href="javascript:alert(1)">a</a>', "<p>a</p>"),
        ('<a href="https://e.org/"><a href="x">a</a></a>', f"<p>{LINK}</p>"),
        ("<p>1 &lt; 2</p>", "<p>1 &lt; 2</p>"),
        ("<li>a</li>", "<p>a</p>"),
        ("<b>a</b>", "<p>a</p>"),
    ],
)
def test_what_does_not_nest_is_mended(html: str, written: str) -> None:
    assert web(html) == written


@given(soup)
@settings(deadline=None)
def test_any_soup_becomes_tags_that_close(html: str) -> None:
    assert pages.read(web(html)).unclosed == []


@given(soup)
@settings(deadline=None)
def test_no_word_of_a_soup_is_lost(html: str) -> None:
    kept = {c for c in body.words(body.read(html, "en")) if c in "ab"}
    text = pages.read(f"<div>{web(html)}</div>").elements[0].text

    assert kept <= set(text)


def test_a_body_is_never_deeper_than_mjml_can_bear() -> None:
    deep = "<blockquote>" * 9_000 + "words"

    elements = pages.read(web(deep)).elements

    assert max(len(element.parents) for element in elements) < 12
    assert elements[-1].text == "words"


def test_a_body_too_long_for_any_letter_is_refused() -> None:
    with pytest.raises(RenderingFailed, match="too long for a letter"):
        body.read("a" * 200_001, "en")


def test_mail_has_its_looks_inline() -> None:
    read = body.read("<h4>A</h4><blockquote>b</blockquote>", "en")

    written = body.for_mail(read, level=3, start="right", light=LIGHT)

    assert written.startswith("<h3 style=")
    assert "border-right:3px solid" in written


def test_the_last_paragraph_leaves_as_little_room_as_is_asked() -> None:
    read = body.read("<p>a</p><p>b</p>", "en")

    written = body.for_mail(read, level=3, start="left", light=LIGHT, below=4)

    assert written == '<p style="margin:0 0 12px">a</p><p style="margin:0 0 4px">b</p>'


def test_a_quotation_is_closed_across_its_tags() -> None:
    assert web('<p>"<strong>a</strong>" b</p>') == "<p>“<strong>a</strong>” b</p>"
