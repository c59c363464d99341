"""An organisation's own template: what it may hold, and what it can never do."""

from dataclasses import replace

import pytest

from newsletter.errors import BadTemplate, RenderingFailed
from newsletter.rendering import Style, check, render, try_template
from newsletter.rendering.own import apart, read
from newsletter.rendering.own.reading import DEEPEST, LONGEST, MOST
from tests.golden import cases
from tests.newsletter.rendering import pages

GOOD = """<mjml>
<mj-head>
<mj-attributes><mj-class name="large" font-size="20px" /></mj-attributes>
<mj-style>.own a { color: #ffffff !important; }</mj-style>
</mj-head>
<mj-body>
<mj-section background-color="#3b2a5a"><mj-column>
<newsletter-logo color="#ffffff" />
<newsletter-title color="#ffffff" padding="4px 32px 0" />
<newsletter-dateline color="#ffffff" />
<mj-text color="#ffffff" css-class="own" mj-class="large">
Num&eacute;ro <newsletter-number/> de <newsletter-name/>, <newsletter-date/>.
<a href="https://example.org/">A &amp; B</a>
</mj-text>
<mj-image src="/media/0123456789abcdef0123456789abcdef.png" alt="" />
</mj-column></mj-section>
<mj-section><mj-column>
<newsletter-intro /><newsletter-contents />
</mj-column></mj-section>
<newsletter-items design="bulletin" />
<mj-section><mj-column><newsletter-share /></mj-column></mj-section>
<newsletter-footer />
</mj-body>
</mjml>"""
BARE = (
    "<mjml><mj-body><mj-section><mj-column><newsletter-title/>{words}</mj-column>"
    "</mj-section>{more}<newsletter-items/><newsletter-footer/></mj-body></mjml>"
)


def bare(words: str = "", more: str = "") -> str:
    return BARE.format(words=words, more=more)


def test_a_letter_is_laid_out_in_it() -> None:
    letter = replace(cases.full("fr"), style=Style(template=GOOD))

    rendered = render(letter)
    document = pages.read(rendered.html)
    words = document.elements[0].text

    check(letter, rendered)
    assert document.unclosed == []
    assert [len(h1.text) for h1 in document.all("h1")] == [len(letter.subject)]
    assert "Numéro 48 de Les Jardins de la Dyle, 1er\u00a0décembre 2026." in words
    assert "A & B" in words
    assert {block.title for block in letter.blocks} - {
        h.text for h in document.all("h2", "h3")
    } <= {letter.blocks[0].title}
    assert rendered.text == render(cases.full("fr")).text


def test_the_way_out_comes_first_where_the_template_names_no_place_for_it() -> None:
    letter = replace(cases.full("fr"), style=Style(template=bare()))

    assert letter.unsubscribe_url in render(letter).html[:10_000]


@pytest.mark.parametrize("language", cases.LANGUAGES)
def test_it_speaks_the_language_of_the_letter(language: str) -> None:
    letter = replace(cases.full(language), style=Style(template=GOOD))

    document = pages.read(render(letter).html)

    assert document.one("html").attrs["lang"] == language


@pytest.mark.parametrize(
    ("template", "line", "reason"),
    [
        (" ", 1, "no element found"),
        ("<mjml>\n<mj-body>\n<mj-section", 3, "unclosed token"),
        ("<mjml>\n<mj-body></mjml>", 2, "mismatched tag"),
        ("<html/>", 1, "<html> may not stand in a template"),
        ("<!DOCTYPE mjml><mjml/>", 1, "without declarations"),
        ("<?php evil() ?><mjml/>", 1, "without declarations"),
        ("<mjml>\n\n<mj-body>words</mj-body></mjml>", 3, "words may not stand in"),
        (bare("\n<script>x</script>"), 2, "<script> may not stand"),
        (bare("\n<mj-raw><b/></mj-raw>"), 2, "<mj-raw> may not stand"),
        (bare('\n<mj-include path="/etc/passwd"/>'), 2, "<mj-include> may not stand"),
        (bare("<mj-text><form/></mj-text>"), 1, "<form> may not stand"),
        (bare("<mj-text>\n\n<iframe/></mj-text>"), 3, "<iframe> may not stand"),
        (bare("<mj-text><h1>a</h1></mj-text>"), 1, "<h1> may not stand"),
        (bare('\n<mj-image src="https://e.org/a.png" alt=""/>'), 2, "our own store"),
        (bare('\n<mj-image src="/media/../x.png" alt=""/>'), 2, "our own store"),
        (
            bare('<mj-image src="/media/0123456789abcdef0123456789abcdef.png"/>'),
            1,
            'needs alt="…"',
        ),
        (bare('<mj-text><p onclick="x">a</p></mj-text>'), 1, "may not carry “onclick”"),
        (bare('<mj-text background-url="x">a</mj-text>'), 1, "“background-url”"),
        (bare('<mj-text><a href="javascript:x">a</a></mj-text>'), 1, "links begin"),
        (bare('<mj-text><p style="background:url(x)"/></mj-text>'), 1, "“url” may not"),
        (bare('<mj-text><p style="width:expression(x)"/></mj-text>'), 1, "expression"),
        (bare('<mj-text><p style="a:u\\72l(x)"/></mj-text>'), 1, "without comments"),
        (bare('<mj-text><p style="a:image-set(x)"/></mj-text>'), 1, "image-set"),
        (bare("<newsletter-title/>"), 1, "<newsletter-title/> stands here a second"),
        (bare("<newsletter-items/>"), 1, "<newsletter-items> may not stand in"),
        (bare("", "<newsletter-intro/>"), 1, "<newsletter-intro> may not stand in"),
        (bare('<newsletter-intro padding="x"/>'), 1, "is written like 24px"),
        (bare('<newsletter-intro color="red"/>'), 1, "is written like #0b5d57"),
        (
            bare().replace("items/>", 'items design="../x"/>'),
            1,
            "letter, news or bulletin",
        ),
        (bare().replace("<newsletter-footer/>", ""), 1, "without <newsletter-footer/>"),
        (bare().replace("<newsletter-items/>", ""), 1, "without <newsletter-items/>"),
        (bare().replace("<newsletter-title/>", ""), 1, "without <newsletter-title/>"),
    ],
)
def test_what_is_refused_names_its_line(template: str, line: int, reason: str) -> None:
    with pytest.raises(BadTemplate) as refused:
        try_template(template)

    assert str(refused.value).startswith(f"Line {line}")
    assert reason in str(refused.value)


@pytest.mark.parametrize("rule", ["@import 'x';", "a{b:url(x)}", "@font-face{a:b}"])
def test_a_style_that_fetches_is_refused_wherever_the_parser_cuts_it(rule: str) -> None:
    styles = " " * 8_190 + rule
    head = f"<mjml><mj-head><mj-style>{styles}</mj-style></mj-head>"

    with pytest.raises(BadTemplate, match="may not stand in styles"):
        read(bare().replace("<mjml>", head))


def test_a_template_has_bounds() -> None:
    deep = bare("<mj-text>" + "<b>" * 9_000 + "</b>" * 9_000 + "</mj-text>")
    many = bare("<mj-text>" + "<br/>" * (MOST + 1) + "</mj-text>")

    with pytest.raises(BadTemplate, match=f"{LONGEST:,} characters"):
        read(" " * (LONGEST + 1))
    with pytest.raises(BadTemplate, match=f"more than {DEEPEST} deep"):
        read(deep)
    with pytest.raises(BadTemplate, match="may hold 3,000 tags"):
        read(many)


def test_what_would_kill_mjml_kills_only_the_child() -> None:
    deep = "<b>" * 50_000 + "</b>" * 50_000

    with pytest.raises(RenderingFailed, match="gave up"):
        apart.to_html(
            f"<mjml><mj-body><mj-section><mj-column><mj-text>{deep}</mj-text>"
            "</mj-column></mj-section></mj-body></mjml>"
        )


def test_what_mjml_cannot_read_says_where() -> None:
    with pytest.raises(apart.Unreadable) as unreadable:
        apart.to_html("<mjml><mj-body><mj-section></mj-raw><mj-foo></mj-body></mjml>")

    assert unreadable.value.args


def test_no_word_of_a_template_is_ever_a_program() -> None:
    template = bare("<mj-text>{{ 7 * 7 }} {% raw %} ${7*7} #{7*7}</mj-text>")
    letter = replace(cases.full("en"), style=Style(template=template))

    assert "{{ 7 * 7 }} {% raw %} ${7*7} #{7*7}" in render(letter).html
