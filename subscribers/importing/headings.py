"""Find out which column holds what: by its heading, or by what stands in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from subscribers.errors import UnreadableFile
from subscribers.importing import attributes
from subscribers.importing.cells import Record, shown
from subscribers.languages import fold, read

Cells = Sequence[str]


class Role(StrEnum):
    """What a column is used for; of the others, some become attributes."""

    EMAIL = "email"
    NAME = "name"
    FIRST_NAME = "first name"
    LAST_NAME = "last name"
    LANGUAGE = "language"
    SECOND_LANGUAGE = "second language"
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
    kept: tuple[tuple[int, str], ...] = ()  # attributes: the column, and their name
    headed: bool = True
    only_addresses: bool = False  # each cell is a person


# What a caller says instead of what we would guess: a role's column by its heading,
# by its index from 0, or "" for none.
Chosen = Mapping[str, str | int]


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
    Role.SECOND_LANGUAGE: frozenset(
        [
            "second language",
            "deuxieme langue",
            "seconde langue",
            "tweede taal",
            "zweite sprache",
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


def recognise(
    sample: Sequence[Record], offered: Sequence[str], chosen: Chosen | None = None
) -> Columns:
    """Return the columns of the file these records begin.

    A first row of unknown words is not taken for a heading: it gets its verdict
    like the others, so that nothing is dropped unseen. Raises UnreadableFile when
    no column holds addresses, or when `chosen` names one that is not there.
    """
    rows = [record.cells for record in sample if record.cells]
    if not rows:
        raise UnreadableFile("The file holds no rows.")
    if chosen:
        return _as_chosen(rows, chosen, offered)
    if not any("@" in cell for cell in rows[0]):
        found = _by_heading(rows[0], rows[1:])
        return found or _by_content(rows[1:], offered)
    if len(rows[0]) > 1 and all("@" in c for row in rows for c in row if c.strip()):
        return Columns({Role.EMAIL: 0}, headed=False, only_addresses=True)
    return _by_content(rows, offered)


def _as_chosen(
    rows: Sequence[Cells], chosen: Chosen, offered: Sequence[str]
) -> Columns:
    headed = not any("@" in cell for cell in rows[0])
    places = {_role(name): _place(rows, column) for name, column in chosen.items()}
    taken = {place for place in places.values() if place is not None}
    if Role.EMAIL in places and headed:
        found = _headed(rows[0])
    elif headed:
        found = _by_heading(rows[0], rows[1:]) or _by_content(rows[1:], offered)
    else:
        found = _by_content(rows, offered)
    guessed = {r: i for r, i in found.first.items() if r not in places}
    stated = {r: i for r, i in places.items() if i is not None and r not in _SIGNS}
    signs = [(role, i) for role, i in found.signs if role not in places]
    signs += [(r, i) for r, i in places.items() if i is not None and r in _SIGNS]
    first = {r: i for r, i in guessed.items() if i not in taken} | stated
    if first.get(Role.EMAIL) is None:
        first[Role.EMAIL] = _fullest(rows[1:] if headed else rows, _is_address)
    kept = tuple(pair for pair in found.kept if pair[0] not in first.values())
    return replace(found, first=first, signs=tuple(signs), kept=kept, headed=headed)


def _role(name: str) -> Role:
    plain = fold(name)
    found = next((role for role in Role if role.value == plain), _ROLES.get(plain))
    if found is None:
        known = ", ".join(role.value for role in Role)
        raise UnreadableFile(
            "A column cannot be “{name}”; it can be: {known}.",
            name=shown(name),
            known=known,
        )
    return found


def _place(rows: Sequence[Cells], column: str | int) -> int | None:
    """Return the index of a column; a number in words counts from 1, as people do."""
    if column == "":
        return None
    width = max(len(row) for row in rows)
    if isinstance(column, str):
        words = [fold(cell) for cell in rows[0]]
        if fold(column) in words:
            return words.index(fold(column))
        column = int(column) - 1 if column.isascii() and column.isdigit() else -1
    if not 0 <= column < width:
        have = ", ".join(shown(cell) for cell in rows[0][:20])
        raise UnreadableFile(
            "There is no such column; the file has: {names}.", names=have
        )
    return column


def _by_heading(heading: Cells, below: Sequence[Cells]) -> Columns | None:
    found = _headed(heading)
    if not found.first:
        return None
    if Role.EMAIL not in found.first:
        found.first[Role.EMAIL] = _fullest(below, _is_address)
        kept = [pair for pair in found.kept if pair[0] != found.first[Role.EMAIL]]
        return replace(found, kept=tuple(kept))
    return found


def _headed(heading: Cells) -> Columns:
    """Return what the headings say; a second column of one role is left alone."""
    first: dict[Role, int] = {}
    signs: list[tuple[Role, int]] = []
    kept: list[tuple[int, str]] = []
    for index, cell in enumerate(heading):
        role = _ROLES.get(fold(cell))
        if role in _SIGNS:
            signs.append((role, index))
        elif role:
            first.setdefault(role, index)
        elif (name := attributes.kept(cell)) and len(kept) < attributes.MOST:
            kept.append((index, name))
    return Columns(_names_sorted_out(first), tuple(signs), tuple(kept))


def _is_address(cell: str) -> bool:
    return "@" in cell


def _names_sorted_out(first: dict[Role, int]) -> dict[Role, int]:
    # "Nom" beside "Prénom" is the family name; "Name" beside both parts is neither.
    if Role.NAME not in first or Role.FIRST_NAME not in first:
        return first
    found = dict(first)
    index = found.pop(Role.NAME)
    found.setdefault(Role.LAST_NAME, index)
    return found


def _by_content(rows: Sequence[Cells], offered: Sequence[str]) -> Columns:
    email = _fullest(rows, _is_address)
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
