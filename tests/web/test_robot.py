"""A mail scanner opens every link of a letter, and everything behind them."""

import re
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter.config import Settings
from tests.web.conftest import Reader, dump

_LINK = re.compile(r"""<(?:a|link|iframe|img)\b[^>]*?\b(?:href|src)=["']([^"']+)""")


class Robot:
    """Follows links with GET and HEAD until there are no new ones."""

    def __init__(self, client: TestClient, base_url: str) -> None:
        self.client = client
        self.base_url = base_url
        self.seen: dict[str, int] = {}

    def visit(self, address: str) -> None:
        """Open a page and everything it links to on the same host."""
        url = urljoin(self.base_url, unescape(address)).partition("#")[0]
        if not url.startswith(self.base_url) or url in self.seen:
            return
        page = self.client.get(url)
        self.seen[url] = page.status_code
        assert self.client.head(url).status_code == page.status_code
        for link in _LINK.findall(page.text):
            self.visit(urljoin(url, unescape(link)))


@pytest.mark.parametrize("path", ["", "/undo", "/back", "/reason"])
def test_a_robot_changes_nothing(
    client: TestClient, engine: Engine, settings: Settings, anne: Reader, path: str
) -> None:
    robot = Robot(client, settings.base_url)
    before = dump(engine)

    for link in (
        anne.leave + path,
        anne.choose,
        f"{anne.read}/fr",
        f"{anne.read}/nl",
        f"{anne.read}/de",
        "/fr/le-pont",
        "/fr/subscribe",
        "/fr/subscribe/link",
        "/",
    ):
        robot.visit(link)

    assert dump(engine) == before
    assert len(robot.seen) > 20


def test_no_link_of_a_public_page_leads_nowhere(
    client: TestClient, settings: Settings, anne: Reader
) -> None:
    robot = Robot(client, settings.base_url)

    for link in (anne.leave, anne.choose, f"{anne.read}/nl", "/"):
        robot.visit(link)

    broken = {
        urlsplit(url).path: status
        for url, status in robot.seen.items()
        if status != 200
    }
    assert broken == {}
