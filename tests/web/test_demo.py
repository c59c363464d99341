import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter import config, db, demo, jobs
from newsletter.app import create_app
from newsletter.config import Settings
from newsletter.migrations import ready
from tests import factories

LETTER = re.compile(r'src="(/demo/mail/[0-9a-f]{32})\.html"')


def settings_in(folder: Path) -> Settings:
    return config.load(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'newsletter.db'}",
        base_url="https://news.example.org",
        secret_keys=factories.SECRETS,
    )


@contextmanager
def opened(folder: Path) -> Iterator[TestClient]:
    settings = settings_in(folder)
    engine = db.make_engine(settings.database)
    app = create_app(settings, engine, clock=False, demo=True)
    with TestClient(app, base_url=settings.base_url) as client:
        yield client
    engine.dispose()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the sample in it, before the clock has ticked."""
    folder = tmp_path_factory.mktemp("prepared")
    settings = settings_in(folder)
    engine = db.make_engine(settings.database)
    ready.ensure(engine, settings)
    demo.prepare(engine, settings)
    engine.dispose()
    return folder


@pytest.fixture(scope="module")
def sent(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same after the built-in mailbox has received the letters."""
    folder = tmp_path_factory.mktemp("sent")
    shutil.copytree(prepared, folder, dirs_exist_ok=True)
    settings = settings_in(folder)
    engine = db.make_engine(settings.database)
    jobs.start_due_issues(engine, settings, holder="test")
    jobs.send_due(engine, settings, stop=threading.Event())
    engine.dispose()
    return folder


@pytest.fixture
def empty(prepared: Path, tmp_path: Path) -> Iterator[TestClient]:
    """The demo while everybody waits for the letters."""
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    with opened(tmp_path) as client:
        yield client


@pytest.fixture
def client(sent: Path, tmp_path: Path) -> Iterator[TestClient]:
    """The demo with the letters in its mailboxes."""
    shutil.copytree(sent, tmp_path, dirs_exist_ok=True)
    with opened(tmp_path) as client:
        yield client


def test_four_readers_see_the_letter_each_in_their_language(client: TestClient) -> None:
    page = client.get("/demo?in=en").text

    names = re.findall(r"<h2>(.*?)</h2>", page)
    subjects = re.findall(r'class="subject">(.*?)</p>', page)
    assert names == ["Anne Lambert", "Bart Wouters", "Clara Schumann", "Daniel Brooks"]
    assert [subject.split()[0] for subject in subjects] == [
        "Dix",
        "Tien",
        "Zehn",
        "Ten",
    ]
    assert "24 of 24 accepted" in page


def test_the_page_speaks_the_language_of_the_browser(client: TestClient) -> None:
    page = client.get("/demo", headers={"Accept-Language": "de-AT, fr;q=0.5"}).text

    assert '<html lang="de"' in page
    assert "24 von 24 angenommen" in page


def test_it_waits_and_refreshes_itself_until_the_letters_are_there(
    empty: TestClient,
) -> None:
    page = empty.get("/demo?in=en").text

    assert '<meta http-equiv="refresh" content="2">' in page
    assert "Nothing yet. The letter to Clara Schumann is about to arrive." in page


def test_it_rests_once_everything_has_arrived(client: TestClient) -> None:
    assert 'http-equiv="refresh"' not in client.get("/demo").text


def test_a_letter_alone_can_run_and_fetch_nothing_foreign(client: TestClient) -> None:
    name = LETTER.findall(client.get("/demo").text)[1]

    letter = client.get(f"{name}.html")

    policy = letter.headers["content-security-policy"]
    assert '<html lang="nl"' in letter.text
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert "frame-ancestors 'self'" in policy


def test_the_source_is_the_message_byte_for_byte(
    client: TestClient, tmp_path: Path
) -> None:
    name = LETTER.findall(client.get("/demo").text)[0]

    source = client.get(f"{name}.txt").content

    file = tmp_path / "mailbox" / f"{name.rpartition('/')[2]}.eml"
    assert file.read_bytes() == b"X-Mailbox-Recipient: anne@example.org\r\n" + source


def test_every_link_of_a_letter_leads_to_a_page(client: TestClient) -> None:
    name = LETTER.findall(client.get("/demo").text)[2]
    letter = client.get(f"{name}.html").text
    links = {
        unescape(link)
        for link in re.findall(r'(?:href|src)="(https?://[^"]+)"', letter)
        if link.startswith(str(client.base_url))
    }

    answers = {link: client.get(link).status_code for link in links}

    assert len(links) > 15
    assert set(answers.values()) == {200}, answers


def test_who_unsubscribes_is_shown_as_gone(client: TestClient) -> None:
    page = client.get("/demo?in=en").text
    leave = re.findall(r'class="button" href="([^"]+/u/[^"]+)"', page)[1]

    client.post(leave, data={"confirm": "1"})

    boxes = client.get("/demo?in=en").text.split("<article")[1:]
    assert ["unsubscribed</span>" in box for box in boxes] == [
        False,
        True,
        False,
        False,
    ]


def test_the_site_of_the_organisation_says_that_it_is_made_up(
    client: TestClient,
) -> None:
    page = client.get("/demo/site/<b>x</b>?in=en")

    assert page.status_code == 200
    assert "/&lt;b&gt;x&lt;/b&gt;" in page.text


def test_no_other_name_finds_a_letter(client: TestClient) -> None:
    assert client.get("/demo/mail/..%2f..%2fsecret.key.txt").status_code == 404
    assert client.get(f"/demo/mail/{'0' * 32}.html").status_code == 404


def test_without_the_demo_there_are_no_such_pages(
    sqlite_engine: Engine, settings: Settings
) -> None:
    app = create_app(settings, sqlite_engine, clock=False)

    with TestClient(app, base_url=settings.base_url) as client:
        assert client.get("/demo").status_code == 404
