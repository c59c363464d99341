"""Bringing a list in on the pages: columns, trial run, import, undo."""

import io
from collections.abc import Mapping
from threading import Event

import pytest
from fastapi.testclient import TestClient
from openpyxl import Workbook
from sqlalchemy import Engine
from sqlmodel import col, select

from newsletter import db, jobs
from newsletter.config import Settings
from newsletter.models import Action, AuditEntry, Errand, ErrandState
from newsletter.web import importing
from subscribers.models import (
    Consent,
    Import,
    Subscriber,
    SubscriberTag,
    SubscriptionState,
)
from tests import factories
from tests.web.conftest import LogIn

CONSENT = "Signed the list at our annual meeting on 14 March 2025."
ROWS = (
    ("Adresse", "Nom", "Langue", "Ville"),
    ("dora@example.org", "Dora", "Frans", "Liège"),
    ("emil@gmial.com", "Emil", "Klingon", "=1+1"),
    ("not an address", "Nobody", "F", ""),
    ("anne@example.org", "Anne", "nl_BE", "Namur"),
    ("gone@example.org", "Gone", "F", ""),
    ("info@example.org", "Office", "F", ""),
)


def workbook() -> bytes:
    made, file = Workbook(), io.BytesIO()
    sheet = made.create_sheet(index=0)
    for row in ROWS:
        sheet.append(row)
    made.save(file)
    return file.getvalue()


@pytest.fixture(autouse=True)
def _english(client: TestClient) -> None:
    client.headers["accept-language"] = "en"


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """What differs between databases is tested with the importer itself."""
    return _sqlite_url


@pytest.fixture
def token(log_in: LogIn, engine: Engine) -> str:
    """An admin's form token, on a list of Anne, and of one who left."""
    with db.writing(engine) as session:
        factories.make_subscriber(session, email="anne@example.org", language="fr")
        left = SubscriptionState.UNSUBSCRIBED
        factories.make_subscriber(session, email="gone@example.org", state=left)
    return log_in()


def bring(
    client: TestClient, token: str, data: bytes, name: str = "AG 2024.xlsx"
) -> str:
    """Bring a file; return the address of the import."""
    answer = client.post(
        "/subscribers/import", data={"form_token": token}, files={"file": (name, data)}
    )
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def post(
    client: TestClient, token: str, address: str, fields: Mapping[str, str]
) -> str:
    """Post a form and return the page it leads to."""
    answer = client.post(address, data={"form_token": token, **fields})
    return client.get(answer.headers["location"]).text


def people(engine: Engine) -> dict[str, Subscriber]:
    with db.reading(engine) as session:
        return {each.email: each for each in session.exec(select(Subscriber))}


def choose(client: TestClient, token: str) -> tuple[str, str]:
    """Bring the workbook, leave the towns out and say what Klingon means."""
    address = bring(client, token, workbook())
    fields = {"c3": "", "v2": "Klingon", "w2": "de", "v0": "Frans", "w0": "fr"}
    return address, post(client, token, f"{address}/columns", fields)


CHOICES = {"consent": CONSENT, "tags": "AG, press", "mend:gmial.com": "1"}


def test_columns_and_languages_are_guessed(client: TestClient, token: str) -> None:
    columns = client.get(bring(client, token, workbook())).text

    assert "AG 2024.xlsx" in columns
    assert '<option value="email" selected>' in columns
    assert "Some words for languages are not known yet" in columns


def test_a_trial_run_tells_and_writes_nothing(
    client: TestClient, token: str, engine: Engine
) -> None:
    before = people(engine)

    _, trial = choose(client, token)

    assert "3 new people would come in" in trial
    assert "gmial.com" in trial
    assert "had left this list" in trial
    assert "This is not an e-mail address." in trial
    assert people(engine).keys() == before.keys()


def test_consent_must_be_said(client: TestClient, token: str) -> None:
    address, _ = choose(client, token)

    answer = client.post(f"{address}/go", data={"form_token": token, "consent": " "})

    assert answer.status_code == 422
    assert "Say where the consent of these people comes from." in answer.text


def test_a_workbook_comes_in_as_it_was_decided(
    client: TestClient, token: str, engine: Engine
) -> None:
    address, _ = choose(client, token)

    done = post(client, token, f"{address}/go", CHOICES)

    assert "3 new people came in" in done
    found = people(engine)
    assert found["emil@gmail.com"].language == "de"
    assert found["dora@example.org"].attributes == {}
    assert found["anne@example.org"].language == "fr"
    with db.reading(engine) as session:
        said = session.exec(select(Consent.words).where(col(Consent.import_id) > 0))
        assert set(said) == {CONSENT}
        tags = session.exec(select(SubscriberTag.tag)).all()
        assert sorted(tags) == ["ag"] * 3 + ["press"] * 3


def test_an_import_is_taken_back_and_both_are_written_down(
    client: TestClient, token: str, engine: Engine
) -> None:
    address, _ = choose(client, token)
    post(client, token, f"{address}/go", CHOICES)
    with db.reading(engine) as session:
        brought = session.exec(select(Import)).one()

    undone = post(client, token, f"/subscribers/imports/{brought.id}/undo", {})

    assert "The import is taken back" in undone
    assert set(people(engine)) == {"anne@example.org", "gone@example.org"}
    with db.reading(engine) as session:
        noted = session.exec(select(AuditEntry.action).order_by(col(AuditEntry.id)))
        assert list(noted) == [Action.IMPORTED, Action.UNDID_IMPORT]


def test_people_may_be_pasted(client: TestClient, token: str) -> None:
    pasted = {"form_token": token, "pasted": "dora@example.org\nemil@example.org"}
    address = client.post("/subscribers/import", data=pasted).headers["location"]

    page = client.get(address).text

    assert "dora@example.org" in page


def test_two_columns_cannot_both_be_the_address(client: TestClient, token: str) -> None:
    address = bring(client, token, workbook())

    answer = client.post(
        f"{address}/columns", data={"form_token": token, "c1": "email"}
    )

    assert answer.status_code == 422
    assert "Two columns cannot both be the address." in answer.text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Choose a file"),
        (b"%PDF-1.7 ...", "This is a PDF"),
        (b"PK\x03\x04broken", "This workbook is broken"),
        (b"\x00" * 5000, "The file is empty."),
        (b"Nom;Ville\nAnne;Namur\n", "No column holds e-mail addresses"),
    ],
)
def test_what_is_no_list_is_named(
    client: TestClient, token: str, data: bytes, words: str
) -> None:
    answer = client.post(
        "/subscribers/import",
        data={"form_token": token},
        files={"file": ("x.csv", data)},
    )

    assert answer.status_code == 422
    assert words in answer.text


def test_hostile_cells_come_out_as_text(client: TestClient, token: str) -> None:
    rows = "email;name\n=HYPERLINK(1);<script>x\n" + "a" * 70_000 + ";b\nd@e.org;D"
    address = bring(client, token, rows.encode("cp1252"), "<b>.csv")

    trial = post(client, token, f"{address}/columns", {})
    listed = client.get(f"{address}/refused.csv").text

    assert "<script>x" not in trial
    assert "&lt;b&gt;.csv" in trial
    assert "'=HYPERLINK(1)" in listed


def test_a_file_too_large_is_refused_before_it_is_read(
    client: TestClient, token: str, settings: Settings
) -> None:
    answer = client.post(
        "/subscribers/import",
        content=b"--x\r\n",
        headers={"content-length": str(60 * 1024 * 1024), "x-form-token": token},
    )

    assert answer.status_code == 413
    assert not list(settings.uploads_dir.glob("*"))


def test_a_long_file_is_imported_by_the_clock(
    client: TestClient,
    token: str,
    engine: Engine,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importing, "_AT_ONCE", 0)
    address = bring(client, token, workbook())

    waiting = post(client, token, f"{address}/columns", {})
    jobs.run_errands(engine, settings, stop=Event())
    trial = client.get(address).text

    assert 'hx-trigger="every 1s"' in waiting
    assert "new people would come in" in trial


def test_a_file_that_is_gone_is_said_to_be(
    client: TestClient, token: str, engine: Engine, settings: Settings
) -> None:
    address = bring(client, token, workbook())
    for path in settings.uploads_dir.iterdir():
        path.unlink()

    page = client.get(address)

    assert page.status_code == 422
    with db.reading(engine) as session:
        assert session.exec(select(Errand)).one().state is ErrandState.DRAFT
