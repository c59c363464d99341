"""The page where an issue is composed, with and without scripts."""

import re
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine

from newsletter import db, editions, issues
from newsletter.config import Settings
from newsletter.models import Issue, ItemType, Role, Visibility
from newsletter.web.outline import CELLS
from subscribers.models import MissingPolicy
from tests import factories
from tests.web.conftest import LogIn, let_leave, said

EN = {"Accept-Language": "en"}
SCRIPT = {**EN, "HX-Request": "true"}


@dataclass(frozen=True)
class Draft:
    """An issue of two sections: an item of two languages, an event, none."""

    id: int
    story: int
    event: int


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """What is shown does not depend on the kind of database."""
    return _sqlite_url


@pytest.fixture
def draft(engine: Engine) -> Draft:
    with db.writing(engine) as session:
        story = factories.make_item(
            session,
            texts={"fr": {"title": "Le <pont>"}, "nl": {"title": "De brug"}},
        )
        event = factories.make_item(
            session, texts={"nl": {"title": "Het feest"}}, type=ItemType.EVENT
        )
        issue = factories.make_issue(session, languages=("fr", "nl"), number=48)
        ids = story.id or 0, event.id or 0
        issues.arrange(session, issue, items=[], sections={"News": ids, "Agenda": []})
        return Draft(issue.id or 0, *ids)


@pytest.fixture
def send(client: TestClient, log_in: LogIn, draft: Draft) -> "Send":
    """A function that sends a form of the composer."""
    return Send(client, draft, log_in(Role.EDITOR))


@dataclass(frozen=True)
class Send:
    """Whoever sends a form of the composer, and follows where it leads."""

    client: TestClient
    draft: Draft
    token: str

    def __call__(self, verb: str, **fields: str) -> Response:
        return self.ask(verb, fields, headers=EN)

    def by_script(self, verb: str, **fields: str) -> Response:
        return self.ask(verb, fields, headers=SCRIPT)

    def ask(
        self, verb: str, fields: dict[str, str], *, headers: dict[str, str]
    ) -> Response:
        form = {"form_token": self.token, **fields}
        address = f"/issues/{self.draft.id}/{verb}"
        answer = self.client.post(address, data=form, headers=headers)
        if answer.status_code == 303:
            return self.client.get(answer.headers["location"], headers=EN)
        return answer


def order_of(page: str) -> list[str]:
    return re.findall(r'data-(?:section|item)="([^"]*)"', page)


def test_every_state_is_told_in_words(
    client: TestClient, log_in: LogIn, draft: Draft
) -> None:
    log_in()

    page = client.get(f"/issues/{draft.id}", headers={"Accept-Language": "nl"}).text

    assert all(said("nl", sign.words) in page for sign in CELLS.values())
    assert "Le &lt;pont&gt;" in page
    assert '<h1 id="gaps">Over één gat te beslissen</h1>' in page


def test_an_item_is_moved_by_its_menu_and_put_back(send: Send, draft: Draft) -> None:
    story, event = str(draft.story), str(draft.event)

    moved = send("order", step=f"down {story}")
    change = re.search(r'name="change" value="(\d+)"', moved.text)
    assert change
    back = send("revert", change=change[1])

    assert order_of(moved.text) == ["News", event, story, "Agenda"]
    assert order_of(back.text) == ["News", story, event, "Agenda"]
    assert "Undone" in back.text


def test_a_script_gets_the_outline_alone(send: Send, draft: Draft) -> None:
    answer = send.by_script("order", item=str(draft.event), section="Agenda", index="0")

    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div class="card outline"')
    assert 'id="gaps" hx-swap-oob="true"' in answer.text
    assert order_of(answer.text)[2:] == ["Agenda", str(draft.event)]


@pytest.mark.parametrize("script", [True, False])
def test_who_is_too_late_sees_how_it_stands(
    send: Send, engine: Engine, draft: Draft, script: bool
) -> None:
    with db.reading(engine) as session:
        seen = str(session.get_one(Issue, draft.id).arranged)
    send("order", item=str(draft.event), section="Agenda", index="0", seen=seen)

    fields = {"item": str(draft.story), "section": "", "index": "0", "seen": seen}
    late = send.ask("order", fields, headers=SCRIPT if script else EN)

    assert late.status_code == 409
    assert "Somebody else changed the contents" in late.text
    assert order_of(late.text)[2:] == ["Agenda", str(draft.event)]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"item": "x", "section": "News", "index": "0"},
        {"item": "99999999999", "section": "News"},
        {"step": "down x"},
        {"step": "down 999"},
        {"item": "1", "section": "\x00", "index": "-1"},
        {"item": "1", "to": "0 nowhere"},
    ],
)
def test_nonsense_moves_nothing(
    send: Send, draft: Draft, fields: dict[str, str]
) -> None:
    before = send.client.get(f"/issues/{draft.id}").text

    answer = send("order", **fields)

    assert answer.status_code in (200, 409)
    assert sorted(order_of(answer.text)) == sorted(order_of(before))


def test_an_item_is_moved_to_a_place_that_is_chosen(send: Send, draft: Draft) -> None:
    page = send.client.get(f"/issues/{draft.id}/items/{draft.story}/move", headers=EN)

    moved = send("order", item=str(draft.story), to="1 News")

    assert '<option value="1 News">after “Het feest”</option>' in page.text
    assert order_of(moved.text) == [
        "News",
        str(draft.event),
        str(draft.story),
        "Agenda",
    ]


def test_an_item_is_removed_and_comes_back(send: Send, draft: Draft) -> None:
    removed = send("remove", item=str(draft.story))
    change = re.search(r'name="change" value="(\d+)"', removed.text)
    assert change

    back = send("revert", change=change[1])

    assert "“Le &lt;pont&gt;” is no longer in this issue." in removed.text
    assert str(draft.story) not in order_of(removed.text)
    assert str(draft.story) in order_of(back.text)


def test_all_gaps_of_a_language_are_settled_and_opened_again(send: Send) -> None:
    settled = send.by_script("missing", settle="fr nl")
    change = re.search(r'name="change" value="(\d+)"', settled.text)
    assert change
    opened = send.by_script("revert", change=change[1])

    assert "Everything has a decision" in settled.text
    assert "One gap to decide" in opened.text


def test_a_language_is_left_out_with_its_readers_told(
    send: Send, engine: Engine, draft: Draft
) -> None:
    with db.writing(engine) as session:
        factories.make_subscriber(session, language="nl")
        factories.make_subscriber(session, language="fr")
    where = f"/issues/{draft.id}/languages/nl"

    told = send.client.get(f"{where}/readers", headers=EN).text
    asked = send.client.get(f"{where}/leave", headers=EN).text
    without = send("languages/nl/leave")
    again = send("languages", language="nl")

    assert "One person reads this language" in told
    assert "instead: French." in told
    assert "Leave out Dutch?" in asked
    assert "column-nl" not in without.text
    assert "column-nl" in again.text


def test_only_gaps_are_shown_on_demand(send: Send, draft: Draft) -> None:
    page = send.client.get(f"/issues/{draft.id}?only=gaps", headers=EN).text

    assert order_of(page) == ["News", str(draft.event), "Agenda"]


def test_sections_are_added_renamed_and_removed(send: Send, draft: Draft) -> None:
    send("sections", name="Kort & <klein>")
    send("sections/names", section="News", **{"name-fr": "Nouvelles", "name-xx": "x"})
    send("sections/order", step="up Agenda")
    page = send("sections/remove", section="Agenda")

    own = send.client.get(f"/issues/{draft.id}/sections", headers=EN).text
    found = order_of(page.text)
    assert found == [
        "News",
        str(draft.story),
        str(draft.event),
        "Kort &amp; &lt;klein&gt;",
    ]
    assert 'value="Nouvelles"' in own
    assert "xx" not in re.findall(r'name="name-(\w+)"', own)


def test_a_section_that_is_there_is_not_added(send: Send) -> None:
    answer = send("sections", name="agenda")

    assert answer.status_code == 409
    assert "needs a name of its own" in answer.text


def test_items_are_taken_from_the_desk(
    send: Send, engine: Engine, draft: Draft
) -> None:
    with db.writing(engine) as session:
        kept = factories.make_item(session, texts={"fr": {"title": "Le 100% bio"}})
        factories.make_item(session, texts={"fr": {"title": "Autre chose"}})
        kept_id = str(kept.id)

    found = send.client.get(f"/issues/{draft.id}/items?q=100%25", headers=EN).text
    added = send("items", item=kept_id, section="Agenda")

    assert re.findall(r'name="item" value="(\d+)"', found) == [kept_id]
    assert order_of(added.text)[-1] == kept_id
    assert "One item was added." in added.text


def test_the_desk_does_not_offer_what_the_list_had(
    send: Send, engine: Engine, draft: Draft
) -> None:
    with db.writing(engine) as session:
        had = factories.make_item(session, texts={"fr": {"title": "Déjà lu"}})
        factories.make_issue(session, items=[had], number=47)

    usual = send.client.get(f"/issues/{draft.id}/items", headers=EN).text
    searched = send.client.get(f"/issues/{draft.id}/items?q=lu", headers=EN).text

    assert "Déjà lu" not in usual
    assert "was in No 47" in searched


def test_an_item_is_begun_at_once(send: Send, engine: Engine, draft: Draft) -> None:
    form = {"form_token": send.token, "title": "Neu", "language": "nl", "type": "event"}

    answer = send.client.post(f"/issues/{draft.id}/items/written", data=form)
    empty = send("items/written", title=" ")

    assert re.fullmatch(rf"/issues/{draft.id}/i/\d+/nl", answer.headers["location"])
    assert empty.status_code == 422
    assert "An item needs a title." in empty.text
    with db.reading(engine) as session:
        row = editions.coverage(session, session.get_one(Issue, draft.id)).rows[-1]
    assert (row.title, row.section) == ("Neu", "Agenda")
    assert row.cell("nl").state is editions.CellState.DRAFT


def test_an_issue_is_described(send: Send, engine: Engine, draft: Draft) -> None:
    page = send(
        "about",
        title=" Décembre  au vert ",
        number="50",
        segment="7",
        visibility="private",
        missing="leave-out",
    )

    with db.reading(engine) as session:
        issue = session.get_one(Issue, draft.id)
    assert page.status_code == 200
    assert (issue.title, issue.number) == ("Décembre au vert", 50)
    assert issue.slug == "decembre-au-vert"
    assert (issue.visibility, issue.segment_id) == (Visibility.PRIVATE, None)
    assert issue.missing is MissingPolicy.LEAVE_OUT


@pytest.mark.parametrize(
    "fields", [{"title": ""}, {"title": "x\x00"}, {"number": "0"}, {"number": "47"}]
)
def test_a_description_that_cannot_be_is_refused_and_kept(
    send: Send, engine: Engine, fields: dict[str, str]
) -> None:
    with db.writing(engine) as session:
        factories.make_issue(session, number=47)

    answer = send("about", **{"title": "Mine", "number": "51", **fields})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_what_has_left_changes_its_visibility_alone(
    send: Send, engine: Engine, settings: Settings, draft: Draft
) -> None:
    with db.writing(engine) as session:
        let_leave(session, session.get_one(Issue, draft.id), settings)

    send("about", title="Other", number="7", visibility="unlisted")

    with db.reading(engine) as session:
        issue = session.get_one(Issue, draft.id)
    assert issue.visibility is Visibility.UNLISTED
    assert (issue.number, issue.title) != (7, "Other")


def test_the_page_of_what_has_left_is_corrected(
    send: Send, engine: Engine, settings: Settings, draft: Draft
) -> None:
    with db.writing(engine) as session:
        let_leave(session, session.get_one(Issue, draft.id), settings)

    refused = send("correct", language="fr", note=" ")
    done = send("correct", language="fr", note="La date était fausse.")

    assert refused.status_code == 422
    assert "The page is corrected" in done.text
    with db.reading(engine) as session:
        issue = session.get_one(Issue, draft.id)
        edition = editions.get_edition(session, issue, "fr")
    assert edition.correction == "La date était fausse."


def test_a_scheduled_issue_that_changes_waits_for_approval_again(
    send: Send, engine: Engine, draft: Draft
) -> None:
    with db.writing(engine) as session:
        factories.the_list(session).approval = True
        issue = session.get_one(Issue, draft.id)
        issues.approve(session, issue, by="a@example.org", now=db.now(session))

    answer = send.by_script("order", step=f"down {draft.story}")

    assert "waits for approval again" in answer.text


def test_who_may_not_write_sees_no_buttons(
    client: TestClient, log_in: LogIn, draft: Draft
) -> None:
    log_in(Role.TRANSLATOR)

    page = client.get(f"/issues/{draft.id}").text

    assert f"/issues/{draft.id}/i/{draft.story}/nl" in page
    assert 'class="grip"' not in page
    assert f'action="/issues/{draft.id}' not in page
