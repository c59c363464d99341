import pytest

from subscribers.errors import UnreadableFile
from subscribers.importing.cells import Record
from subscribers.importing.headings import Columns, Role, recognise

HOUSE = ("fr", "nl", "de", "en")


def columns(*lines: str) -> Columns:
    rows = [Record(n, tuple(line.split(";"))) for n, line in enumerate(lines, 1)]
    return recognise(rows, HOUSE)


@pytest.mark.parametrize(
    "heading",
    [
        "E-mail;Nom;Langue;Groupe",
        "E-mailadres;Naam;Taal;Groepen",
        "E-Mail-Adresse;Name;Sprache;Gruppe",
        "Email address;Full name;Preferred language;Tags",
        "COURRIEL;nom complet;LANGUE préférée;Étiquettes",
        "EMAIL;NAME;LOCALE;LABELS",
    ],
)
def test_headings_are_read_in_four_languages(heading: str) -> None:
    assert columns(heading, "anne@example.org;Anne;fr;press") == Columns(
        {Role.EMAIL: 0, Role.NAME: 1, Role.LANGUAGE: 2, Role.TAGS: 3}
    )


@pytest.mark.parametrize(
    ("heading", "roles"),
    [
        ("Prénom;Nom;E-mail", {Role.FIRST_NAME: 0, Role.LAST_NAME: 1, Role.EMAIL: 2}),
        ("Nom;Prénom;E-mail", {Role.FIRST_NAME: 1, Role.LAST_NAME: 0, Role.EMAIL: 2}),
        (
            "Name;First name;Last name;Email",
            {Role.FIRST_NAME: 1, Role.LAST_NAME: 2, Role.EMAIL: 3},
        ),
        ("E-mail;Mail", {Role.EMAIL: 0}),
    ],
)
def test_names_are_told_apart(heading: str, roles: dict[Role, int]) -> None:
    assert columns(heading, "x@example.org;x@example.org;x@example.org").first == roles


def test_signs_of_leaving_are_all_kept() -> None:
    found = columns("email;status;blacklisted;confirmed;unsub_time")

    assert found.signs == (
        (Role.STATUS, 1),
        (Role.LEFT, 2),
        (Role.STAYED, 3),
        (Role.LEFT, 4),
    )


def test_an_address_column_is_found_under_any_word() -> None:
    found = columns("Nom;Contact", "Anne;anne@example.org", "Bart;bart@example.org")

    assert found == Columns({Role.NAME: 0, Role.EMAIL: 1})


def test_a_file_without_headings_is_read_by_its_content() -> None:
    found = columns(
        "1;Anne;anne@example.org;FR",
        "2;Bart;bart@example.org;nl",
        "3;;cris@example.org;",
    )

    assert found == Columns(
        {Role.NAME: 1, Role.EMAIL: 2, Role.LANGUAGE: 3}, headed=False
    )


def test_a_first_row_of_unknown_words_gets_its_verdict_like_the_others() -> None:
    found = columns("Zonder adres;x", "Bart;bart@example.org", "Cris;cris@example.org")

    assert found == Columns({Role.EMAIL: 1, Role.NAME: 0}, headed=False)


def test_a_row_of_addresses_is_a_row_of_people() -> None:
    found = columns("anne@example.org;bart@example.org;", "cris@example.org")

    assert found.only_addresses


@pytest.mark.parametrize(
    "lines", [(), ("a;b", "c;d"), ("Nom;Langue",), ("Nom;Langue", "Anne;fr")]
)
def test_a_file_without_addresses_is_refused(lines: tuple[str, ...]) -> None:
    with pytest.raises(UnreadableFile):
        columns(*lines)


def test_a_heading_alone_is_a_list_of_nobody() -> None:
    assert columns("E-mail;Nom").headed
