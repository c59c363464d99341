"""The second step of an import: what its columns and languages were taken for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from newsletter import errands
from newsletter.i18n import N_
from newsletter.models import Errand
from newsletter.web.deps import Site
from subscribers import importing
from subscribers.importing import Column, Preview, Role
from subscribers.languages import fold

KEPT = "attribute"
# What a column may be, in the order of the choice.
ROLES: Mapping[str, str] = {
    "": N_("leave out"),
    Role.EMAIL.value: N_("address"),
    Role.NAME.value: N_("name"),
    Role.FIRST_NAME.value: N_("first name"),
    Role.LAST_NAME.value: N_("last name"),
    Role.LANGUAGE.value: N_("language"),
    Role.SECOND_LANGUAGE.value: N_("second language"),
    Role.TAGS.value: N_("topics and tags"),
    KEPT: N_("keep as it is"),
    Role.STATUS.value: N_("status with the old program"),
    Role.LEFT.value: N_("yes means they left"),
    Role.STAYED.value: N_("no means they left"),
    Role.ATTRIBUTES.value: N_("data of another program"),
}


@dataclass(frozen=True)
class Guess:
    """One column: what it was taken for, and its first cells."""

    column: Column
    role: str


@dataclass(frozen=True)
class Word:
    """One word for a language, and which it means; "": none we know."""

    value: str
    language: str
    count: int


@dataclass(frozen=True)
class Guesses:
    """What an import would go by."""

    columns: Sequence[Guess]
    words: Sequence[Word]
    rows: int  # of the file's first lines, to be shown

    @property
    def unknown(self) -> int:
        """How many words for languages nobody knows yet."""
        return sum(1 for each in self.words if not each.language)


def of_errand(here: Site, errand: Errand) -> Guesses:
    """Return what the file's beginning says; raises UnreadableFile."""
    order = errands.order_of(errand.list_id, errand.facts, dry_run=True)
    with errands.path_of(here.settings, errand.facts["file"]).open("rb") as file:
        found = importing.preview(here.engine, file, order)
    dropped = set(errand.facts.get("dropped") or ())
    columns = [Guess(each, _role(each, dropped)) for each in found.columns]
    rows = max((len(each.cells) for each in found.columns), default=0)
    return Guesses(columns, _words(found, errand.facts.get("spoken") or {}), rows)


def chosen(guesses: Guesses, form: Mapping[str, str]) -> dict[str, Any]:
    """Return what a form decided otherwise than it was guessed."""
    roles = {
        each.column.index: form.get(f"c{each.column.index}", each.role)
        for each in guesses.columns
    }
    guessed = {each.column.index: each.role for each in guesses.columns}
    columns: dict[str, str | int] = {}
    for role in Role:
        wished = [at for at, each in roles.items() if each == role.value]
        if wished != [at for at, each in guessed.items() if each == role.value]:
            columns[role.value] = wished[0] if wished else ""
    dropped = [at for at, each in roles.items() if not each]
    spoken = {
        fold(form[f"v{n}"]): form.get(f"w{n}", "")
        for n in range(len(guesses.words))
        if f"v{n}" in form
    }
    return {"columns": columns, "dropped": dropped, "spoken": spoken}


def twice(guesses: Guesses, form: Mapping[str, str]) -> str:
    """Return a role that a form gave to two columns, where there may be one."""
    given = [form.get(f"c{each.column.index}", each.role) for each in guesses.columns]
    several = ("", KEPT, Role.STATUS.value, Role.LEFT.value, Role.STAYED.value)
    for role in given:
        if role not in several and given.count(role) > 1:
            return role
    return ""


def _role(column: Column, dropped: set[int]) -> str:
    kept = column.role == KEPT
    return "" if kept and column.index in dropped else column.role


def _words(found: Preview, spoken: Mapping[str, str]) -> list[Word]:
    return [
        Word(
            each.value,
            spoken.get(fold(each.value), each.language or ""),
            each.count,
        )
        for each in found.languages
    ]
