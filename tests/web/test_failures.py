"""What a page says when something is wrong."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db
from newsletter.models import Staff
from tests import factories
from tests.web.conftest import LogIn, Reader, said


def test_a_method_that_does_not_fit_is_explained(
    client: TestClient, anne: Reader
) -> None:
    page = client.put(anne.leave, headers={"Accept-Language": "nl"})

    assert page.status_code == 405
    assert page.headers["allow"]
    assert said("nl", "This address does not work that way") in page.text


@pytest.mark.parametrize("chunked", [True, False])
def test_too_long_a_body_is_refused(
    client: TestClient, anne: Reader, chunked: bool
) -> None:
    body: Any = b"x" * 300_000

    page = client.post(
        anne.leave,
        content=iter([body]) if chunked else body,
        headers={"Accept-Language": "en"},
    )

    assert page.status_code == 413
    assert "That was too much at once" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"


def test_our_own_fault_gets_a_reference_and_a_log_line(
    client: TestClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("newsletter.web.published.listed", _fails)

    page = client.get("/fr/", headers={"Accept-Language": "en"})

    reference = page.text.partition("<code>")[2].partition("</code>")[0]
    assert page.status_code == 500
    assert reference
    assert reference in caplog.text
    assert "pieces" not in page.text
    assert "script-src 'none'" in page.headers["content-security-policy"]


def test_a_failure_behind_a_token_is_kept_by_nobody(
    client: TestClient, anne: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.web.readers.find", _fails)

    page = client.get(anne.leave)

    assert page.status_code == 500
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/en/", "/en/subscribe", "/en/feed.xml"])
def test_a_page_needs_no_list(client: TestClient, engine: Engine, path: str) -> None:
    with db.writing(engine) as session:
        session.delete(factories.the_list(session))

    assert client.get(path).status_code == 200


def _fails(*_: object, **__: object) -> None:
    raise RuntimeError("something fell to pieces")


def test_staff_stay_among_their_pages_in_their_language(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    log_in()
    with db.writing(engine) as session:
        session.exec(select(Staff)).one().language = "nl"

    page = client.get("/issues/999", headers={"Accept-Language": "fr"})

    assert page.status_code == 404
    assert '<html lang="nl"' in page.text
    assert said("nl", "There is no page here") in page.text
    assert 'href="/subscribers"' in page.text


def test_what_a_script_puts_into_a_page_brings_no_pages_along(
    client: TestClient, log_in: LogIn
) -> None:
    log_in()

    fragment = client.get("/issues/999", headers={"HX-Request": "true"})

    assert fragment.status_code == 404
    assert 'href="/subscribers"' not in fragment.text


@pytest.mark.parametrize(
    "path", ["/settings/nothing", "/desk/no/such/page", "/issues/"]
)
def test_staff_stay_among_their_pages_where_none_stands(
    client: TestClient, log_in: LogIn, path: str
) -> None:
    log_in()

    page = client.get(path, headers={"Accept-Language": "de"})

    assert page.status_code == 404
    assert said("de", "There is no page here") in page.text
    assert 'href="/subscribers"' in page.text


def test_staff_stay_among_their_pages_where_a_page_works_another_way(
    client: TestClient, log_in: LogIn
) -> None:
    log_in()

    page = client.put("/desk")

    assert page.status_code == 405
    assert 'href="/subscribers"' in page.text


def test_nobody_else_sees_the_pages_of_staff(client: TestClient, log_in: LogIn) -> None:
    strange = client.get("/settings/nothing")
    log_in()
    public = client.get("/fr/nothing")

    assert strange.status_code == public.status_code == 404
    assert 'href="/subscribers"' not in strange.text + public.text
