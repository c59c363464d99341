import pytest
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db
from subscribers import people
from subscribers.importing import Field
from subscribers.models import ImportChange, Subscriber
from tests.factories import make_subscriber
from tests.subscribers.importing.bringing import bring, counts

HEADING = b"email,name,language,second language,tags,Ville\n"
FILE = HEADING + b"anne@example.org,Ann,de,en,tv,Gent\n"


@pytest.fixture(autouse=True)
def _anne(engine: Engine) -> None:
    with db.writing(engine) as session:
        make_subscriber(
            session,
            email="anne@example.org",
            name="Anne",
            language="fr",
            tags=("press",),
            attributes={"Ville": "Mons", "Code": "7000"},
        )


def as_they_are(engine: Engine) -> tuple[object, ...]:
    with db.reading(engine) as session:
        anne = people.get(session, "anne@example.org")
        tags = people.tags_of(session, [anne])[anne.id or 0]
        spoken = (anne.language, anne.second_language)
        return anne.name, spoken, tags, dict(anne.attributes)


BEFORE = ("Anne", ("fr", None), ["press"], {"Ville": "Mons", "Code": "7000"})


@pytest.mark.parametrize(
    ("fields", "after"),
    [
        ({Field.NAME}, ("Ann", *BEFORE[1:])),
        ({Field.LANGUAGE}, ("Anne", ("de", "en"), *BEFORE[2:])),
        ({Field.TAGS}, (*BEFORE[:2], ["press", "tv"], BEFORE[3])),
        ({Field.ATTRIBUTES}, (*BEFORE[:3], {"Ville": "Gent", "Code": "7000"})),
        (
            set(Field),
            ("Ann", ("de", "en"), ["press", "tv"], {"Ville": "Gent", "Code": "7000"}),
        ),
    ],
)
def test_only_the_fields_asked_for_are_changed(
    engine: Engine, fields: set[Field], after: tuple[object, ...]
) -> None:
    report = bring(engine, FILE, update=True, fields=frozenset(fields))

    assert counts(report) == (0, 1, 0, 0, 0)
    assert as_they_are(engine) == after


def test_fields_without_an_update_change_nothing(engine: Engine) -> None:
    bring(engine, FILE, fields=frozenset({Field.NAME}))

    assert as_they_are(engine) == BEFORE


def test_what_somebody_was_before_is_kept(engine: Engine) -> None:
    report = bring(engine, FILE, update=True)

    with db.reading(engine) as session:
        change = session.exec(select(ImportChange)).one()
        assert change.import_id == report.import_id
        assert change.before == {
            "name": "Anne",
            "language": "fr",
            "second_language": None,
            "attributes": {"Ville": "Mons", "Code": "7000"},
            "tags": ["tv"],
            "wrote": {
                "name": "Ann",
                "language": "de",
                "second_language": "en",
                "attributes": {"Ville": "Gent", "Code": "7000"},
            },
        }


def test_nothing_is_kept_of_somebody_unchanged(engine: Engine) -> None:
    bring(engine, HEADING + b"anne@example.org,Anne,fr,,press,Mons\n", update=True)

    with db.reading(engine) as session:
        assert session.exec(select(ImportChange)).all() == []


def test_many_are_changed_in_different_ways(engine: Engine) -> None:
    rows = [
        f"r{n}@example.org,{'' if n % 2 else 'New'},{'' if n % 3 else 'de'},,tv,"
        for n in range(12)
    ]
    raw = HEADING + "\n".join(rows).encode()
    with db.writing(engine) as session:
        for n in range(12):
            make_subscriber(session, email=f"r{n}@example.org", name="Old")

    report = bring(engine, raw, update=True)

    assert counts(report) == (0, 12, 0, 0, 0)
    with db.reading(engine) as session:
        found = session.exec(select(Subscriber)).all()
    assert sum(each.name == "New" for each in found) == 6
    assert sum(each.language == "de" for each in found) == 4


def test_attributes_that_are_here_keep_their_place(engine: Engine) -> None:
    names = ",".join(f"new {n}" for n in range(20))
    raw = f"email,{names}\nanne@example.org,{','.join('x' * 20)}\n"

    bring(engine, raw.encode(), update=True)

    attributes = as_they_are(engine)[3]
    assert isinstance(attributes, dict)
    assert len(attributes) == 20
    assert attributes["Ville"] == "Mons"
    assert attributes["Code"] == "7000"
