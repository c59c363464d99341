"""How the archive sorts its letters: by list, by year, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlmodel import Session

from newsletter.web.failures import not_found
from newsletter.web.published import Letter
from subscribers import lists
from subscribers.models import MailingList

# Years are laid out until this many letters are; older ones are a click away.
_ENOUGH = 24


@dataclass(frozen=True)
class Shelf:
    """The letters of one year."""

    year: int
    letters: tuple[Letter, ...]


@dataclass(frozen=True)
class Shelves:
    """What one page of the archive shows."""

    latest: Letter | None  # shown large, and not once more below
    open: tuple[Shelf, ...]
    closed: tuple[Shelf, ...]
    year: int | None  # the one that was asked for


def list_called(session: Session, slug: str) -> MailingList | None:
    """Return the open list that an address names; None for all; raises 404."""
    if not slug:
        return None
    found = [each for each in lists.offered(session) if each.slug == slug]
    if not found:
        raise not_found()
    return found[0]


def arrange(letters: Sequence[Letter], *, year: str = "") -> Shelves:
    """Return letters by year; raises 404 for a year that has none.

    With `year` only that one is open, and no letter is shown large.
    """
    if year:
        return _one_year(_by_year(letters), year)
    latest, rest = next(iter(letters), None), _by_year(letters[1:])
    opened: list[Shelf] = []
    for shelf in rest:
        if sum(len(each.letters) for each in opened) >= _ENOUGH:
            break
        opened.append(shelf)
    return Shelves(latest, tuple(opened), tuple(rest[len(opened) :]), None)


def _one_year(shelves: list[Shelf], year: str) -> Shelves:
    mine = tuple(shelf for shelf in shelves if str(shelf.year) == year)
    if not mine:
        raise not_found()
    others = tuple(shelf for shelf in shelves if shelf not in mine)
    return Shelves(None, mine, others, mine[0].year)


def _by_year(letters: Sequence[Letter]) -> list[Shelf]:
    years = groupby(letters, key=lambda letter: letter.day.year)
    return [Shelf(year, tuple(each)) for year, each in years]
