"""Letters found by their words."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event
from sqlmodel import Session

from newsletter import db, editions, i18n
from newsletter.config import Settings
from newsletter.models import Issue, IssueState
from newsletter.web import finding
from tests import factories
from tests.web.conftest import Reader, let_leave, said


def letter(session: Session, settings: Settings, slug: str, **words: str) -> Issue:
    """Let a letter leave that says this in each language: `fr="title|body"`."""
    texts = {}
    for tag, said_there in words.items():
        title, _, body = said_there.partition("|")
        texts[tag] = {"title": f"Item {title}", "summary": "", "body": f"<p>{body}</p>"}
    item = factories.make_item(session, texts=texts)
    issue = factories.make_issue(
        session, items=[item], languages=tuple(words), slug=slug
    )
    for edition in editions.editions_of(session, issue):
        edition.subject = words[edition.language].partition("|")[0]
    let_leave(session, issue, settings)
    return issue


def found(client: TestClient, question: str, language: str = "fr") -> list[str]:
    """Return the addresses that a question finds, the best first."""
    page = client.get(f"/{language}/search", params={"q": question})
    assert page.status_code == 200
    return re.findall(r'<h2[^>]*><a href="([^"]+)"', page.text)


@pytest.fixture
def letters(engine: Engine, settings: Settings) -> None:
    """Two letters, one of which speaks of water in its title."""
    with db.writing(engine) as session:
        letter(
            session,
            settings,
            "eau",
            fr="L’été de l’eau|Une œuvre à Liège.",
            nl="De zomer van het water|Een kunstwerk.",
        )
        letter(
            session,
            settings,
            "moulin",
            fr="Le moulin|L’eau revient, la grande eau de la Straße.",
            de="Die Mühle|Das Wasserfest an der Straße.",
        )


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("eau", ["/fr/eau", "/fr/moulin"]),  # the title counts for more
        ("EAU", ["/fr/eau", "/fr/moulin"]),
        ("ete", ["/fr/eau"]),
        ("ÉTÉ", ["/fr/eau"]),
        ("l’été de l’eau", ["/fr/eau"]),
        ("oeuvre liege", ["/fr/eau"]),
        ("strasse", ["/fr/moulin"]),
        ("moul", ["/fr/moulin"]),
        ("moulin oeuvre", []),  # every word must be there
        ("fest", ["/de/moulin"]),  # inside a longer word, in another language
        ("kunstwerk", ["/nl/eau"]),
        ("crocodile", []),
    ],
)
@pytest.mark.usefixtures("letters")
def test_words_are_found_whatever_their_accents_and_case(
    client: TestClient, question: str, expected: list[str]
) -> None:
    assert found(client, question) == expected


@pytest.mark.usefixtures("letters")
def test_a_letter_is_shown_once_in_the_language_of_the_page(
    client: TestClient,
) -> None:
    assert found(client, "straße", "de") == ["/de/moulin"]
    assert found(client, "straße", "fr") == ["/fr/moulin"]


@pytest.mark.usefixtures("letters")
def test_what_was_asked_for_is_marked_in_title_and_text(client: TestClient) -> None:
    page = client.get("/fr/search?q=EAU").text

    assert "L’été de l’<mark>eau</mark>" in page
    assert "la grande <mark>eau</mark> de la Straße" in page
    assert 'value="EAU"' in page


@pytest.mark.parametrize(
    "question",
    [
        "",
        " ",
        "%",
        "_",
        "\\",
        "'; DROP TABLE edition; --",
        "%%%%",
        "\x00eau\x00",
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "a" * 20_000,
        " ".join(f"w{n}" for n in range(3_000)),
        "\u202eeau",
        "🦦",
        "{{7*7}}",
        "*",
        "\ud7ff\ufffe",
    ],
)
@pytest.mark.usefixtures("letters")
def test_no_question_breaks_the_page(client: TestClient, question: str) -> None:
    page = client.get("/fr/search", params={"q": question})

    assert page.status_code == 200
    assert "<script" not in page.text
    assert "<img" not in page.text
    assert len(page.content) < 10_000


@pytest.mark.usefixtures("letters")
@pytest.mark.parametrize("question", ["%", "_", "\\", "", "..."])
def test_signs_alone_find_nothing(client: TestClient, question: str) -> None:
    assert found(client, question) == []


@pytest.mark.usefixtures("letters")
def test_a_search_without_a_hit_says_so_and_is_not_listed(client: TestClient) -> None:
    page = client.get("/nl/search?q=crocodile")

    assert said("nl", "No letter holds these words") in page.text
    assert '<meta name="robots" content="noindex, follow">' in page.text


def test_words_of_the_frame_are_not_searched(client: TestClient, anne: Reader) -> None:
    # "In this issue", "Letter No 1", "Add to my calendar": ours, not the letter's.
    assert anne.issue_id
    assert found(client, "lecture") == []
    assert found(client, "agenda") == []
    assert found(client, "fête") == ["/fr/le-pont"]


def test_only_the_best_are_shown_and_the_page_says_so(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    with db.writing(engine) as session:
        for number in range(finding.SHOWN + 3):
            letter(session, settings, f"n{number}", fr=f"Le pont {number}|.")

    page = client.get("/fr/search?q=pont").text

    assert page.count("<h2") == finding.SHOWN
    assert said("fr", "These are the best of them. Add a word to find fewer.") in page


def test_a_search_asks_the_database_as_often_for_many_letters_as_for_few(
    client: TestClient, engine: Engine
) -> None:
    asked: list[str] = []
    body = i18n.fold("La rivière coule sous le pont et la loutre dort. " * 160)
    with db.writing(engine) as session:
        for number in range(100):
            issue = factories.make_issue(session, slug=f"n{number}")
            for edition in editions.editions_of(session, issue):
                edition.searchable = f"letter {number}\n{body}"
                edition.web = (
                    "<article><p>La rivière, le pont, la loutre.</p></article>"
                )
                edition.frozen_at = issue.created_at
            issue.state, issue.started_at = IssueState.SENT, issue.created_at

    @event.listens_for(engine, "before_cursor_execute")
    def note(*call: Any) -> None:
        asked.append(call[2])

    hits = found(client, "rivière loutre pont")

    assert len(hits) == finding.SHOWN
    assert len(asked) < 10
    # Articles are large: only those on the page are read.
    assert sum("edition.web" in statement for statement in asked) == 1
