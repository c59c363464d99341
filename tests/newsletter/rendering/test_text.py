import re
from dataclasses import replace

import pytest

from newsletter.rendering import Letter, Picture, body, plain, render
from tests.golden.letters import FRENCH, LETTERS, STORY
from tests.newsletter.rendering import pages

letters = pytest.mark.parametrize("letter", LETTERS.values(), ids=LETTERS)


@letters
def test_the_text_holds_every_link_of_the_html(letter: Letter) -> None:
    rendered = render(letter)

    targets = {link.attrs["href"] for link in pages.read(rendered.html).links()}
    missing = {
        target
        for target in targets
        if not target.startswith("#")
        and target.removeprefix("mailto:") not in rendered.text
    }

    assert missing == set()


@letters
def test_the_text_holds_every_heading_of_the_html(letter: Letter) -> None:
    rendered = render(letter)
    said = " ".join(rendered.text.split()).casefold()

    titles = {
        " ".join(heading.text.split()).casefold()
        for heading in pages.read(rendered.html).all("h1", "h2", "h3", "h4")
    }

    assert {title for title in titles if title not in said} == set()


@letters
def test_lines_are_short_unless_an_address_is_long(letter: Letter) -> None:
    lines = render(letter).text.splitlines()

    assert [line for line in lines if len(line) > 72 and "://" not in line] == []
    assert [line for line in lines if line != line.rstrip()] == []


def test_the_text_has_no_trace_of_html() -> None:
    text = render(FRENCH).text

    assert not re.search(r"<|&[a-z#0-9]+;", text)


def test_a_long_address_is_never_cut() -> None:
    url = "https://example.org/" + "a" * 200

    text = render(replace(FRENCH, blocks=(replace(STORY, url=url),))).text

    assert f"\n{url}\n" in text


@pytest.mark.parametrize(
    ("alt", "said"),
    [
        ("Un bac fumant", "[Un bac fumant. Au matin. ©\u00a0Noor]"),
        ("Un bac fumant.", "[Un bac fumant. Au matin. ©\u00a0Noor]"),
        ("Un bac fumant\u202f?", "[Un bac fumant\u202f? Au matin. ©\u00a0Noor]"),
    ],
)
def test_a_described_picture_has_one_full_stop(alt: str, said: str) -> None:
    picture = Picture("https://e.org/a.jpg", 600, 300, alt, "Au matin.", "Noor")

    text = render(replace(FRENCH, blocks=(replace(STORY, picture=picture),))).text

    assert f"\n{said}\n" in text


def test_french_puts_a_space_before_its_colons() -> None:
    assert "Se désinscrire\u202f: zq" in render(FRENCH).text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<p>one<br>two</p>", "one\ntwo"),
        ("<ul><li>a</li><li>b</li></ul><p>c</p>", "* a\n* b\n\nc"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", "* a\n  * b"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n\n> b"),
        ('<p><a href="https://e.org/x">here</a></p>', "here (https://e.org/x)"),
        ('<p><a href="https://e.org/x">https://e.org/x</a></p>', "https://e.org/x"),
        ('<p><a href="mailto:a@e.org">a@e.org</a></p>', "a@e.org"),
        ("<p>a <strong>b</strong> c</p>", "a b c"),
        ("<p>a\n  b</p>", "a b"),
        ("<h4>Title</h4><p>a</p>", "Title\n\na"),
    ],
)
def test_a_body_becomes_paragraphs_and_lists(html: str, text: str) -> None:
    assert plain.prose(body.read(html, "en")) == text
