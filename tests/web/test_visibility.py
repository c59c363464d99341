"""Public, unlisted, private: who finds a letter, and what leaves no trace."""

import re
from email import message_from_bytes
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import db, editions, issues, messages
from newsletter.config import Settings
from newsletter.models import Edition, Issue, Visibility
from subscribers.clock import utcnow
from tests import factories
from tests.web.conftest import Reader, let_leave

LISTS = ["/fr/", "/", "/fr/feed.xml", "/sitemap.xml", "/fr/search?q=pont"]


def show_to(engine: Engine, anne: Reader, visibility: Visibility) -> None:
    with db.writing(engine) as session:
        issues.show_to(session, session.get_one(Issue, anne.issue_id), visibility)


@pytest.mark.parametrize("visibility", [Visibility.UNLISTED, Visibility.PRIVATE])
def test_what_is_not_public_stands_on_no_list(
    client: TestClient, engine: Engine, anne: Reader, visibility: Visibility
) -> None:
    public = [client.get(path).text for path in LISTS]
    show_to(engine, anne, visibility)

    others = [client.get(path).text for path in LISTS]

    assert all("le-pont" in page for page in public)
    assert all("le-pont" not in page for page in others)


def test_an_unlisted_letter_opens_by_its_address_and_asks_not_to_be_found(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    show_to(engine, anne, Visibility.UNLISTED)

    page = client.get("/fr/le-pont")

    assert page.status_code == 200
    assert '<meta name="robots" content="noindex, nofollow">' in page.text
    assert "application/ld+json" not in page.text
    assert "wa.me" not in page.text


def test_a_private_letter_is_read_by_its_readers_alone(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    show_to(engine, anne, Visibility.PRIVATE)

    strangers = [client.get(f"/{tag}/le-pont") for tag in ("fr", "nl", "en")]
    reader = client.get(f"{anne.read}/nl")

    assert [page.status_code for page in strangers] == [404] * 3
    assert all("Le pont" not in page.text for page in strangers)
    assert reader.status_code == 200
    assert "Het feest" in reader.text


@pytest.mark.parametrize(
    ("visibility", "archived", "online"),
    [
        (Visibility.PUBLIC, "<https://news.example.org/fr/", "/fr/numero"),
        (Visibility.UNLISTED, None, "/fr/numero"),
        (Visibility.PRIVATE, None, "/l/"),
    ],
)
def test_mail_links_to_the_page_its_reader_may_open(
    session: Session,
    settings: Settings,
    visibility: Visibility,
    archived: str | None,
    online: str,
) -> None:
    mail = mail_of(session, settings, visibility=visibility)

    shown = mail["Archived-At"]
    assert shown is None if archived is None else shown.startswith(archived)
    text = mail.get_payload(0).get_payload(decode=True).decode()
    link = re.search(
        r"En ligne : (\S+)|Voir en ligne : (\S+)", text.replace("\u202f", " ")
    )
    assert link, text
    assert online in link[0]


def test_a_letter_to_a_segment_is_archived_nowhere(
    session: Session, settings: Settings
) -> None:
    segment = factories.make_segment(session)

    mail = mail_of(session, settings, segment_id=segment.id)

    assert mail["Archived-At"] is None


def test_the_calendar_of_a_private_letter_opens_only_by_its_link(
    client: TestClient, engine: Engine, settings: Settings, anne: Reader
) -> None:
    show_to(engine, anne, Visibility.PRIVATE)
    with db.writing(engine) as session:
        issue = session.get_one(Issue, anne.issue_id)
        let_leave(session, issue, settings)
        article = session.exec(
            select(Edition.web).where(Edition.issue_id == issue.id)
        ).first()
    link = re.search(r'href="https://news.example.org(/e/[^"]+)"', article or "")

    assert link
    assert client.get(f"/e/{anne.event_id}.nl.ics").status_code == 404
    assert client.get(f"/e/{anne.event_id}.nl.ics?of=%00").status_code == 404
    assert client.get(f"/e/{anne.event_id}.nl.ics?of=aaaaaaaa").status_code == 404
    assert client.get(link[1]).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/", "/nl/", "/fr/le-pont", "/fr/feed.xml", "/sitemap.xml", "/fr/search?q=pont"],
)
def test_a_page_for_everybody_holds_nothing_of_anybody(
    client: TestClient, engine: Engine, anne: Reader, path: str
) -> None:
    with db.reading(engine) as session:
        envelope = session.exec(select(Edition.envelope)).first() or {}

    page = client.get(path).text

    secrets = [anne.handle, anne.issue_handle, envelope["nonce"], "anne@"]
    secrets += [link.split("/")[2] for link in (anne.leave, anne.choose, anne.read)]
    assert [secret for secret in secrets if secret in page] == []
    assert not re.search(r"/[ulpc]/[a-z2-7]{20}", page)
    assert not re.search(r"zq\w{8,}qz", page)


def mail_of(session: Session, settings: Settings, **columns: Any) -> Any:
    issue = factories.make_issue(
        session, languages=("fr", "nl"), slug="numero", **columns
    )
    editions.freeze(session, issue, settings, now=utcnow())
    frozen = editions.editions_of(session, issue)[0]
    compiled = editions.compiled(frozen, settings.keys)
    reader = messages.Reader(1, "anne@example.org", "a" * 16, "2026-01-01", utcnow())
    return message_from_bytes(compiled.build(reader))
