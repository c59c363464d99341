"""Where pages of staff lead: nobody is shown a way that is closed to them."""

import re
from html import unescape
from urllib.parse import urljoin

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter import db
from newsletter.models import Role
from tests import factories
from tests.web.conftest import LogIn

_OURS = ("/desk", "/issues", "/subscribers", "/results", "/settings", "/account")
_MORE = ("/returns", "/series", "/forms", "/help")
_FEW = 2  # pages of one kind are looked at


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """Links do not depend on the kind of database."""
    return _sqlite_url


@pytest.fixture
def furnished(engine: Engine) -> None:
    """A draft with a gap, a reader, and an item that lies on the desk."""
    with db.writing(engine) as session:
        item = factories.make_item(session, texts={"fr": {"title": "Le pont"}})
        factories.make_item(session, texts={"nl": {"title": "De gracht"}})
        factories.make_issue(session, items=[item], languages=["fr", "nl"])
        factories.make_subscriber(session, email="anne@example.org", language="fr")


def leads_to(page: str, base: str) -> list[str]:
    """Return the addresses of ours that a page leads to, by a click or by itself."""
    found = re.findall(r'(?:<a [^>]*?href|hx-get)="([^"#]+)', page)
    joined = (urljoin(base, unescape(each)) for each in found)
    return [each for each in joined if each.startswith(_OURS + _MORE)]


def kind_of(address: str) -> str:
    path, _, query = address.partition("?")
    names = sorted(each.partition("=")[0] for each in query.split("&"))
    return re.sub(r"\d+", "N", path) + "?" + "&".join(names)


@pytest.mark.usefixtures("furnished")
@pytest.mark.parametrize("role", Role)
def test_no_page_leads_where_somebody_may_not_go(
    client: TestClient, log_in: LogIn, role: Role
) -> None:
    log_in(role)
    closed, seen, waiting = [], dict[str, int](), [("/desk", "")]

    while waiting:
        address, source = waiting.pop()
        kind = kind_of(address)
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] > _FEW or "/events" in address:
            continue
        answer = client.get(address, follow_redirects=True)
        if answer.status_code >= 400:
            closed.append((answer.status_code, address, source))
        if "html" in answer.headers["content-type"]:
            waiting += [(each, address) for each in leads_to(answer.text, address)]

    assert len(seen) > 40
    assert closed == []


@pytest.mark.usefixtures("furnished")
@pytest.mark.parametrize(("role", "edits"), [(Role.VIEWER, 0), (Role.EDITOR, 1)])
def test_who_may_not_write_gets_no_editor_that_keeps_nothing(
    client: TestClient, log_in: LogIn, role: Role, edits: int
) -> None:
    log_in(role)

    page = client.get("/desk/items/1", headers={"Accept-Language": "en"}).text

    assert page.count("data-rich") == edits
    assert ("You can read these words." in page) is not bool(edits)
