from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import RenderingFailed
from newsletter.rendering import Letter, render, safe
from tests.golden.letters import FRENCH, LEAD, STORY, picture
from tests.newsletter.rendering import pages

words = st.text(max_size=60) | st.sampled_from(
    [
        '"><script>alert(1)</script>',
        "{{ page.letter }} {% raw %}",
        "</mj-text></mj-column><mj-raw>",
        "<!-- --> <![CDATA[ ]]>",
        "a & b &amp; c &lt;",
        "'quoted' \"twice\" \\",
        "🌱 ‮evil‬ \x00\x1b",
        "-->",
        "e\u0301 \u0915\u094d\u0937 \u00a0\u202f\u200d\U0001fae8",
        "\\u{202f} \\n \\\\",
        "<![endif]-->",
    ]
)


def with_words(said: str) -> Letter:
    block = replace(
        LEAD,
        language="en",
        title=said,
        summary=said,
        body_html="",
        author=said,
        picture=picture("verger", alt=said, caption=said),
    )
    return replace(
        FRENCH,
        language="en",
        blocks=(block, replace(block, anchor="i2", lead=False, type="video")),
        subject=said,
        preheader=said,
        legal=said,
    )


@given(words)
@settings(max_examples=60, deadline=None)
def test_any_words_survive_and_break_nothing(said: str) -> None:
    rendered = render(with_words(said))

    document = pages.read(rendered.html)

    shown = safe.words(said, "en")
    assert document.one("h1").text == shown
    assert {title.text for title in document.all("h2")} == {shown}
    assert document.all("img")[0].attrs["alt"] == (shown or "")
    assert document.all("img")[1].attrs["alt"] == f"Play: {shown}"
    assert document.all("script") == []
    assert document.unclosed == []
    assert shown in " ".join(rendered.text.split(" ")).replace("\n", " ")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " JavaScript:alert(1)",
        "data:text/html,x",
        "//example.org/x",
        "https://",
        "http://[",
        "file:///etc/passwd",
        "/relative",
    ],
)
def test_a_link_that_no_reader_should_follow_is_left_out(url: str) -> None:
    rendered = render(replace(FRENCH, blocks=(replace(STORY, url=url),)))

    both = pages.read(rendered.html).links() + pages.read(rendered.web).links()
    targets = {link.attrs["href"].strip() for link in both}

    assert url.strip() not in targets


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("https://example.org/\u202ex", "https://example.org/x"),
    ],
)
def test_a_link_is_written_so_that_it_stays_one(url: str, kept: str) -> None:
    assert safe.link(url) == kept


def test_a_failure_names_the_letter() -> None:
    long = replace(STORY, body_html="a" * 300_000)

    with pytest.raises(RenderingFailed, match=r"Letter No 48 in fr .* too long"):
        render(replace(FRENCH, blocks=(long,)))


def test_quotes_in_a_subject_stay_in_the_label_of_the_letter() -> None:
    odd = 'Say "yes & win'

    document = pages.read(render(replace(FRENCH, subject=odd)).html)

    assert document.one("title").text == odd
    assert document.one("h1").text == odd
