"""The open cell of an issue: words beside their source, saved without losing any."""

import re
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine
from sqlmodel import col, select

from newsletter import db, editions, items
from newsletter.items import Attempt, Author
from newsletter.models import (
    Edition,
    Issue,
    IssueState,
    ItemText,
    ItemType,
    Presence,
    Revision,
    Role,
    Staff,
)
from tests import factories
from tests.web.conftest import LogIn

FR = {"title": "Le pont", "body": "<p>Il ouvre. Il a <em>six</em> mois.</p>"}
NL = {"title": "De brug", "body": "<p>Ze gaat open.</p>"}


@dataclass(frozen=True)
class Draft:
    """An issue of two items: one with Dutch words, one without."""

    issue: int
    bridge: int
    feast: int

    def cell(self, row: str | int, language: str = "nl") -> str:
        return f"/issues/{self.issue}/i/{row}/{language}"


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """Saving is tested on both databases with the verb; pages need one."""
    return _sqlite_url


@pytest.fixture
def draft(engine: Engine, client: TestClient) -> Draft:
    client.headers["Accept-Language"] = "en"
    with db.writing(engine) as session:
        bridge = factories.make_item(session, texts={"fr": FR})
        feast = factories.make_item(
            session, texts={"fr": {"title": "La fête"}}, type=ItemType.EVENT
        )
        issue = factories.make_issue(
            session, items=[bridge, feast], languages=("fr", "nl")
        )
        items.translate(session, bridge, language="nl", **NL)  # type: ignore[arg-type]  # words
        lines = editions.get_edition(session, issue, "nl")
        lines.subject, lines.ready = "", False
        return Draft(issue.id or 0, bridge.id or 0, feast.id or 0)


def text_of(engine: Engine, item_id: int, language: str = "nl") -> ItemText | None:
    with db.reading(engine) as session:
        return items.find_texts(session, [item_id])[item_id].get(language)


def change_source(engine: Engine, draft: Draft) -> None:
    with db.writing(engine) as session:
        body = FR["body"].replace("six", "trois")
        item = items.get_item(session, draft.bridge)
        items.translate(session, item, language="fr", body=body)


def patch(
    client: TestClient, path: str, token: str, version: int, **words: str
) -> Response:
    return client.patch(
        path,
        data={"version": str(version), **words},
        headers={"X-Form-Token": token, "HX-Request": "true"},
    )


def test_a_source_that_changed_is_shown_by_its_sentence(
    client: TestClient, log_in: LogIn, engine: Engine, draft: Draft
) -> None:
    log_in(Role.EDITOR)
    change_source(engine, draft)

    page = client.get(draft.cell(draft.bridge)).text

    assert "<del>" in page
    assert "six</del>" in page
    assert "trois</ins>" in page
    assert page.count('class="changed"') == 1
    assert "Only one sentence differs." in page


def test_what_is_still_correct_follows_the_source_again(
    client: TestClient, log_in: LogIn, engine: Engine, draft: Draft
) -> None:
    token = log_in(Role.EDITOR)
    change_source(engine, draft)
    words = {"form_token": token, "version": "1", **NL, "body_as": "html"}

    answer = client.post(draft.cell(draft.bridge) + "/still", data=words)

    assert answer.headers["location"] == draft.cell(draft.bridge)
    assert "Still correct" not in client.get(draft.cell(draft.bridge)).text
    assert text_of(engine, draft.bridge).version == 2  # type: ignore[union-attr]  # it is there


def test_saving_while_writing_answers_the_chip_and_the_cell(
    client: TestClient, log_in: LogIn, engine: Engine, draft: Draft
) -> None:
    token = log_in(Role.EDITOR)

    answer = patch(client, draft.cell(draft.feast), token, 0, title="Het feest")

    assert answer.status_code == 200
    assert 'id="saved"' in answer.text
    assert 'data-version="1"' in answer.text
    assert f'id="cell-{draft.feast}-nl"' in answer.text
    assert 'id="gaps"' in answer.text
    assert text_of(engine, draft.feast).title == "Het feest"  # type: ignore[union-attr]  # it is there


@pytest.mark.parametrize("act", ["", "/ready", "/decide"])
def test_how_far_a_language_is_follows_each_change_of_a_cell(
    client: TestClient, log_in: LogIn, draft: Draft, act: str
) -> None:
    token, cell = log_in(Role.EDITOR), draft.cell(draft.feast)
    words = {"version": "0", "title": "Het feest", "show": "fr", "form_token": token}
    scripted = {"X-Form-Token": token, "HX-Request": "true"}
    before = standing(client.get(f"/issues/{draft.issue}").text)

    answer = client.request(
        "POST" if act else "PATCH", cell + act, data=words, headers=scripted
    )

    sent = standing(answer.text)
    assert len(sent) == 8
    assert sent["missing-nl"] != before["missing-nl"]
    assert (sent["ready-nl"] != before["ready-nl"]) is (act != "")
    assert sent == standing(client.get(f"/issues/{draft.issue}").text)
    assert answer.text.count("hx-swap-oob") >= len(sent)


def test_translators_are_sent_no_button_of_editors(
    client: TestClient, log_in: LogIn, engine: Engine, draft: Draft
) -> None:
    token = log_in(Role.TRANSLATOR)
    with db.writing(engine) as session:
        session.exec(select(Staff)).one().languages = ["nl"]

    answer = patch(client, draft.cell(draft.bridge), token, 1, title="De Brug")

    assert 'id="missing-nl"' in answer.text
    assert 'form="settle"' not in answer.text


def standing(page: str) -> dict[str, str]:
    """Return what a page says of each language: head, tab and menu of its column."""
    found = re.findall(
        r'<(\w+)[^>]* id="((?:ready|left|count|missing)-\w+)"[^>]*>(.*?)</\1>',
        page,
        re.S,
    )
    return {place: words.strip() for _, place, words in found}


def test_a_save_that_comes_too_late_shows_both_and_loses_none(
    client: TestClient, log_in: LogIn, engine: Engine, draft: Draft
) -> None:
    token = log_in(Role.EDITOR)
    with db.writing(engine) as session:
        item = items.get_item(session, draft.bridge)
        theirs = Attempt({"title": "Brug van Jan"}, 1, Author("Jan"))
        items.save(session, item, theirs, language="nl")

    answer = patch(client, draft.cell(draft.bridge), token, 1, title="Brug van mij")

    assert answer.status_code == 409
    assert "Jan changed this at" in answer.text
    assert "Brug van Jan" not in answer.text  # word by word: only one differs
    with db.reading(engine) as session:
        lost = session.exec(select(Revision).where(col(Revision.lost))).one()
    assert lost.words["title"] == "Brug van mij"
    mine = {"form_token": token, "revision": str(lost.id), "version": "2"}
    merged = client.get(draft.cell(draft.bridge) + f"?kept={lost.id}").text
    assert 'value="Brug van mij"' in merged
    assert "Brug van Jan" in merged
    client.post(draft.cell(draft.bridge) + "/restore", data=mine)
    assert text_of(engine, draft.bridge).title == "Brug van mij"  # type: ignore[union-attr]  # it is there


def test_ready_goes_from_gap_to_gap_until_all_is_decided(
    client: TestClient, log_in: LogIn, draft: Draft
) -> None:
    token = log_in(Role.EDITOR)
    form = {"form_token": token, "version": "0"}

    lines = client.post(
        draft.cell("lines", "fr") + "/ready",
        data=form | {"version": "1", "subject": "Bonjour"},
    )
    dutch = client.post(
        draft.cell("lines") + "/ready", data=form | {"version": "1", "subject": "Dag"}
    )
    last = client.post(draft.cell(draft.feast) + "/ready", data=form | {"title": "Fee"})

    assert lines.headers["location"] == draft.cell("lines")
    assert dutch.headers["location"] == draft.cell(draft.feast)
    assert last.headers["location"] == f"/issues/{draft.issue}/i"
    assert "Everything has a decision" in client.get(f"/issues/{draft.issue}/i").text


def test_words_without_a_title_are_kept_and_not_called_ready(
    client: TestClient, log_in: LogIn, engine: Engine, draft: Draft
) -> None:
    token = log_in(Role.EDITOR)
    words = {"form_token": token, "version": "0", "title": " ", "summary": "Kom!"}

    answer = client.post(draft.cell(draft.feast) + "/ready", data=words)

    kept = text_of(engine, draft.feast)
    assert answer.status_code == 422
    assert kept is not None
    assert (kept.summary, kept.ready) == ("Kom!", False)


def test_a_gap_is_decided_in_its_place_and_opened_again(
    client: TestClient, log_in: LogIn, draft: Draft
) -> None:
    token = log_in(Role.EDITOR)
    decide, form = draft.cell(draft.feast) + "/decide", {"form_token": token}

    client.post(decide, data=form | {"show": "fr"})
    shown = client.get(draft.cell(draft.feast)).text
    client.post(decide, data=form | {"show": ""})
    left_out = client.get(draft.cell(draft.feast)).text
    client.post(decide, data=form | {"show": "ask"})
    asked = client.get(draft.cell(draft.feast)).text
    strange = client.post(decide, data=form | {"show": "x" * 50})

    assert "Readers get this item in French, labelled." in shown
    assert "Readers do not get this item." in left_out
    assert "No words in Dutch yet." in asked
    assert strange.status_code == 404


def test_the_source_is_copied_into_what_is_empty(
    client: TestClient, log_in: LogIn, engine: Engine, draft: Draft
) -> None:
    token = log_in(Role.EDITOR)
    words = {"form_token": token, "version": "1", "title": "De brug", "body": ""}

    client.post(draft.cell(draft.bridge) + "/copy", data=words)

    kept = text_of(engine, draft.bridge)
    assert kept is not None
    assert (kept.title, kept.body) == ("De brug", FR["body"])


def test_what_all_languages_share_is_changed_beside_the_words(
    client: TestClient, log_in: LogIn, engine: Engine, draft: Draft
) -> None:
    token = log_in(Role.EDITOR)
    share, form = draft.cell(draft.feast) + "/facts", {"form_token": token}
    when = {"starts": "2026-12-12T18:00", "ends": "2026-12-12T22:00", "place": "Quai 1"}

    changed = client.post(share, data=form | when | {"url": "https://example.org/f"})
    refused = client.post(share, data=form | when | {"url": "javascript:alert(1)"})
    backwards = client.post(share, data=form | when | {"ends": "2026-12-12T17:00"})

    with db.reading(engine) as session:
        item = items.get_item(session, draft.feast)
    assert changed.headers["location"] == draft.cell(draft.feast)
    assert [refused.status_code, backwards.status_code] == [422, 422]
    assert "It would end before it begins." in backwards.text
    assert (item.url, item.place, item.sequence) == (
        "https://example.org/f",
        "Quai 1",
        1,
    )


def test_translators_write_their_language_and_no_source(
    client: TestClient, log_in: LogIn, engine: Engine, draft: Draft
) -> None:
    token = log_in(Role.TRANSLATOR)
    with db.writing(engine) as session:
        person = session.exec(select(Staff).where(Staff.role == Role.TRANSLATOR)).one()
        person.languages = ["nl", "fr"]
        session.add(person)

    seen = client.get(draft.cell(draft.bridge, "fr"))
    theirs = patch(client, draft.cell(draft.bridge), token, 1, title="Brug")
    source = patch(client, draft.cell(draft.bridge, "fr"), token, 1, title="Non")
    decision = client.post(
        draft.cell(draft.feast) + "/decide", data={"form_token": token, "show": "fr"}
    )

    assert "Editors change them." in seen.text
    assert [seen.status_code, theirs.status_code] == [200, 200]
    assert [source.status_code, decision.status_code] == [403, 403]


def test_an_issue_that_has_left_takes_no_words(
    client: TestClient, log_in: LogIn, engine: Engine, draft: Draft
) -> None:
    token = log_in(Role.EDITOR)
    with db.writing(engine) as session:
        session.get_one(Issue, draft.issue).state = IssueState.SENT

    page = client.get(draft.cell(draft.bridge)).text
    answer = patch(client, draft.cell(draft.bridge), token, 1, title="Brug")

    assert "This issue has left" in page
    assert answer.status_code == 403


def test_hostile_words_come_out_clean(
    client: TestClient, log_in: LogIn, engine: Engine, draft: Draft
) -> None:
    token = log_in(Role.EDITOR)
    body = "<p onclick=x>a<script>alert(1)</script><img src=x onerror=y></p>"
    words = {"title": '"><b>x', "body": body, "body_as": "html", "url": "javascript:x"}

    patch(client, draft.cell(draft.bridge), token, 1, **words)
    page = client.get(draft.cell(draft.bridge)).text

    kept = text_of(engine, draft.bridge)
    assert kept is not None
    assert (kept.body, kept.url) == ("<p>a</p>", "")
    assert "<b>x" not in page


def test_whoever_is_at_a_cell_is_seen_by_the_others(
    client: TestClient, log_in: LogIn, engine: Engine, draft: Draft
) -> None:
    token = log_in(Role.EDITOR)
    with db.writing(engine) as session:
        session.add(
            Presence(
                holder="staff 99", issue_id=draft.issue, language="nl", who="Jan <b>"
            )
        )

    said = client.post(
        f"/issues/{draft.issue}/presence",
        data={"form_token": token, "row": str(draft.bridge), "language": "nl"},
    ).text

    with db.reading(engine) as session:
        rows = session.exec(select(Presence.language)).all()
    assert "Jan &lt;b&gt; is writing NL" in said
    assert rows == ["nl", "nl"]


def test_lines_of_an_issue_are_saved_like_words(
    client: TestClient, log_in: LogIn, engine: Engine, draft: Draft
) -> None:
    token = log_in(Role.EDITOR)

    first = patch(client, draft.cell("lines"), token, 1, subject="Dag")
    late = patch(client, draft.cell("lines"), token, 1, subject="Hallo")

    with db.reading(engine) as session:
        said = session.exec(
            select(Edition.subject).where(Edition.language == "nl")
        ).all()
    assert [first.status_code, late.status_code] == [200, 409]
    assert said == ["Dag"]
