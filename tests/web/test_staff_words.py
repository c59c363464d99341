"""What stands in somebody's way is said in the language of the page."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter import db, i18n
from newsletter.errors import UnreadableFeed
from newsletter.models import Source
from subscribers import lists
from subscribers.models import Import
from tests import factories
from tests.newsletter.rendering.test_own_template import GOOD
from tests.web.conftest import LogIn


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """Words are the same on both databases."""
    return _sqlite_url


@pytest.fixture
def post(client: TestClient, log_in: LogIn, engine: Engine) -> Callable[..., str]:
    """Post a form as an admin who reads a language; return the page as text."""
    with db.writing(engine) as session:
        factories.make_subscriber(session, email="anne@example.org")
    token = log_in()

    def send(address: str, language: str, **fields: object) -> str:
        files = fields.pop("files", None)
        client.headers["Accept-Language"] = language
        data = {"form_token": token, **fields}
        answer = client.post(address, data=data, files=files)  # type: ignore[arg-type]  # any form
        if answer.status_code == 303:
            answer = client.get(answer.headers["location"])
        return plain(answer.text)

    return send


def plain(page: str) -> str:
    """Return a page with plain spaces, as somebody would type it."""
    return unescape(page).replace("\u00a0", " ").replace("\u202f", " ")


def test_a_file_that_is_no_list_says_why_in_french(post: Callable[..., str]) -> None:
    page = post("/subscribers/import", "fr", files={"file": ("a.pdf", b"%PDF-1.7 x")})

    assert "C’est un PDF" in page
    assert "This is a PDF" not in page


def test_an_import_that_cannot_be_undone_keeps_its_values(
    post: Callable[..., str], engine: Engine
) -> None:
    with db.writing(engine) as session:
        subscribed = lists.get(session).id or 0
        kept = Import(list_id=subscribed, filename="a.csv", file_hash="0", consent="x")
        kept.created_at = db.now(session) - timedelta(days=9)
        session.add(kept)
        session.flush()
        number, on = kept.id, i18n.day(kept.created_at.date(), "de")

    page = post(f"/subscribers/imports/{number}/undo", "de")

    assert plain(f"Import {number} ist vom {on}; er konnte 7 Tage lang") in page


def test_a_rule_of_an_expert_stumbles_in_dutch(post: Callable[..., str]) -> None:
    fields = {"name": "x", "expert": "1", "rule": "language=fr or joined>=gisteren"}

    page = post("/subscribers/segments/new", "nl", **fields)

    assert "Bij teken 24, “gisteren”: dit is geen dag; schrijf 2025-01-31" in page


def test_a_template_of_ones_own_names_line_and_tag_in_german(
    post: Callable[..., str],
) -> None:
    wrong = GOOD.replace("<mj-body", "<mj-raw></mj-raw><mj-body", 1)

    page = post(
        "/settings/look/template", "de", files={"template_file": ("a", wrong.encode())}
    )

    assert "<mj-raw> darf nicht in einer Vorlage stehen." in page
    assert "Zeile " in page
    assert "may not stand" not in page


def test_a_link_that_opens_nothing_is_refused_in_dutch(
    post: Callable[..., str], engine: Engine
) -> None:
    with db.writing(engine) as session:
        item = factories.make_item(session)
        issue = factories.make_issue(session, items=[item])
        address = f"/issues/{issue.id}/i/{item.id}/{item.language}/facts"

    page = post(address, "nl", url="javascript:alert(1)")

    assert "De link is geen adres dat lezers kunnen openen." in page


def test_a_rule_of_an_issue_is_said_in_french(
    post: Callable[..., str], engine: Engine
) -> None:
    with db.writing(engine) as session:
        issue_id = factories.make_issue(session).id

    page = post(f"/issues/{issue_id}/resume", "fr")

    assert f"Le numéro {issue_id} est à l’état « brouillon »" in page
    assert "il ne peut pas reprendre." in page


def test_what_a_source_brought_is_told_in_dutch(
    client: TestClient, log_in: LogIn, engine: Engine
) -> None:
    with db.writing(engine) as session:
        source = Source(url="https://example.org/feed", title="Nieuws", failures=1)
        said = UnreadableFeed("{path} is larger than {most} MB.", path="a", most=1234)
        source.error = i18n.kept(said)
        session.add(source)
    log_in()

    page = client.get("/desk/sources", headers={"Accept-Language": "nl"})

    assert "a is groter dan 1.234 MB." in plain(page.text)
