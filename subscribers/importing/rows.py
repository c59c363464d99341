"""Turn one record into a person, or say why it is none (pure)."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from subscribers import languages
from subscribers.addresses import Address, normalise
from subscribers.errors import InvalidAddress
from subscribers.importing.headings import Columns, Role
from subscribers.importing.records import Record
from subscribers.rules import tag_key

_LONGEST_NAME = 200
_LONGEST_TAG = 60
_MOST_TAGS = 50

# A spreadsheet runs a cell that begins so, in its full-width forms too.
_FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20"
_EQUALS = ("=", "\uff1d")
# What a name never needs: a link, markup, or what is left of a formula.
_NOT_A_NAME = re.compile(r"[<>{}|\[\]\\]|://|www\.|\w\(|\d!")
_NAMED_ADDRESS = re.compile(r"\s*\"?(?P<name>[^<>\"]*)\"?\s*<(?P<email>[^<>]*)>\s*")
_TAG_MARKS = re.compile(r"[,;|\n]")

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


@dataclass(frozen=True)
class Remark:
    """A sentence about one row: why it was refused, or what was read otherwise."""

    row: int
    value: str
    reason: str


@dataclass(frozen=True)
class Person:
    """What a row says about somebody. `left`: it says that they do not want mail."""

    row: int
    address: Address
    name: str = ""
    language: str | None = None
    tags: tuple[str, ...] = ()
    left: bool = False
    notes: tuple[Remark, ...] = ()


def read(record: Record, columns: Columns, offered: Sequence[str]) -> Person | Remark:
    """Return the person in a record, or the reason why there is none.

    Whatever is wrong beside the address never costs the person: it is left out
    and noted.
    """
    if record.cells is None:
        return Remark(record.row, "", "This line is too long to be about one person.")
    cells = _Cells(record.cells, columns.first)
    written, aside = _written(cells.get(Role.EMAIL))
    try:
        address = _address(written)
    except InvalidAddress as error:
        return Remark(record.row, shown(written), str(error))
    more = _attributes(cells.get(Role.ATTRIBUTES))
    full = _full_name(cells) or aside
    name = clean_name(full)
    spoken = cells.get(Role.LANGUAGE).strip() or more.get("language", "")
    language = languages.read(spoken, offered) if spoken else None
    return Person(
        row=record.row,
        address=address,
        name=name,
        language=language,
        tags=read_tags(cells.get(Role.TAGS) or more.get("tags", "")),
        left=any(_has_left(role, cells.at(index)) for role, index in columns.signs),
        notes=_notes(record.row, full if not name else "", "" if language else spoken),
    )


def clean_name(text: str) -> str:
    """Return a name fit for a letter and a spreadsheet, empty if it is none.

    Links, markup and formulas are no names (a name is no way to send strangers a
    text through us); other signs a spreadsheet acts on are taken off its front.
    """
    plain = _one_line(text)
    if plain[:1] == "'" and plain[1:2] and plain[1] in _FORMULA:
        plain = plain[1:]  # the sign a careful export puts before a formula
    if plain.startswith(_EQUALS) or _NOT_A_NAME.search(plain):
        return ""
    return plain.lstrip(_FORMULA + " ")[:_LONGEST_NAME].rstrip()


def read_tags(text: str) -> tuple[str, ...]:
    """Return the tags in a cell, separated by commas, semicolons or bars."""
    found = []
    for part in _TAG_MARKS.split(text) if text else ():
        tag = tag_key(_one_line(part).strip("\"'").lstrip(_FORMULA))
        if tag:
            found.append(tag[:_LONGEST_TAG].rstrip())
    return tuple(dict.fromkeys(found))[:_MOST_TAGS]


def shown(value: str) -> str:
    """Return a cell as it may be shown: one line, not too long."""
    plain = _one_line(value)
    return plain if len(plain) <= 100 else plain[:99] + "…"


def _one_line(text: str) -> str:
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())


class _Cells:
    """The cells of one record by role; a missing one is empty."""

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
    return cell.removeprefix("mailto:"), ""


def _address(written: str) -> Address:
    if not written.strip():
        raise InvalidAddress("There is no address in this row.")
    if written[0] in _FORMULA and "@" not in written:
        raise InvalidAddress("This is a formula, not an address.")
    return normalise(written)


def _full_name(cells: _Cells) -> str:
    parts = (cells.get(Role.FIRST_NAME), cells.get(Role.LAST_NAME))
    joined = " ".join(part.strip() for part in parts if part.strip())
    return joined or cells.get(Role.NAME)


def _attributes(cell: str) -> dict[str, str]:
    """Return language and tags out of the JSON that some programs export."""
    if cell[:1] != "{":
        return {}
    try:
        held = json.loads(cell)
    except (ValueError, RecursionError):
        return {}
    found = {str(key).lower(): value for key, value in held.items()}
    spoken = found.get("language") or found.get("lang") or found.get("locale")
    tags = found.get("tags")
    return {
        "language": spoken if isinstance(spoken, str) else "",
        "tags": ",".join(map(str, tags)) if isinstance(tags, list) else "",
    }


def _has_left(role: Role, cell: str) -> bool:
    word = languages.fold(cell)
    if role is Role.STATUS:
        return word in _LEFT_WORDS
    if role is Role.STAYED:
        return bool(word) and word in _NO
    # A moment of zeros is how MySQL writes "never".
    return word not in _NO and bool(word.strip("0 "))


def _notes(row: int, name: str, language: str) -> tuple[Remark, ...]:
    found = []
    if name.strip():
        reason = "This is not a name; the person is taken without one."
        found.append(Remark(row, shown(name), reason))
    if language:
        reason = "We do not know this language; the person has none for now."
        found.append(Remark(row, shown(language), reason))
    return tuple(found)
