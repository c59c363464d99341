from io import BytesIO

import pytest
from sqlalchemy import Engine

from newsletter import db
from subscribers.errors import ListNotFound, UnreadableFile
from subscribers.importing import Order, Preview, preview
from tests.factories import the_list
from tests.subscribers.importing.bringing import bring, contents, stored

FILE = (
    "Adresse mail;Nom;Taal;Ville;LEID\n"
    "anne@example.org;Anne;Frans;Liège;1\n"
    "bart@example.org;Bart;NL;Gent;2\n"
    "cris@example.org;Cris;Klingon;;3\n"
    "dora@example.org;Dora;Frans;Namur;4\n"
    "eve@example.org;Eve;;Mons;5\n"
    "finn@example.org;Finn;nl;Brugge;6\n"
).encode()


def look(engine: Engine, raw: bytes = FILE, **order: object) -> Preview:
    with db.reading(engine) as session:
        list_id = the_list(session).id
    values = {"list_id": list_id, "consent": ""} | order
    return preview(engine, BytesIO(raw), Order(**values))  # type: ignore[arg-type]  # keyword overrides


def test_each_column_says_what_it_was_taken_for(engine: Engine) -> None:
    found = look(engine)

    assert [(c.heading, c.role, c.name) for c in found.columns] == [
        ("Adresse mail", "email", ""),
        ("Nom", "name", ""),
        ("Taal", "language", ""),
        ("Ville", "attribute", "Ville"),
        ("LEID", "", ""),
    ]
    assert found.columns[1].cells == ("Anne", "Bart", "Cris", "Dora", "Eve")


def test_each_word_for_a_language_says_how_it_is_read(engine: Engine) -> None:
    found = look(engine)

    assert {(s.value, s.language, s.count) for s in found.languages} == {
        ("Frans", "fr", 2),
        ("NL", "nl", 1),
        ("nl", "nl", 1),
        ("Klingon", None, 1),
    }
    assert found.rows == 6


def test_a_file_without_headings_shows_its_first_row_as_a_row(engine: Engine) -> None:
    found = look(engine, b"Anne,anne@example.org\nBart,bart@example.org\n")

    assert [(c.heading, c.role) for c in found.columns] == [("", "name"), ("", "email")]
    assert found.columns[0].cells == ("Anne", "Bart")
    assert found.languages == ()


def test_looking_writes_nothing(engine: Engine) -> None:
    before = contents(engine)

    look(engine)

    assert contents(engine) == before


def test_looking_needs_a_list_and_a_file_that_can_be_read(engine: Engine) -> None:
    with pytest.raises(ListNotFound):
        look(engine, list_id=4711)
    with pytest.raises(UnreadableFile):
        look(engine, b"%PDF-1.7")


@pytest.mark.parametrize(
    ("chosen", "roles"),
    [
        ({"email": "Taal"}, ["", "name", "email"]),
        ({"email": 2}, ["", "name", "email"]),
        ({"E-mail": "3"}, ["", "name", "email"]),
        ({"name": ""}, ["email", "", "language"]),
        ({"language": "Nom"}, ["email", "language", ""]),
        ({"status": "Nom"}, ["email", "status", "language"]),
    ],
)
def test_a_caller_says_what_a_column_is(
    engine: Engine, chosen: dict[str, str | int], roles: list[str]
) -> None:
    found = look(engine, columns=chosen)

    assert [column.role for column in found.columns][:3] == roles


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"email": "Courriel"}, "no such column; the file has: Adresse mail, Nom"),
        ({"email": 7}, "no such column"),
        ({"email": "0"}, "no such column"),
        ({"shoe size": "Nom"}, "cannot be “shoe size”; it can be: email, name"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(
    engine: Engine, chosen: dict[str, str | int], sentence: str
) -> None:
    with pytest.raises(UnreadableFile, match=sentence):
        look(engine, columns=chosen)


def test_addresses_are_looked_for_again_where_their_column_is_something_else(
    engine: Engine,
) -> None:
    raw = b"Email;Contact\nAnne;anne@example.org\nBart;bart@example.org\n"

    found = look(engine, raw, columns={"name": "Email"})

    assert [column.role for column in found.columns] == ["name", "email"]


def test_an_import_goes_by_the_choice(engine: Engine) -> None:
    raw = b"Work;Home\nanne@example.org;a@example.net\nbart@example.org;b@example.net\n"

    bring(engine, raw, columns={"email": "Home", "name": ""})

    assert stored(engine).keys() == {"a@example.net", "b@example.net"}


def test_a_choice_by_number_needs_no_heading(engine: Engine) -> None:
    raw = b"anne@example.org,Anne,x\nbart@example.org,Bart,y\n"

    bring(engine, raw, columns={"name": "3"})

    assert stored(engine)["anne@example.org"][0] == "x"
