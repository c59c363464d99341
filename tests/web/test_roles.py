"""Who may ask for what: every address there is, as everybody there is."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter.app import create_app
from newsletter.config import Settings
from newsletter.models import Role
from tests.web import rules
from tests.web.conftest import LogIn

_GATHERED: rules.Rules = {}
for _found in pkgutil.iter_modules(rules.__path__):
    _GATHERED |= importlib.import_module(f"{rules.__name__}.{_found.name}").RULES


def _every(routes: Any) -> Iterator[tuple[str, str]]:
    """Yield the method and the address of each route, below included routers too."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _every(inner.routes)
        elif hasattr(route, "methods"):
            yield from ((method, route.path) for method in route.methods)


def _asked(client: TestClient, method: str, path: str, token: str) -> int:
    """Return the status of a request for something that is not there."""
    address = re.sub(r"{[^}]*_id}", "999", path)
    address = re.sub(r"{language}|{lang}", "fr", address)
    address = re.sub(r"{[^}]*}", "nothing", address)
    body = {"form_token": token} if method != "GET" else None
    return client.request(method, address, data=body).status_code


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """Roles do not depend on the kind of database: one is enough."""
    return _sqlite_url


def test_every_address_has_a_rule_and_every_rule_an_address(
    settings: Settings, engine: Engine
) -> None:
    app = create_app(settings, engine, clock=False)

    assert set(_every(app.routes)) == set(_GATHERED)


@pytest.mark.parametrize("role", [*Role, None])
def test_nobody_gets_further_than_their_role(
    client: TestClient, log_in: LogIn, role: Role | None
) -> None:
    wrong = []
    token = log_in(role) if role else ""

    for (method, path), allowed in _GATHERED.items():
        if path == "/logout" and role in allowed:
            continue  # it has its own tests, and this visit is still needed
        status = _asked(client, method, path, token)
        if role not in allowed:
            expected = {HTTPStatus.FORBIDDEN if role else HTTPStatus.SEE_OTHER}
            fits = status in expected
        else:
            fits = status not in {403, 405, 500}
        if not fits:
            wrong.append((method, path, status))

    assert wrong == []


@pytest.mark.parametrize(
    ("method", "path"),
    [each for each in _GATHERED if each[0] != "GET" and None not in _GATHERED[each]],
)
def test_what_staff_change_needs_the_token_of_a_page_of_theirs(
    client: TestClient, log_in: LogIn, method: str, path: str
) -> None:
    log_in()

    assert _asked(client, method, path, "made up") == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}],
    ids=["told", "origin"],
)
def test_nothing_of_staff_answers_to_another_site(
    client: TestClient, log_in: LogIn, headers: dict[str, str]
) -> None:
    token = log_in()
    doors = [("POST", "/login"), ("POST", "/login/code"), ("POST", "/reset")]
    staff_only = [each for each in _GATHERED if None not in _GATHERED[each]]
    client.headers.update(headers)

    answered = [
        (method, path)
        for method, path in [*staff_only, *doors]
        if method != "GET" and _asked(client, method, path, token) != 403
    ]

    assert answered == []
