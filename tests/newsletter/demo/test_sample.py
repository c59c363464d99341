import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from newsletter.demo import sample
from newsletter.demo.sample import SampleItem, Words

LANGUAGES = ("fr", "nl", "de", "en")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ITEMS = sample.items(
    site="http://localhost:8000/demo/site", now=NOW, zone=ZoneInfo("Europe/Brussels")
)
COMING = sample.coming_items(
    site="http://localhost:8000/demo/site", now=NOW, zone=ZoneInfo("Europe/Brussels")
)
WORDS = [
    pytest.param(language, words, id=f"{key} {language}")
    for key, item in (ITEMS | COMING).items()
    for language, words in item.words.items()
]
PICTURES = sorted({item.picture for item in ITEMS.values() if item.picture})
# Signs that betray the typing of another language, or of none.
_UNTYPICAL = {
    "fr": r"[\"'“”„]|(?<!\u202f)[;:!?»]|«(?!\u202f)",
    "nl": r"[\"'«»„]",
    "de": r"[\"'«»]",
    "en": r"[\"'«»„]",
}


def test_there_are_eleven_items_of_the_expected_kinds() -> None:
    kinds = Counter(item.type for item in ITEMS.values())

    assert kinds == {
        "story": 4,
        "documents": 2,
        "appeal": 1,
        "text": 1,
        "video": 1,
        "event": 1,
        "link": 1,
    }


def test_the_issue_holds_every_item_once() -> None:
    placed = [key for keys in sample.issue().sections.values() for key in keys]

    assert sorted(placed) == sorted(ITEMS)


def test_the_draft_holds_what_is_kept_and_the_rest_waits_on_the_desk() -> None:
    placed = {key for keys in sample.coming().sections.values() for key in keys}
    states = {key: item.state for key, item in COMING.items()}

    assert placed == {key for key, state in states.items() if state == "kept"}
    assert set(states.values()) == {"inbox", "kept", "aside"}


@pytest.mark.parametrize("words", [case.values[1] for case in WORDS])
def test_words_are_complete_and_of_a_readable_length(words: Words) -> None:
    body = re.sub("<[^>]+>", " ", words.body)

    assert 10 < len(words.title) <= 80
    assert 60 < len(words.summary) <= 240
    assert len(body.split()) <= 120


@pytest.mark.parametrize(("language", "words"), WORDS)
def test_words_are_typeset_as_their_language_wants(language: str, words: Words) -> None:
    plain = re.sub("<[^>]+>", " ", words.body)
    said = f"{words.title} {words.summary} {plain} {words.caption} {words.alt}"

    assert not re.findall(_UNTYPICAL[language], said)


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS.keys())
def test_an_item_has_its_source_words_and_an_alt_for_its_picture(
    item: SampleItem,
) -> None:
    described = all(words.alt for words in item.words.values())

    assert item.language in item.words
    assert described is (item.picture is not None)


def test_a_meeting_has_three_documents_and_two_publications_are_one_item() -> None:
    assert len(ITEMS["berlin"].documents) == 3
    assert len(ITEMS["booklets"].documents) == 2


def test_every_gap_has_a_decision() -> None:
    missing = {
        (key, language)
        for key, item in ITEMS.items()
        for language in LANGUAGES
        if language not in item.words
    }
    decided = {
        (key, language): show
        for key, languages in sample.issue().decisions.items()
        for language, show in languages.items()
    }

    assert decided.keys() == missing
    assert set(decided.values()) == {"fr", "nl", "en", ""}


def test_a_decision_shows_words_that_exist() -> None:
    shown = {
        (key, show)
        for key, languages in sample.issue().decisions.items()
        for show in languages.values()
        if show
    }

    assert all(show in ITEMS[key].words for key, show in shown)


def test_every_edition_has_a_subject_a_preheader_and_a_short_intro() -> None:
    editions = sample.issue().editions

    assert tuple(editions) == LANGUAGES
    assert all(20 < len(words.subject) <= 60 for words in editions.values())
    assert all(40 < len(words.preheader) <= 100 for words in editions.values())
    assert all(len(words.intro.split()) <= 95 for words in editions.values())


def test_the_event_is_on_a_saturday_to_come_and_asks_for_answers_before() -> None:
    meeting = ITEMS["lanterns"].meeting

    assert meeting is not None
    assert meeting.starts_at == datetime(2026, 12, 12, 13, 30, tzinfo=UTC)
    assert NOW < meeting.reply_by_at < meeting.starts_at < meeting.ends_at


def test_links_point_below_the_site() -> None:
    links = [item.url for item in ITEMS.values() if item.url]
    links += [file["url"] for item in ITEMS.values() for file in item.documents]

    assert all(link.startswith("http://localhost:8000/demo/site/") for link in links)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.name)
def test_a_picture_is_small_and_wide_enough(picture: Path) -> None:
    with Image.open(picture) as image:
        width = image.width

    assert width == 1072
    assert picture.stat().st_size < 60_000


def test_the_page_has_the_same_words_in_every_language() -> None:
    keys = [set(sample.page_words(language)) for language in LANGUAGES]

    assert keys == [keys[0]] * 4
    assert all(
        text for language in LANGUAGES for text in sample.page_words(language).values()
    )
