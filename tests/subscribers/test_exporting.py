import csv
from io import BytesIO, StringIO
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine
from sqlmodel import Session

from newsletter import db
from subscribers import exporting
from subscribers.errors import ExportTooLarge
from subscribers.exporting import Form, Selection, escaped
from subscribers.models import SubscriptionState
from tests.factories import make_list, make_segment, make_subscriber, the_list
from tests.subscribers.importing.bringing import bring, counts, stored


def written(
    session: Session, form: Form = Form.CSV, **selection: Any
) -> list[tuple[str, ...]]:
    file = BytesIO()
    values = {"list_id": the_list(session).id} | selection
    exporting.write(session, file, Selection(**values), form)
    if form is Form.CSV:
        text = file.getvalue().decode("utf-8-sig")
        return [tuple(row) for row in csv.reader(StringIO(text))]
    rows = load_workbook(file).active.iter_rows(values_only=True)  # type: ignore[union-attr]  # it has one sheet
    return [tuple("" if cell is None else str(cell) for cell in row) for row in rows]


def addresses(session: Session, **selection: Any) -> list[str]:
    return [row[0] for row in written(session, **selection)[1:]]


@pytest.mark.parametrize("form", Form)
def test_people_are_written_with_all_that_an_import_reads(
    session: Session, form: Form
) -> None:
    make_subscriber(
        session,
        email="anne@example.org",
        name="Zoé",
        language="fr",
        second_language="nl",
        tags=("press", "tv"),
        attributes={"Ville": "Liège"},
    )
    bart = make_subscriber(session, email="bart@example.org", name="", language=None)

    heading, anne, last = written(session, form)

    assert heading == (
        *("email", "name", "language", "second language", "state", "tags"),
        *("joined at", "confirmed at", "attribute: Ville"),
    )
    assert anne[:6] == (
        *("anne@example.org", "Zoé", "fr", "nl"),
        *("confirmed", "press, tv"),
    )
    assert anne[8] == "Liège"
    assert last[0] == bart.email
    assert last[1:4] == ("", "", "")


def test_a_spreadsheet_sees_the_encoding(session: Session) -> None:
    file = BytesIO()

    exporting.write(session, file, Selection(the_list(session).id or 0), Form.CSV)

    assert file.getvalue().startswith(b"\xef\xbb\xbfemail,name,")


def test_fewer_are_written_when_asked(session: Session) -> None:
    other = make_list(session)
    make_subscriber(session, email="a@example.org", language="nl")
    make_subscriber(
        session, email="b@example.org", state=SubscriptionState.UNSUBSCRIBED
    )
    make_subscriber(session, email="c@example.org", language=None)
    make_subscriber(session, email="d@example.org", list=other)
    dutch = make_segment(session, rule="language=nl")

    assert addresses(session) == ["a@example.org", "b@example.org", "c@example.org"]
    assert addresses(session, segment=dutch) == ["a@example.org"]
    assert addresses(session, language="nl") == ["a@example.org"]
    assert addresses(session, language="none") == ["c@example.org"]
    assert addresses(session, list_id=other.id) == ["d@example.org"]
    assert addresses(session, state=SubscriptionState.UNSUBSCRIBED) == ["b@example.org"]


def test_many_are_written_window_by_window(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "_WINDOW", 3)
    for number in range(10):
        make_subscriber(
            session,
            email=f"r{number}@example.org",
            tags=(f"t{number}",),
            attributes={f"a{number}": "x"},
        )

    rows = written(session)

    assert [row[5] for row in rows[1:]] == [f"t{number}" for number in range(10)]
    assert len(rows[0]) == 18


@pytest.mark.parametrize("form", Form)
def test_no_cell_is_a_formula(session: Session, form: Form) -> None:
    make_subscriber(
        session,
        email="=cmd@example.org",
        name="=1+1",
        attributes={"x": "@SUM(1)", "y": "＝1", "z": "+32 2"},
    )

    row = written(session, form)[1]

    assert row[:2] == ("'=cmd@example.org", "'=1+1")
    assert row[8:] == ("'@SUM(1)", "'＝1", "'+32 2")


@pytest.mark.parametrize(
    "sign", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"]
)
def test_every_sign_that_a_spreadsheet_acts_on_is_escaped(sign: str) -> None:
    assert escaped(f"{sign}x") == f"'{sign}x"
    assert escaped(f"x{sign}") == f"x{sign}"


@pytest.mark.parametrize("form", Form)
def test_an_export_comes_in_again_and_changes_nobody(
    engine: Engine, form: Form
) -> None:
    with db.writing(engine) as session:
        for number, name in enumerate(("Zoé", "", "Jan, the 3rd", "O'Neill")):
            make_subscriber(
                session,
                email=f"+r{number}@example.org",
                name=name,
                language=("fr", None, "nl", "de-BE")[number],
                second_language=("nl", None, None, "en")[number],
                tags=("press", "two words") if number else (),
                attributes={f"city {number}": "+32 2 1", "status": "x", "id": "7"},
            )
        file = BytesIO()
        exporting.write(session, file, Selection(the_list(session).id or 0), form)
    before = stored(engine)

    report = bring(engine, file.getvalue(), update=True)

    assert counts(report) == (0, 0, 4, 0, 0)
    assert stored(engine) == before


def test_an_export_brings_the_same_people_to_another_list(engine: Engine) -> None:
    with db.writing(engine) as session:
        other = make_list(session)
        make_subscriber(
            session, email="+anne@example.org", list=other, attributes={"id": "7"}
        )
        file = BytesIO()
        exporting.write(session, file, Selection(other.id or 0), Form.CSV)

    report = bring(engine, file.getvalue())

    assert counts(report) == (1, 0, 0, 0, 0)
    assert stored(engine).keys() == {"+anne@example.org"}


def test_more_than_a_sheet_holds_is_refused(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "_LAST_ROW", 2)
    make_subscriber(session)
    assert len(written(session, Form.XLSX)) == 2
    make_subscriber(session)

    with pytest.raises(ExportTooLarge, match="export them as CSV"):
        written(session, Form.XLSX)
    assert len(written(session)) == 3
