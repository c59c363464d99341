"""Find out which column holds what: by its heading, or by what stands in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from subscribers.errors import UnreadableFile
from subscribers.importing.records import Record
from subscribers.languages import fold, read

Cells = Sequence[str]


class Role(StrEnum):
    """What a column is used for; columns without a role are left alone."""

    EMAIL = "email"
    NAME = "name"
    FIRST_NAME = "first name"
    LAST_NAME = "last name"
    LANGUAGE = "language"
    TAGS = "tags"
    ATTRIBUTES = "attributes"  # JSON, as listmonk and Keila write it
    STATUS = "status"  # a word: subscribed, cleaned, blocklisted …
    LEFT = "left"  # yes, or a moment: this person left
    STAYED = "stayed"  # no: this person left


@dataclass(frozen=True)
class Columns:
    """Which column has which role; `signs` are those that tell who left."""

    first: dict[Role, int]
    signs: tuple[tuple[Role, int], ...] = ()
    headed: bool = True
    only_addresses: bool = False  # each cell is a person


# Words as languages.fold leaves them, in French, Dutch, German and English, and as
# Mailchimp, listmonk, Brevo, Substack, Ghost, phpList, Keila, Mailtrain and CiviCRM
# head their columns.
_WORDS: dict[Role, frozenset[str]] = {
    Role.EMAIL: frozenset(
        [
            "email",
            "e mail",
            "mail",
            "courriel",
            "mel",
            "adresse e mail",
            "adresse email",
            "adresse mail",
            "adresse courriel",
            "adresse electronique",
            "e mailadres",
            "emailadres",
            "e mail adres",
            "mailadres",
            "e mail adresse",
            "email adresse",
            "emailadresse",
            "mailadresse",
            "e mailadresse",
            "email address",
            "e mail address",
            "mail address",
            "subscriber email",
        ]
    ),
    Role.NAME: frozenset(
        [
            "nom",
            "nom complet",
            "naam",
            "volledige naam",
            "name",
            "vollstandiger name",
            "full name",
            "display name",
            "nom et prenom",
            "prenom et nom",
            "voornaam en naam",
            "vor und nachname",
            "contact name",
            "sort name",
        ]
    ),
    Role.FIRST_NAME: frozenset(
        ["prenom", "voornaam", "vorname", "first name", "firstname", "given name"]
    ),
    Role.LAST_NAME: frozenset(
        [
            "nom de famille",
            "achternaam",
            "familienaam",
            "nachname",
            "familienname",
            "last name",
            "lastname",
            "surname",
            "family name",
        ]
    ),
    Role.LANGUAGE: frozenset(
        [
            "langue",
            "langue preferee",
            "langue de contact",
            "taal",
            "voorkeurstaal",
            "sprache",
            "korrespondenzsprache",
            "bevorzugte sprache",
            "language",
            "preferred language",
            "lang",
            "locale",
        ]
    ),
    Role.TAGS: frozenset(
        [
            "groupe",
            "groupes",
            "etiquette",
            "etiquettes",
            "groep",
            "groepen",
            "gruppe",
            "gruppen",
            "schlagworte",
            "group",
            "groups",
            "group s",
            "tag",
            "tags",
            "label",
            "labels",
        ]
    ),
    Role.ATTRIBUTES: frozenset(["attributes", "attribs", "data"]),
    Role.STATUS: frozenset(["status", "statut", "state", "etat", "subscription"]),
    Role.LEFT: frozenset(
        [
            "blacklisted",
            "email blacklisted",
            "email disabled",
            "do not email",
            "no bulk emails user opt out",
            "on hold",
            "deleted at",
            "unsub time",
            "clean time",
            "unsubscribed",
            "unsubscribed at",
            "desinscrit",
            "uitgeschreven",
            "abgemeldet",
        ]
    ),
    Role.STAYED: frozenset(
        ["subscribed to emails", "subscribed", "confirmed", "enabled"]
    ),
}
_ROLES = {word: role for role, words in _WORDS.items() for word in words}
_SIGNS = frozenset({Role.STATUS, Role.LEFT, Role.STAYED})


def recognise(sample: Sequence[Record], offered: Sequence[str]) -> Columns:
    """Return the columns of the file these records begin.

    A first row of unknown words is not taken for a heading: it gets its verdict
    like the others, so that nothing is dropped unseen. Raises UnreadableFile when
    no column holds addresses.
    """
    rows = [record.cells for record in sample if record.cells]
    if not rows:
        raise UnreadableFile("The file holds no rows.")
    if not any("@" in cell for cell in rows[0]):
        found = _by_heading(rows[0], rows[1:])
        return found or _by_content(rows[1:], offered)
    if len(rows[0]) > 1 and all("@" in c for row in rows for c in row if c.strip()):
        return Columns({Role.EMAIL: 0}, headed=False, only_addresses=True)
    return _by_content(rows, offered)


def _by_heading(heading: Cells, below: Sequence[Cells]) -> Columns | None:
    first: dict[Role, int] = {}
    signs = []
    for index, cell in enumerate(heading):
        role = _ROLES.get(fold(cell))
        if role in _SIGNS:
            signs.append((role, index))
        elif role:
            first.setdefault(role, index)
    if not first:
        return None
    if Role.EMAIL not in first:
        first[Role.EMAIL] = _fullest(below, lambda cell: "@" in cell)
    return Columns(_names_sorted_out(first), tuple(signs))


def _names_sorted_out(first: dict[Role, int]) -> dict[Role, int]:
    # "Nom" beside "Prénom" is the family name; "Name" beside both parts is neither.
    if Role.NAME not in first or Role.FIRST_NAME not in first:
        return first
    found = dict(first)
    index = found.pop(Role.NAME)
    found.setdefault(Role.LAST_NAME, index)
    return found


def _by_content(rows: Sequence[Cells], offered: Sequence[str]) -> Columns:
    email = _fullest(rows, lambda cell: "@" in cell)
    width = max(len(row) for row in rows)
    first = {Role.EMAIL: email}
    for index in range(width):
        cells = [row[index].strip() for row in rows if index < len(row)]
        role = None if index == email else _guess(cells, offered)
        if role:
            first.setdefault(role, index)
    return Columns(first, headed=False)


def _guess(cells: Cells, offered: Sequence[str]) -> Role | None:
    filled = [cell for cell in cells if cell]
    if not filled:
        return None
    if sum(bool(read(cell, offered)) for cell in filled) > len(filled) * 0.8:
        return Role.LANGUAGE
    worded = sum(any(map(str.isalpha, cell)) and "@" not in cell for cell in filled)
    return Role.NAME if worded > len(filled) / 2 else None


def _fullest(rows: Sequence[Cells], fits: Callable[[str], bool]) -> int:
    width = max((len(row) for row in rows), default=0)
    counts = [
        sum(fits(row[index]) for row in rows if index < len(row))
        for index in range(width)
    ]
    if not any(counts):
        raise UnreadableFile(
            "No column holds e-mail addresses; head it “E-mail”, for example."
        )
    return counts.index(max(counts))
