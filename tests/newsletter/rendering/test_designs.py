"""What holds for every design, whatever it looks like."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from newsletter.rendering import Design, Face, Letter, Markers, check, render
from tests.golden import cases, rendered
from tests.golden.letters import FRENCH, MARKERS, SITE, VIDEO
from tests.newsletter.rendering import pages

ALL = [(design, name) for design in Design for name, _ in cases.every()]
every = pytest.mark.parametrize(("design", "name"), ALL)
designs = pytest.mark.parametrize("design", Design)
# Outlook's Word engine knows none of these, and Gmail drops the rule or the block.
FORBIDDEN = re.compile(
    r"display:\s*(?:flex|grid)|(?<![\w-])float\s*:|position\s*:|background-image"
    r"|var\(|calc\(|url\(|@import|@font-face|\d(?:rem|vw|vh)\b|expression|javascript:"
)


def _letter(name: str) -> Letter:
    case, language = name.split(".")
    return cases.CASES[case](language)


def styled(letter: Letter, design: Design) -> Letter:
    return replace(letter, style=cases.STYLES[design])


@every
def test_it_says_its_language_and_direction_twice(design: Design, name: str) -> None:
    letter = _letter(name)
    document = pages.read(rendered(design, name).html)

    wrapper = next(e for e in document.all("div") if e.attrs.get("role") == "article")
    wanted = (letter.language, "rtl" if letter.language == "ar" else "ltr")

    for element in (document.one("html"), wrapper):
        assert (element.attrs["lang"], element.attrs["dir"]) == wanted
    assert wrapper.attrs["aria-label"] == document.one("h1").text
    assert document.unclosed == []


@every
def test_it_has_one_title_and_skips_no_level(design: Design, name: str) -> None:
    document = pages.read(rendered(design, name).html)

    levels = [int(e.tag[1]) for e in document.all("h1", "h2", "h3", "h4")]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@every
def test_its_inline_looks_are_known_to_every_mail_program(
    design: Design, name: str
) -> None:
    document = pages.read(rendered(design, name).html)

    looks = {element.attrs.get("style", "") for element in document.elements}

    assert {each for each in looks if FORBIDDEN.search(each)} == set()


@every
def test_it_has_one_style_block_of_sixteen_kilobytes_at_most(
    design: Design, name: str
) -> None:
    html = re.sub(r"<!--\[if mso\]>.*?<!\[endif\]-->", "", rendered(design, name).html)

    (styles,) = re.findall(r"<style[^>]*>(.*?)</style>", html, re.DOTALL)

    assert len(styles.encode()) <= 16_000
    assert not re.search(r"@import|url\(|@font-face", styles)
    assert styles.count("{") == styles.count("}")


@every
def test_a_table_is_for_layout_or_has_heads(design: Design, name: str) -> None:
    document = pages.read(rendered(design, name).html)

    bare = [t for t in document.all("table") if t.attrs.get("role") != "presentation"]
    heads = [th for th in document.all("th") if th.attrs.get("scope") == "row"]

    assert bool(bare) == bool(heads)
    assert design is Design.BULLETIN or not bare


@every
def test_it_keeps_every_reader_s_own_values(design: Design, name: str) -> None:
    letter = styled(_letter(name), design)

    check(letter, rendered(design, name))

    assert letter.unsubscribe_url in rendered(design, name).html[:10_000]


@every
def test_every_picture_says_its_width_and_what_it_shows(
    design: Design, name: str
) -> None:
    images = pages.read(rendered(design, name).html).all("img")

    assert all(image.attrs["width"].isdigit() for image in images)
    assert all("alt" in image.attrs for image in images)


@designs
@pytest.mark.parametrize("language", cases.LANGUAGES)
def test_words_of_another_language_carry_it(design: Design, language: str) -> None:
    letter = cases.fallback(language)
    document = pages.read(rendered(design, f"fallback.{language}").html)

    lent = {b.title: b.language for b in letter.blocks if b.language != language}
    titles = {h.text: h.attrs.get("lang") for h in document.all("h2", "h3")}

    assert lent
    assert {titles[title] for title in titles if title in lent} <= set(lent.values())
    assert sum(title in titles for title in lent) >= len(lent) - 1  # one is curled


@designs
def test_a_letter_can_be_passed_on_without_anybody_s_token(design: Design) -> None:
    document = pages.read(rendered(design, "full.en").html)

    ways = [
        link.attrs["href"]
        for link in document.links()
        if link.attrs["href"].startswith(
            ("mailto:?", "https://wa.me", "https://share.joinmastodon.org")
        )
    ]

    plain = [
        link.attrs["href"]
        for link in document.links()
        if link.text == "Link\u00a0to\u00a0this\u00a0letter"
    ]
    assert plain == ["https://news.example.org/en/48-verger"]
    assert len(ways) == 3
    assert all("news.example.org%2Fen%2F48-verger" in way for way in ways)
    assert not any(MARKERS.nonce in way for way in ways)


@designs
def test_what_is_not_for_everybody_cannot_be_passed_on(design: Design) -> None:
    letter = styled(replace(cases.full("en"), share_url=""), design)

    both = render(letter)

    assert "Share this letter" not in both.html + both.text


@designs
def test_the_page_about_people_s_data_is_in_the_foot(design: Design) -> None:
    links = pages.read(rendered(design, "full.de").html).links()

    assert ("Datenschutz", "https://example.org/privacy") in [
        (link.text, link.attrs["href"]) for link in links
    ]


@designs
def test_a_logo_stands_for_the_name_and_says_it(design: Design) -> None:
    style = replace(cases.STYLES[design], logo=cases.LOGO)

    document = pages.read(render(replace(FRENCH, style=style)).html)
    logo = next(i for i in document.all("img") if i.attrs["src"] == cases.LOGO.url)

    assert logo.attrs["alt"] == FRENCH.list_name
    assert (logo.attrs["width"], logo.attrs["height"]) == ("200", "60")
    assert any(parent.attrs.get("class") == "logo" for parent in logo.parents)


@designs
@pytest.mark.parametrize("face", Face)
def test_titles_are_set_in_the_chosen_face(design: Design, face: Face) -> None:
    style = replace(cases.STYLES[design], titles=face)

    title = pages.read(render(replace(FRENCH, style=style)).html).one("h1")

    assert ("Georgia" in title.attrs["style"]) == (face is Face.SERIF)


@designs
def test_a_video_says_how_long_it_is_and_what_it_can_be_read_in(
    design: Design,
) -> None:
    block = replace(VIDEO, video_seconds=252, subtitles=("fr", "nl"))
    letter = styled(replace(FRENCH, blocks=(block,)), design)

    both = render(letter)

    said = "Vidéo · 4\u00a0min\u00a012 · sous-titres en français et néerlandais"
    assert said in pages.read(both.html).elements[0].text
    assert said in both.text


@designs
def test_a_document_says_its_pages(design: Design) -> None:
    html = pages.read(rendered(design, "full.nl").html).elements[0].text

    assert "(PDF, 24\u00a0blz., 1,8\u00a0MB, Nederlands)" in html


def test_the_designs_are_different() -> None:
    letters = {rendered(design, "full.fr").html for design in Design}

    assert len(letters) == len(Design)


def test_the_last_line_of_markers_is_where_they_were_asked_for() -> None:
    other = Markers("zyxwvuts")
    letter = replace(FRENCH, unsubscribe_url=other.unsubscribe)

    assert render(letter).html.count(other.unsubscribe) == 2
    assert SITE in render(letter).html
