"""Events of a letter, for a calendar."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter import db, items
from newsletter.app import create_app
from newsletter.config import Settings
from newsletter.models import Issue, IssueState, Item
from tests.web.conftest import Reader

BRUSSELS = ZoneInfo("Europe/Brussels")
EVIL = "Fête\r\nBEGIN:VALARM\r\nTRIGGER:-PT1M\nEND:VALARM;X=1,\\n \x01\u2028"


def test_an_event_comes_in_the_language_of_the_address(
    client: TestClient, anne: Reader
) -> None:
    file = client.get(f"/e/{anne.event_id}.nl.ics")

    assert file.headers["content-type"].startswith("text/calendar")
    assert "SUMMARY;LANGUAGE=nl:Het feest" in file.text


def test_an_event_is_the_same_in_every_language(
    client: TestClient, anne: Reader
) -> None:
    ids = {uid_of(client, anne, tag) for tag in ("fr", "nl", "de")}

    assert ids == {f"UID:event-{anne.event_id}@news.example.org"}


def test_an_event_stays_the_same_entry_when_the_pages_move(
    engine: Engine, settings: Settings, anne: Reader
) -> None:
    moved = settings.model_copy(update={"base_url": "https://lettres.example.net"})

    with TestClient(create_app(moved, engine, clock=False)) as client:
        uid = uid_of(client, anne, "fr")

    assert uid == f"UID:event-{anne.event_id}@news.example.org"


def test_an_event_on_the_desk_is_nobodys_yet(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    with db.writing(engine) as session:
        session.get_one(Issue, anne.issue_id).state = IssueState.DRAFT

    assert client.get(f"/e/{anne.event_id}.nl.ics").status_code == 404


@pytest.mark.parametrize(
    "name",
    ["0.nl.ics", "1.ics", "x.nl.ics", "1.nl", "99999999999.nl.ics", "1.n%0d.ics"],
)
def test_any_other_name_is_not_found(client: TestClient, name: str) -> None:
    assert client.get(f"/e/{name}").status_code == 404


def test_an_item_that_is_no_event_is_not_found(
    client: TestClient, anne: Reader
) -> None:
    assert client.get(f"/e/{anne.event_id - 1}.nl.ics").status_code == 404


def test_an_independent_reader_finds_everything_in_the_file(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    change(
        engine,
        anne,
        starts_at=datetime(2026, 10, 24, 18, 0, tzinfo=BRUSSELS),
        ends_at=datetime(2026, 10, 25, 4, 0, tzinfo=BRUSSELS),  # clocks went back
        place="Salle des Tilleuls, rue du Four 8",
        reply_by_at=datetime(2026, 10, 20, 12, 0, tzinfo=BRUSSELS),
        timezone="Europe/Brussels",
    )

    found = event_of(client, anne)

    assert found["UID"] == f"event-{anne.event_id}@news.example.org"
    assert found["SUMMARY"] == "Het feest"
    assert found["SUMMARY"].params["LANGUAGE"] == "nl"
    assert found.start == datetime(2026, 10, 24, 16, 0, tzinfo=UTC)
    assert found.duration == timedelta(hours=11)
    assert found["LOCATION"] == "Salle des Tilleuls, rue du Four 8"
    assert found["URL"].startswith("https://example.org/news/")
    assert "20\u00a0oktober 2026, 12.00" in found["DESCRIPTION"]
    assert found["STATUS"] == "CONFIRMED"
    assert found["DTSTAMP"].dt == found["LAST-MODIFIED"].dt


def test_whole_days_end_on_the_day_after(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    change(
        engine,
        anne,
        starts_at=datetime(2026, 12, 31, 0, 0, tzinfo=BRUSSELS),
        ends_at=datetime(2027, 1, 1, 0, 0, tzinfo=BRUSSELS),
        all_day=True,
        timezone="Europe/Brussels",
    )

    found = event_of(client, anne)

    assert (found.start, found.end) == (date(2026, 12, 31), date(2027, 1, 2))


@pytest.mark.parametrize("field", ["title", "summary", "place", "url"])
def test_no_word_adds_a_line_of_its_own(
    client: TestClient, engine: Engine, anne: Reader, field: str
) -> None:
    with db.writing(engine) as session:
        item = session.get_one(Item, anne.event_id)
        text = items.find_texts(session, [anne.event_id])[anne.event_id]["nl"]
        row = item if field in ("place", "url") else text
        setattr(row, field, f"https://example.org/{EVIL}" if field == "url" else EVIL)

    found = event_of(client, anne)

    assert found.subcomponents == []
    assert "X" not in found
    if field == "title":
        assert "BEGIN:VALARM" in found["SUMMARY"]


def test_a_moved_event_is_a_newer_form_of_the_same_entry(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    before = event_of(client, anne)
    with db.writing(engine) as session:
        item = items.get_item(session, anne.event_id)
        assert item.starts_at
        items.move(session, item, starts_at=item.starts_at + timedelta(days=7))

    after = event_of(client, anne)

    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] == before["SEQUENCE"] + 1
    assert after["LAST-MODIFIED"].dt >= before["LAST-MODIFIED"].dt
    assert after.start == before.start + timedelta(days=7)


def test_a_download_is_called_after_the_event(client: TestClient, anne: Reader) -> None:
    names = [
        client.get(f"/e/{anne.event_id}.{tag}.ics").headers["content-disposition"]
        for tag in ("fr", "nl")
    ]

    assert names == [
        'attachment; filename="la-fete.ics"',
        'attachment; filename="het-feest.ics"',
    ]


def change(engine: Engine, anne: Reader, **facts: object) -> None:
    """Write facts into the event as they are, whatever they are."""
    with db.writing(engine) as session:
        item = session.get_one(Item, anne.event_id)
        for name, value in facts.items():
            setattr(item, name, value)


def event_of(client: TestClient, anne: Reader) -> Any:
    """Return the event of the Dutch file, read by somebody else's program."""
    answer = client.get(f"/e/{anne.event_id}.nl.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    file = icalendar.Calendar.from_ical(answer.content)
    assert isinstance(file, icalendar.Calendar)
    assert file["VERSION"] == "2.0"
    assert file["METHOD"] == "PUBLISH"
    (found,) = file.events
    assert found.errors == []
    return found


def uid_of(client: TestClient, anne: Reader, tag: str) -> str:
    lines = client.get(f"/e/{anne.event_id}.{tag}.ics").text.splitlines()
    return next(line for line in lines if line.startswith("UID"))
