import re
from dataclasses import replace
from itertools import pairwise

import pytest

from newsletter.rendering import Letter, render
from tests.golden.letters import (
    APPEAL,
    ARABIC,
    DOCUMENTS,
    EVENT,
    FRENCH,
    LEAD,
    LETTERS,
    LINK,
    SITE,
    STORY,
    TEXT,
    VIDEO,
    picture,
)
from tests.newsletter.rendering import pages
from tests.newsletter.rendering.pages import Document

letters = pytest.mark.parametrize("letter", LETTERS.values(), ids=LETTERS)


def html(letter: Letter) -> Document:
    return pages.read(render(letter).html)


def headings(letter: Letter) -> list[str]:
    found = html(letter).all("h1", "h2", "h3", "h4")
    return [element.tag for element in found]


@letters
def test_the_html_and_its_wrapper_say_the_language_and_direction(
    letter: Letter,
) -> None:
    document = html(letter)

    root, wrapper = document.one("html"), _wrapper(document)
    direction = "rtl" if letter.language == "ar" else "ltr"

    assert (root.attrs["lang"], root.attrs["dir"]) == (letter.language, direction)
    assert (wrapper.attrs["lang"], wrapper.attrs["dir"]) == (letter.language, direction)
    assert wrapper.attrs["aria-roledescription"] == "email"
    assert wrapper.attrs["aria-label"] == document.one("h1").text


@letters
def test_every_tag_is_closed_by_its_own(letter: Letter) -> None:
    assert html(letter).unclosed == []


@letters
def test_headings_go_down_one_step_at_a_time(letter: Letter) -> None:
    levels = [int(tag[1]) for tag in headings(letter)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_items_without_a_section_are_second_level_headings() -> None:
    plain = replace(FRENCH, blocks=(replace(STORY, section=""), LINK))

    assert headings(plain) == ["h1", "h2", "h2"]


def test_items_in_a_section_stand_below_it() -> None:
    assert headings(replace(FRENCH, blocks=(STORY, LINK))) == ["h1", "h2", "h3", "h3"]


def test_a_heading_in_a_body_stands_below_its_item() -> None:
    assert headings(replace(FRENCH, blocks=(LEAD,))) == ["h1", "h2", "h3"]


@letters
def test_every_image_has_an_alternative_text(letter: Letter) -> None:
    assert all("alt" in image.attrs for image in html(letter).all("img"))


@letters
def test_every_layout_table_is_only_that(letter: Letter) -> None:
    roles = {table.attrs.get("role") for table in html(letter).all("table")}

    assert roles == {"presentation"}


@letters
def test_nothing_is_fetched_but_our_own_pictures(letter: Letter) -> None:
    rendered = render(letter).html

    fetched = {image.attrs["src"] for image in pages.read(rendered).all("img")}

    assert all(url.startswith(f"{SITE}/media/") for url in fetched)
    assert not re.search(r"@import|url\(|<link|<script|<iframe|<form|@font", rendered)


@letters
def test_links_with_the_same_name_lead_to_the_same_place(letter: Letter) -> None:
    places: dict[str, set[str]] = {}
    for link in html(letter).links():
        target = link.attrs["href"]
        name = link.attrs.get("aria-label") or link.text
        # The list of contents names what it points to.
        if name and not target.startswith("#"):
            places.setdefault(name, set()).add(target)

    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_two_buttons_with_the_usual_words_are_told_apart() -> None:
    other = replace(STORY, anchor="i9", title="Un puits", url="https://example.org/p")

    document = html(replace(FRENCH, blocks=(STORY, other)))

    labels = [link.attrs.get("aria-label") for link in document.links()]
    assert "Lire l’article complet\u202f: Un puits" in labels


@letters
def test_every_anchor_of_the_contents_exists_once(letter: Letter) -> None:
    document = html(letter)

    ids = [
        element.attrs["id"] for element in document.elements if "id" in element.attrs
    ]
    wanted = [
        link.attrs["href"][1:]
        for link in document.links()
        if link.attrs["href"].startswith("#")
    ]

    assert wanted
    assert len(ids) == len(set(ids))
    assert set(wanted) <= set(ids)


def test_a_short_letter_has_no_contents() -> None:
    document = html(replace(FRENCH, blocks=(LEAD, STORY, LINK)))

    assert "Dans ce numéro" not in [h2.text for h2 in document.all("h2")]


def test_words_in_another_language_say_so_and_carry_it() -> None:
    document = html(FRENCH)

    title = next(h3 for h3 in document.all("h3") if h3.text == LINK.title)

    assert (title.attrs["lang"], title.attrs["dir"]) == ("nl", "ltr")
    assert "(en néerlandais)" in _wrapper(document).text


def test_a_region_of_the_same_language_is_not_another_language() -> None:
    document = html(replace(FRENCH, language="fr-BE", blocks=(STORY, LEAD)))

    assert "(en français)" not in _wrapper(document).text


def test_a_left_to_right_item_keeps_its_direction_in_an_arabic_letter() -> None:
    document = html(ARABIC)

    title = next(h3 for h3 in document.all("h3") if h3.text == STORY.title)

    assert (title.attrs["lang"], title.attrs["dir"]) == ("fr", "ltr")


def test_the_other_languages_are_listed_by_their_own_names() -> None:
    links = {
        link.attrs["hreflang"]: (link.text, link.attrs["lang"])
        for link in html(FRENCH).links()
        if link.text in {"Français", "Nederlands", "Deutsch", "English"}
    }

    assert links == {
        "nl": ("Nederlands", "nl"),
        "de": ("Deutsch", "de"),
        "en": ("English", "en"),
    }


def test_a_letter_in_one_language_offers_no_choice() -> None:
    alone = replace(FRENCH, languages=FRENCH.languages[:1])

    assert "Lire en" not in _wrapper(html(alone)).text


def test_the_way_out_is_within_the_first_ten_kilobytes() -> None:
    assert FRENCH.unsubscribe_url in render(FRENCH).html[:10_000]


def test_the_reason_leaves_the_day_out_when_it_is_not_known() -> None:
    text = _wrapper(html(replace(FRENCH, reader_since=""))).text

    assert "à la suite de votre inscription." in text


def test_an_event_says_when_where_and_until_when_to_answer() -> None:
    text = _wrapper(html(replace(FRENCH, blocks=(EVENT,)))).text

    assert "Samedi 12\xa0décembre 2026, 18\xa0h\xa0– 22\xa0h\xa030" in text
    assert "Salle des Tilleuls, rue du Four 8, 1300 Wavre" in text
    assert "avant le 8\xa0décembre 2026, 16\xa0h\xa030." in text
    assert "Ajouter à mon agenda" in text


def test_a_document_says_what_the_reader_is_about_to_fetch() -> None:
    assert "(PDF, 1,8\u202fMo, français)" in _wrapper(html(FRENCH)).text


def test_a_video_without_a_picture_is_still_a_link() -> None:
    bare = replace(VIDEO, picture=None, url="", video_url="https://video.example/9")

    links = html(replace(FRENCH, blocks=(bare,))).links()

    assert ("Regarder la vidéo", "https://video.example/9") in [
        (link.text, link.attrs["href"]) for link in links
    ]


def test_the_picture_of_a_video_says_that_it_plays() -> None:
    image = html(replace(FRENCH, blocks=(VIDEO,))).one("img")

    assert image.attrs["alt"] == f"Lire la vidéo\u202f: {VIDEO.title}"


def test_a_text_is_shown_whole_although_there_is_a_page() -> None:
    long = replace(TEXT, body_html=f"<p>{'mot ' * 400}fin</p>")

    assert "mot fin" in _wrapper(html(replace(FRENCH, blocks=(long,)))).text


def test_a_long_story_shows_its_summary_in_the_mail_and_all_of_it_on_the_web() -> None:
    long = replace(STORY, body_html=f"<p>{'mot ' * 400}fin</p>")

    rendered = render(replace(FRENCH, blocks=(long,)))

    assert "mot fin" not in rendered.html
    assert STORY.summary.split(" ;")[0] in rendered.html
    assert "mot fin" in rendered.web


def test_a_long_story_without_a_summary_is_cut_at_a_word() -> None:
    long = replace(STORY, summary="", body_html=f"<p>{'mot ' * 400}fin</p>")

    text = _wrapper(html(replace(FRENCH, blocks=(long,)))).text

    assert "mot mot…" in text


def test_a_letter_may_have_nothing_but_an_appeal() -> None:
    document = html(replace(FRENCH, intro="", blocks=(APPEAL,)))

    assert [h.text for h in document.all("h3")] == [APPEAL.title]


def test_the_web_page_holds_no_marker() -> None:
    assert "zqabcdefgh" not in render(FRENCH).web


@letters
def test_the_web_page_is_one_article_in_its_language(letter: Letter) -> None:
    document = pages.read(render(letter).web)

    article = document.one("article")

    assert document.unclosed == []
    assert article.attrs["lang"] == letter.language
    assert document.all("table", "style", "script") == []


def _wrapper(document: Document) -> pages.Element:
    return next(e for e in document.all("div") if e.attrs.get("role") == "article")


def test_a_name_that_signs_nearly_everything_is_not_repeated() -> None:
    blocks = tuple(
        replace(STORY, anchor=f"i{n}", author=author)
        for n, author in enumerate(["Le bureau", "Le bureau", "Le bureau", "Noor"])
    )

    text = _wrapper(html(replace(FRENCH, blocks=blocks))).text

    assert "Par Noor" in text
    assert "Le bureau" not in text


def test_a_caption_is_not_read_out_twice() -> None:
    same = picture("verger", alt="Le verger", caption="Le verger")
    blocks = (replace(STORY, picture=same), replace(LEAD, url="", picture=same))

    images = html(replace(FRENCH, blocks=blocks)).all("img")

    assert [image.attrs["alt"] for image in images] == [STORY.title, ""]


@pytest.mark.parametrize("alt", ["", "\u00a0", "\u200b \ufeff"])
def test_a_picture_that_leads_somewhere_has_a_name(alt: str) -> None:
    block = replace(STORY, picture=picture("verger", alt=alt))

    (image,) = html(replace(FRENCH, blocks=(block,))).all("img")

    assert image.attrs["alt"] == STORY.title


def test_two_documents_with_one_name_are_told_apart() -> None:
    other = replace(DOCUMENTS, anchor="i9", title="Archives", section="")

    links = html(replace(FRENCH, blocks=(DOCUMENTS, other))).links()

    labels = {link.attrs.get("aria-label") for link in links}
    assert "Affiche de la fête\u202f: Archives" in labels


def test_a_long_lead_says_how_long_it_takes() -> None:
    long = replace(LEAD, body_html=f"<p>{'mot ' * 800}</p>")

    text = _wrapper(html(replace(FRENCH, blocks=(long,)))).text

    assert "Par Noor Hendrickx · 4 min de lecture" in text


def test_a_short_story_without_a_summary_is_shown_whole() -> None:
    short = replace(STORY, summary="", body_html="<p>Tout tient en une phrase.</p>")

    assert "une phrase." in _wrapper(html(replace(FRENCH, blocks=(short,)))).text


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("story", "Lire l’article complet"),
        ("link", "Lire sur example.org"),
        ("video", "Regarder la vidéo"),
        ("event", "Détails et inscription"),
        ("appeal", "En savoir plus"),
    ],
)
def test_a_button_that_nobody_worded_says_what_happens(kind: str, words: str) -> None:
    block = replace(STORY, type=kind, url="https://www.example.org/a")

    assert words in [
        link.text for link in html(replace(FRENCH, blocks=(block,))).links()
    ]
