import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.importing.cells import Record, clean_name, read_tags, shown
from subscribers.importing.headings import Columns, Role
from subscribers.importing.rows import Person, Remark, read

HOUSE = ("fr", "nl", "de", "en")
ROLES = (Role.EMAIL, Role.NAME, Role.LANGUAGE, Role.TAGS)
COLUMNS = Columns({role: index for index, role in enumerate(ROLES)})


def person(*cells: str, columns: Columns = COLUMNS) -> Person:
    found = read(Record(7, cells), columns, HOUSE)
    assert isinstance(found, Person)
    return found


def refusal(*cells: str) -> Remark:
    found = read(Record(7, cells), COLUMNS, HOUSE)
    assert isinstance(found, Remark)
    return found


def test_a_row_is_a_person() -> None:
    anne = person("Anne@example.org", " Anne  Peeters ", "Frans", "Press; VIP")

    assert anne.address.email == "Anne@example.org"
    assert (anne.row, anne.name, anne.language) == (7, "Anne Peeters", "fr")
    assert anne.tags == ("press", "vip")
    assert anne.notes == ()


def test_missing_cells_are_empty() -> None:
    assert person("anne@example.org").name == ""


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", "There is no address in this row."),
        ("  ", "There is no address in this row."),
        ("=cmd|' /C calc'!A0", "This is a formula, not an address."),
        ("anne", "An email address must have an @-sign."),
        ("a@example.org\nBcc: b@example.org", "contains a line break"),
    ],
)
def test_what_is_no_address_is_refused(cell: str, reason: str) -> None:
    assert reason in refusal(cell, "Anne").reason


def test_a_refused_value_is_shown_on_one_short_line() -> None:
    assert refusal("a@example.org\r\nBcc:\x1b[2J" + "x" * 200).value == (
        "a@example.org Bcc: [2J" + "x" * 77 + "…"
    )


def test_a_record_that_cannot_be_read_is_refused() -> None:
    found = read(Record(7, None), COLUMNS, HOUSE)

    assert found == Remark(7, "", "This line is too long to be about one person.")


@pytest.mark.parametrize(
    ("cell", "email", "name"),
    [
        ("Anne <anne@example.org>", "anne@example.org", "Anne"),
        ('"Peeters, Anne" <anne@example.org>', "anne@example.org", "Peeters, Anne"),
        ("<anne@example.org>", "anne@example.org", ""),
        ("mailto:anne@example.org", "anne@example.org", ""),
    ],
)
def test_an_address_may_come_with_its_name(cell: str, email: str, name: str) -> None:
    found = person(cell)

    assert (found.address.email, found.name) == (email, name)


def test_half_a_bracket_is_no_address() -> None:
    assert refusal("anne@example.org>").value == "anne@example.org>"


def test_parts_of_a_name_are_joined() -> None:
    columns = Columns({Role.EMAIL: 0, Role.FIRST_NAME: 1, Role.LAST_NAME: 2})

    assert person("a@example.org", "Anne ", "Peeters", columns=columns).name == (
        "Anne Peeters"
    )
    assert person("a@example.org", "", "Peeters", columns=columns).name == "Peeters"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Zoé", "Zoé"),
        ("'t Jolle", "'t Jolle"),
        ("Jean-Marie (ASBL X)", "Jean-Marie (ASBL X)"),
        ("O'Neill & sons", "O'Neill & sons"),
        ("-Anne", "Anne"),
        ("+@- Anne", "Anne"),
        ("'@Anne", "Anne"),
        ("＠Anne", "Anne"),
        ("Anne\r\nBcc: x", "Anne Bcc: x"),
        ("Anne\u202egnp", "Anne gnp"),
        ('=HYPERLINK("http://evil.example")', ""),
        ("'=1+1", ""),
        ("＝1+1", ""),
        ("+SUM(A1)", ""),
        ("@SUM(1+1)*cmd|' /C calc'!A0", ""),
        ("-2+3+cmd|' /C calc'!A0", ""),
        ("<b>Anne</b>", ""),
        ("{{ secret }}", ""),
        ("https://evil.example", ""),
        ("buy at www.evil.example", ""),
        ("[a](b)", ""),
        ("-", ""),
        ("", ""),
        ("a" * 300, "a" * 200),
    ],
)
def test_a_name_is_made_safe_or_left_out(written: str, name: str) -> None:
    assert clean_name(written) == name


@given(st.text())
def test_no_name_is_a_formula_or_markup(text: str) -> None:
    name = clean_name(text)

    assert not name.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert name.isprintable()
    assert not set("<>{}") & set(name)
    assert len(name) <= 200


def test_a_name_left_out_is_noted_and_costs_nobody() -> None:
    found = person("anne@example.org", "=1+1", "fr")

    assert found.name == ""
    assert found.notes == (
        Remark(7, "=1+1", "This is not a name; the person is taken without one."),
    )


def test_an_unknown_language_is_noted_and_costs_nobody() -> None:
    found = person("anne@example.org", "Worf", "Klingon")

    assert found.language is None
    assert [(note.value, "language" in note.reason) for note in found.notes] == [
        ("Klingon", True)
    ]


@pytest.mark.parametrize(
    ("written", "tags"),
    [
        ("", ()),
        ("Press, press;  PRESS|tv", ("press", "tv")),
        ('"Press","VIP"', ("press", "vip")),
        ("=1+1", ("1+1",)),
        (" ,a,,b;", ("a", "b")),
        ("a\x00b", ("a b",)),
        ("x" * 100, ("x" * 60,)),
        (",".join(map(str, range(99))), tuple(map(str, range(50)))),
    ],
)
def test_tags_are_taken_apart(written: str, tags: tuple[str, ...]) -> None:
    assert read_tags(written) == tags


@pytest.mark.parametrize(
    ("role", "cell", "left"),
    [
        (Role.STATUS, "subscribed", False),
        (Role.STATUS, "Unsubscribed", True),
        (Role.STATUS, "désinscrit", True),
        (Role.STATUS, "", False),
        (Role.STAYED, "true", False),
        (Role.STAYED, "0", True),
        (Role.STAYED, "non", True),
        (Role.STAYED, "", False),
        (Role.LEFT, "", False),
        (Role.LEFT, "No", False),
        (Role.LEFT, "0000-00-00 00:00:00", False),
        (Role.LEFT, "2024-01-02", True),
        (Role.LEFT, "ja", True),
        (Role.LEFT, "On Hold Bounce", True),
    ],
)
def test_another_program_says_who_left(role: Role, cell: str, left: bool) -> None:
    columns = Columns({Role.EMAIL: 0}, ((role, 1),))

    assert person("anne@example.org", cell, columns=columns).left is left


@pytest.mark.parametrize(
    ("held", "language", "tags"),
    [
        ('{"language": "Frans", "tags": ["a", 1]}', "fr", ("a", "1")),
        ('{"Lang": "nl"}', "nl", ()),
        ('{"locale": 5, "tags": "x"}', None, ()),
        ("{broken", None, ()),
        ('{"a":' * 100_000, None, ()),
        ("", None, ()),
    ],
)
def test_attributes_are_looked_into(
    held: str, language: str | None, tags: tuple[str, ...]
) -> None:
    found = person(
        "a@example.org", held, columns=Columns({Role.EMAIL: 0, Role.ATTRIBUTES: 1})
    )

    assert (found.language, found.tags) == (language, tags)


@given(st.lists(st.text(max_size=40), max_size=6))
def test_any_cells_have_a_verdict(cells: list[str]) -> None:
    columns = Columns({role: at for at, role in enumerate([*ROLES, Role.ATTRIBUTES])})

    found = read(Record(1, tuple(cells)), columns, HOUSE)

    assert isinstance(found, Person | Remark)


def test_long_values_are_cut_where_they_are_shown() -> None:
    assert shown("a\tb") == "a b"
    assert len(shown("x" * 101)) == 100


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("anne@gmial.com", "perhaps anne@gmail.com is meant"),
        ("anne@telent.be", "perhaps anne@telenet.be is meant"),
        ("anne@gmail.con", "perhaps anne@gmail.com is meant"),
        ("info@example.org", "mailbox of an office"),
        ("Secretariat@example.org", "mailbox of an office"),
        ("contact@example.org", "mailbox of an office"),
    ],
)
def test_a_doubtful_address_is_taken_and_noted(email: str, words: str) -> None:
    (note,) = person(email).notes

    assert (note.row, note.value) == (7, email)
    assert words in note.reason


@pytest.mark.parametrize("email", ["anne@gmail.com", "information.anne@example.org"])
def test_an_address_without_doubt_is_not_noted(email: str) -> None:
    assert person(email).notes == ()


def test_an_export_escapes_an_address_that_looks_like_a_formula() -> None:
    assert person("'=anne@example.org").address.email == "=anne@example.org"


def test_a_second_language_is_read() -> None:
    columns = Columns({Role.EMAIL: 0, Role.SECOND_LANGUAGE: 1})

    assert person("a@example.org", "Duits", columns=columns).second_language == "de"
