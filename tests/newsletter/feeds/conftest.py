from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from newsletter.config import Settings
from tests.newsletter.feeds import web

PAYLOADS = Path(__file__).parents[2] / "payloads" / "feeds"


@pytest.fixture
def site() -> Iterator[web.Site]:
    """A web server on loopback."""
    with web.site() as served:
        yield served


@pytest.fixture
def loopback(settings: Settings) -> Settings:
    """Settings that allow to fetch from loopback."""
    return settings.model_copy(update={"fetch_allow": [ip_network("127.0.0.0/8")]})


@pytest.fixture
def payloads() -> Path:
    """The folder of feeds written for these tests."""
    return PAYLOADS
