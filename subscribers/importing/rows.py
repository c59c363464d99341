"""Turn one record into a person, or say why it is none (pure)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from subscribers import languages, typos
from subscribers.addresses import Address, normalise
from subscribers.errors import InvalidAddress
from subscribers.importing import attributes
from subscribers.importing.cells import (
    FORMULA,
    Record,
    clean_name,
    read_tags,
    shown,
    unescaped,
)
from subscribers.importing.headings import Columns, Role
from subscribers.sentences import N_

_NAMED_ADDRESS = re.compile(r"\s*\"?(?P<name>[^<>\"]*)\"?\s*<(?P<email>[^<>]*)>\s*")

_NO = frozenset(
    ["", "0", "false", "no", "n", "non", "nein", "nee", "off", "f", "null", "none"]
)
# Words of other programs for somebody who must not be written to.
_LEFT_WORDS = frozenset(
    [
        "unsubscribed",
        "nonsubscribed",
        "non subscribed",
        "cleaned",
        "archived",
        "unreachable",
        "disabled",
        "blocklisted",
        "blacklisted",
        "bounced",
        "complained",
        "spam",
        "inactive",
        "pending",
        "unconfirmed",
        "deleted",
        "desinscrit",
        "desabonne",
        "uitgeschreven",
        "afgemeld",
        "abgemeldet",
        "ausgetragen",
    ]
)
# Mailboxes of an office rather than a person (RFC 2142, and what is usual here).
_OFFICES = frozenset(
    """
    abuse accueil admin administratie administration adressen algemeen bestuur board
    buero bureau club communicatie communication compta contact courrier direction
    directie empfang facturatie finance hello help helpdesk hostmaster info infos
    informatie information jobs kantoor kontakt leden mail mailing marketing media
    membres news newsletter nieuwsbrief noc noreply no-reply office onthaal postmaster
    presse press pers redactie redaction redaktion sales secretaris secretariaat
    secretariat secretary security sekretariat service shop staff support team verein
    vorstand vzw asbl webmaster
    """.split()  # noqa: SIM905  # as a list it would fill eighty lines
)


OFFICE = N_("This is the mailbox of an office; several people may read it.")
_LONG_LINE = N_("This line is too long to be about one person.")
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Choices:
    """What staff decided about a file where its words leave it open."""

    # Words for languages, folded, and what they mean; "" for none that we know.
    spoken: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()  # of everybody in the file
    mended: frozenset[str] = frozenset()  # mistyped domains that are put right
    dropped: frozenset[int] = frozenset()  # columns that become no attribute


UNDECIDED = Choices()


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence about one row: why it was refused, or what was read otherwise."""

    row: int
    value: str
    reason: str
    meant: str = ""  # of a domain that looks mistyped: the address it may stand for


class Person(NamedTuple):
    """What a row says about somebody. `left`: it says that they do not want mail."""

    row: int
    address: Address
    name: str = ""
    language: str | None = None
    tags: tuple[str, ...] = ()
    left: bool = False
    notes: tuple[Remark, ...] = ()
    second_language: str | None = None
    attributes: Mapping[str, str] = _NOTHING


def read(
    record: Record,
    columns: Columns,
    offered: Sequence[str],
    choices: Choices = UNDECIDED,
) -> Person | Remark:
    """Return the person in a record, or the reason why there is none.

    Whatever is wrong beside the address never costs the person: it is left out
    and noted.
    """
    if record.cells is None:
        return Remark(record.row, "", _LONG_LINE)
    cells = _Cells(record.cells, columns.first)
    written, aside = _written(cells.get(Role.EMAIL))
    try:
        address = _mended(_address(written), choices)
    except InvalidAddress as error:
        return Remark(record.row, shown(written), str(error))
    more = attributes.from_json(cells.get(Role.ATTRIBUTES))
    full = _full_name(cells) or aside
    name = clean_name(full)
    spoken = cells.get(Role.LANGUAGE).strip() or (_spoken(more) if more else "")
    language = _language(spoken, offered, choices) if spoken else None
    second = cells.get(Role.SECOND_LANGUAGE).strip()
    return Person(
        row=record.row,
        address=address,
        name=name,
        language=language,
        tags=_tags(cells.get(Role.TAGS) or (_listed(more) if more else ""), choices),
        left=_says_left(cells, columns),
        notes=_notes(
            record.row, address, "" if name else full, "" if language else spoken
        ),
        second_language=_language(second, offered, choices) if second else None,
        attributes=_attributes(cells, columns, more, choices),
    )


class _Cells:
    """The cells of one record by role; a missing one is empty."""

    __slots__ = ("_cells", "_first")

    def __init__(self, cells: Sequence[str], first: dict[Role, int]) -> None:
        self._cells = cells
        self._first = first

    def get(self, role: Role) -> str:
        index = self._first.get(role)
        return "" if index is None else self.at(index)

    def at(self, index: int) -> str:
        return self._cells[index] if index < len(self._cells) else ""


def _written(cell: str) -> tuple[str, str]:
    """Return what stands for the address, and the name written around it."""
    if cell[-1:] == ">" or "<" in cell:
        named = _NAMED_ADDRESS.fullmatch(cell)
        if named:
            return named["email"], named["name"]
    return unescaped(cell.removeprefix("mailto:")), ""


def _address(written: str) -> Address:
    if not written.strip():
        raise InvalidAddress("There is no address in this row.")
    if written[0] in FORMULA and "@" not in written:
        raise InvalidAddress("This is a formula, not an address.")
    return normalise(written)


def _mended(address: Address, choices: Choices) -> Address:
    if not choices.mended or address.key.rpartition("@")[2] not in choices.mended:
        return address
    return normalise(typos.suggest(address.email) or address.email)


def _language(word: str, offered: Sequence[str], choices: Choices) -> str | None:
    if choices.spoken:
        chosen = choices.spoken.get(languages.fold(word))
        if chosen is not None:
            return chosen or None
    return languages.read(word, offered)


def _tags(text: str, choices: Choices) -> tuple[str, ...]:
    found = read_tags(text)
    return tuple(dict.fromkeys((*found, *choices.tags))) if choices.tags else found


def _full_name(cells: _Cells) -> str:
    first, last = cells.get(Role.FIRST_NAME), cells.get(Role.LAST_NAME)
    if not first and not last:
        return cells.get(Role.NAME)
    joined = " ".join(part.strip() for part in (first, last) if part.strip())
    return joined or cells.get(Role.NAME)


def _spoken(more: dict[str, object]) -> str:
    folded = {key.lower(): value for key, value in more.items()}
    spoken = folded.get("language") or folded.get("lang") or folded.get("locale")
    return spoken if isinstance(spoken, str) else ""


def _listed(more: dict[str, object]) -> str:
    tags = more.get("tags")
    return ",".join(map(str, tags)) if isinstance(tags, list) else ""


def _attributes(
    cells: _Cells, columns: Columns, more: dict[str, object], choices: Choices
) -> Mapping[str, str]:
    if not columns.kept and not more:
        return _NOTHING
    kept = columns.kept
    own = [(name, cells.at(at)) for at, name in kept if at not in choices.dropped]
    said = {"language", "lang", "locale", "tags"}
    rest = {key: value for key, value in more.items() if key.lower() not in said}
    return attributes.gather([*own, *attributes.flat(rest)])


def _says_left(cells: _Cells, columns: Columns) -> bool:
    if not columns.signs:
        return False
    return any(_has_left(role, cells.at(index)) for role, index in columns.signs)


def _has_left(role: Role, cell: str) -> bool:
    word = languages.fold(cell)
    if role is Role.STATUS:
        return word in _LEFT_WORDS
    if role is Role.STAYED:
        return bool(word) and word in _NO
    # A moment of zeros is how MySQL writes "never".
    return word not in _NO and bool(word.strip("0 "))


def _notes(row: int, address: Address, name: str, language: str) -> tuple[Remark, ...]:
    found = []
    if name and name.strip():
        reason = N_("This is not a name; the person is taken without one.")
        found.append(Remark(row, shown(name), reason))
    if language:
        reason = N_("We do not know this language; the person has none for now.")
        found.append(Remark(row, shown(language), reason))
    meant = typos.suggest(address.email)
    if meant:
        reason = f"The domain looks mistyped; perhaps {meant} is meant."
        found.append(Remark(row, address.email, reason, meant))
    if address.key.partition("@")[0] in _OFFICES:
        found.append(Remark(row, address.email, OFFICE))
    return tuple(found)
