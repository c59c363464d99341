import pytest
from sqlalchemy import Engine

from newsletter import db
from subscribers import people
from subscribers.importing import attributes
from subscribers.importing.cells import clean_value
from tests.subscribers.importing.bringing import LISTS, bring


def held(engine: Engine, email: str) -> dict[str, str]:
    with db.reading(engine) as session:
        return dict(people.get(session, email).attributes)


def test_columns_of_no_known_role_are_kept(engine: Engine) -> None:
    bring(engine, b"email,Ville,Membre depuis\nanne@example.org,Li\xc3\xa8ge,2019\n")

    assert held(engine, "anne@example.org") == {
        "Ville": "Liège",
        "Membre depuis": "2019",
    }


def test_a_file_without_headings_has_no_attributes(engine: Engine) -> None:
    bring(engine, b"anne@example.org,Anne,42\nbart@example.org,Bart,43\n")

    assert held(engine, "anne@example.org") == {}


@pytest.mark.parametrize(
    ("file", "kept"),
    [
        ("mailchimp.csv", {}),
        ("brevo.csv", {}),
        ("civicrm.csv", {}),
        ("ghost.csv", {}),
        ("keila.csv", {}),
        ("listmonk.csv", {}),
        ("mailtrain.csv", {}),
        ("phplist.csv", {}),
        ("substack.csv", {}),
        ("attributes.csv", {"city": "Gent", "age": "41", "Notes": "via the fair"}),
    ],
)
def test_of_other_programs_only_what_is_about_people_is_kept(
    engine: Engine, file: str, kept: dict[str, str]
) -> None:
    bring(engine, (LISTS / file).read_bytes())

    assert held(engine, "anne@example.org") == kept


def test_an_empty_cell_is_no_attribute(engine: Engine) -> None:
    bring(engine, b"email,Ville\nanne@example.org,\n")

    assert held(engine, "anne@example.org") == {}


def test_attributes_are_bounded(engine: Engine) -> None:
    names = [f"{n} {'x' * 80}" for n in range(25)]
    cells = ["y" * 300] * 25
    raw = ",".join(["email", *names]) + "\n" + ",".join(["anne@example.org", *cells])

    bring(engine, raw.encode())

    kept = held(engine, "anne@example.org")
    assert len(kept) == 20
    assert {len(name) for name in kept} == {60}
    assert set(kept.values()) == {"y" * 200}


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Ville", "Ville"),
        (" Code  postal\n", "Code postal"),
        ("=cmd", "cmd"),
        ("attribute: rating", "rating"),  # our own export says that it is one
        ("LEID", ""),
        ("Created At", ""),
        ("last_opened_at", ""),
        ("IP address", ""),
        ("", ""),
        ("***", ""),
    ],
)
def test_a_heading_becomes_a_name_or_none(heading: str, name: str) -> None:
    assert attributes.kept(heading) == name


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("Liège", "Liège"),
        ("two\nlines", "two lines"),
        ("=HYPERLINK(1)", ""),
        ("＝1", ""),
        ("@SUM(1)", "SUM(1)"),
        ("+cmd|' /C calc'!A0", "cmd|' /C calc'!A0"),
        ("+32 2 123 45 67", "+32 2 123 45 67"),
        ("-12,5", "-12,5"),
        ("'+32 2 123", "+32 2 123"),
        ("'t Zand", "'t Zand"),
        ("-", ""),
        ("", ""),
    ],
)
def test_a_value_is_one_line_and_no_formula(cell: str, value: str) -> None:
    assert clean_value(cell) == value


@pytest.mark.parametrize("cell", ["", "x", "{", "[1]", "{" * 5000, "null"])
def test_what_is_no_json_object_holds_nothing(cell: str) -> None:
    assert attributes.from_json(cell) == {}


def test_nested_values_are_left_out() -> None:
    told = {"a": 1, "b": {"c": 2}, "d": [3], "e": True, "f": None, "uuid": "x"}

    assert dict(attributes.flat(told)) == {"a": "1"}
