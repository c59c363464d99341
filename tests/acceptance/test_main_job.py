"""From a feed to 400 mailboxes, each in the reader's language, and out in one click."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine, MetaData
from sqlmodel import SQLModel

from newsletter.app import create_app
from newsletter.config import Settings
from tests.conftest import Run
from tests.relay import Received, Relay, Script

pytestmark = pytest.mark.slow

FEED = Path(__file__).parents[1] / "payloads" / "feeds" / "riviere-fr.xml"
# How many of the 400 asked for what; the last said nothing.
READERS = {"fr": 180, "nl": 120, "en": 60, "de": 30, "": 10}
SUBJECTS = {
    "fr": "La rivière a gagné",
    "nl": "De rivier heeft gewonnen",
    "en": "The river has won",
    "de": "Der Fluss hat gewonnen – für Sie",
}


@pytest.fixture
def people(tmp_path: Path) -> Path:
    wanted = [language for language, count in READERS.items() for _ in range(count)]
    rows = [
        f"reader{number:03}@example.org,Reader {number},{language}"
        for number, language in enumerate(wanted)
    ]
    path = tmp_path / "people.csv"
    path.write_text("\n".join(["email,name,language", *rows]), encoding="utf-8")
    return path


class Desk:
    """A press officer at the command line."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def do(self, *words: str) -> Any:
        result = self._run(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def compose(self, title: str) -> str:
        """Make an issue of the latest six items, two of them translated."""
        issue = self.do("issues", "create", "--title", title, "--latest", "6")
        number = str(issue["id"])
        for language, subject in SUBJECTS.items():
            self.do(
                *("issues", "write", number, "--language", language),
                *("--subject", subject, "--preheader", "…", "--intro", title),
            )
        return number

    def translate(self, item: int, language: str) -> None:
        body = ["--body-file", "-"]
        result = self._run(
            *("items", "translate", str(item), "--language", language),
            *("--title", f"Titel {item}", *body),
            stdin="<p>Woorden</p>",
        )
        assert result.exit_code == 0, result.output


@pytest.fixture
def desk(run: Run, relay: Relay, environment: dict[str, str], people: Path) -> Desk:
    """A desk whose list has its 400 readers and whose items have come from a feed."""
    environment["NEWSLETTER_SMTP_URL"] = relay.url
    desk = Desk(run)
    desk.do(
        *("lists", "set", "newsletter", "--from", "Rivière <lettre@news.example.org>"),
        *("--reply-to", "contact@example.org", "--legal", "Rivière asbl, Bruxelles"),
    )
    imported = desk.do("subscribers", "import", str(people), "--consent", "Yes please")
    assert imported["new"] == sum(READERS.values()) == 400
    desk.do("items", "import", str(FEED))
    return desk


@pytest.fixture
def sent(desk: Desk) -> dict[str, Any]:
    """The report of an issue whose Dutch and German have words for two items only."""
    number = desk.compose("Décembre")
    first, second, *_ = desk.do("issues", "coverage", number)["items"]
    for language in ("nl", "de"):
        desk.translate(first["item"], language)
        desk.translate(second["item"], language)
    desk.do("issues", "decide", number, "--missing", "show")
    report: dict[str, Any] = desk.do("issues", "send", number, "--now", "--wait")
    return report


@pytest.fixture
def robot(engine: Engine, settings: Settings) -> Iterator[TestClient]:
    """A program without cookies that follows no redirect."""
    app = create_app(settings, engine, clock=False)
    robot = TestClient(app, base_url=settings.base_url, follow_redirects=False)
    with robot:  # one loop for all requests, not one for each
        yield robot


def test_every_reader_gets_one_letter_in_their_language(
    sent: dict[str, Any], relay: Relay
) -> None:
    letters = [(mail.recipient, mail.message) for mail in relay.messages]
    languages = Counter(message["Content-Language"] for _, message in letters)

    assert sent["state"] == "sent"
    assert sent["states"]["accepted"] == sent["total"] == 400
    assert len({recipient for recipient, _ in letters}) == 400
    assert languages == {"fr": 190, "nl": 120, "en": 60, "de": 30}
    for _, message in letters:
        language, html = message["Content-Language"], html_of(message)
        assert message["Subject"] == SUBJECTS[language]
        assert message["From"].addresses[0].addr_spec == "lettre@news.example.org"
        assert html.count(f'lang="{language}"') >= 2
        assert len(html.encode()) < 60_000


@pytest.mark.timeout(900)  # a thousand pages, on a busy machine
@pytest.mark.usefixtures("sent")
def test_a_robot_that_reads_every_link_and_the_pages_behind_changes_nothing(
    relay: Relay, engine: Engine, settings: Settings, robot: TestClient
) -> None:
    before = everything(engine)
    letters = [our_links(mail, settings) for mail in relay.messages[::2]]
    links = set().union(*letters)

    answers = {link: [robot.get(link)] for link in links}
    # The links of one letter are those of every other, but for the reader.
    few = set().union(*letters[::20])
    for link in few:
        answers[link].append(robot.head(link))
    pages = [answers[link][0] for link in few]
    behind = {link for page in pages for link in linked_from(page, settings)} - links
    further = {link: [robot.get(link), robot.head(link)] for link in behind}

    assert len(letters) == 200
    assert len(links) > 800
    assert len(behind) > 100
    found = (answers | further).items()
    assert [link for link, pair in found if {200} != codes(pair)] == []
    assert everything(engine) == before


@pytest.mark.usefixtures("sent")
def test_one_click_is_enough_and_the_next_issue_knows(
    relay: Relay, robot: TestClient, desk: Desk
) -> None:
    leaver = relay.messages[0]
    address = str(leaver.message["List-Unsubscribe"]).strip("<>")

    answer = robot.post(
        address,
        files={"List-Unsubscribe": (None, "One-Click")},
        headers={"Origin": "null"},
    )

    assert answer.status_code == 200
    relay.messages.clear()
    number = desk.compose("Janvier")
    assert desk.do("issues", "send", number, "--now", "--wait")["total"] == 399
    assert relay.received_by(leaver.recipient) == []


def codes(answers: Iterable[Response]) -> set[int]:
    return {answer.status_code for answer in answers}


def test_refused_deferred_and_dropped_readers_are_accounted_for(
    desk: Desk, relay: Relay
) -> None:
    relay.scripts["reader001@example.org"] = Script(rcpt=["550 no such user here"])
    relay.scripts["reader002@example.org"] = Script(rcpt=["451 4.7.1 greylisted"])
    relay.scripts["reader003@example.org"] = Script(drop_in_data=[2_000])
    number = desk.compose("Décembre")

    desk.do("issues", "send", number, "--now", "--wait")

    report = desk.do("issues", "status", number)
    states = {state: count for state, count in report["states"].items() if count}
    # The dropped one was sent again at once; the greylisted one waits its minutes.
    assert states == {"accepted": 398, "deferred": 1, "rejected": 1}
    assert report["total"] == 400
    assert len(relay.received_by("reader003@example.org")) == 1


def html_of(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def our_links(mail: Received, settings: Settings) -> set[str]:
    head = b"".join(mail.raw.partition(b"\r\n\r\n")[:1]).decode()
    message = mail.message
    text = message.get_body(("plain",))
    assert text is not None
    everywhere = f"{head}\n{html_of(message)}\n{text.get_content()}"
    found = re.findall(re.escape(settings.base_url) + r"[^\s\"'<>]*", everywhere)
    return {link.rstrip(".,)") for link in found}


def linked_from(page: Response, settings: Settings) -> set[str]:
    if "text/html" not in page.headers["content-type"]:
        return set()
    found = re.findall(r'(?:href|src|action)="([^"]+)"', page.text)
    here = (urljoin(str(page.url), unescape(link)) for link in found)
    return {
        link.partition("#")[0] for link in here if link.startswith(settings.base_url)
    }


def everything(engine: Engine) -> dict[str, list[str]]:
    """Return every row of every table."""
    metadata: MetaData = SQLModel.metadata
    with engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(table.select()).all()))
            for table in metadata.sorted_tables
        }
