"""A client that calls as providers do."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter.config import Settings
from tests.web.webhooks import hooks
from tests.web.webhooks.hooks import (
    Letter,
)


@pytest.fixture
def asked() -> list[str]:
    """The addresses that were asked."""
    return []


@pytest.fixture
def client(settings: Settings, engine: Engine, asked: list[str]) -> TestClient:
    """A provider, for which Amazon answers from here."""

    def fetch(url: str) -> bytes:
        asked.append(url)
        return hooks.certificate()

    return hooks.providers_client(settings, engine, fetch)


@pytest.fixture
def letter(engine: Engine) -> Letter:
    """A letter that a provider took."""
    return hooks.a_letter(engine)
