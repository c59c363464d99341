"""Where the items of an issue stand: move, add and take out, one at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete
from sqlmodel import Session, col

from newsletter import i18n
from newsletter.errors import ItemNotFound, SectionNotFound
from newsletter.issues import changes
from newsletter.issues.changes import places_of
from newsletter.issues.composing import require_items
from newsletter.models import (
    Change,
    ChangeKind,
    Issue,
    IssueItem,
    Item,
    ItemType,
)

Groups = dict[str, list[IssueItem]]  # section → places, "" first

# Where each kind usually stands, by the names that every catalogue knows.
_USUAL = {
    ItemType.EVENT: ("Agenda", "Events"),
    ItemType.VIDEO: ("Videos",),
    ItemType.DOCUMENTS: ("Documents", "Publications"),
    ItemType.APPEAL: ("Campaign",),
}
_NEWS = ("News", "In brief")
_LEAD = "Lead story"


@dataclass(frozen=True)
class Spot:
    """A place in an issue: the section, "" before them all, and there from 0 on.

    An index beyond the end is the end.
    """

    section: str
    index: int


def move(
    session: Session,
    issue: Issue,
    item_id: int,
    *,
    to: Spot,
    by: str,
    seen: int | None = None,
) -> Change:
    """Put an item somewhere else in the issue.

    Raises IssueChanged, ItemNotFound, SectionNotFound, IssueNotEditable.
    """
    change = changes.keep(session, issue, ChangeKind.MOVED, by=by, seen=seen)
    groups = groups_of(session, issue)
    place = _taken(groups, item_id)
    require_section(groups, to.section)
    groups[to.section].insert(max(to.index, 0), place)
    store(session, issue, groups)
    return change


def step(
    session: Session,
    issue: Issue,
    item_id: int,
    *,
    down: bool,
    by: str,
    seen: int | None = None,
) -> Change:
    """Move an item one place up or down; past an end, into the next section."""
    groups = groups_of(session, issue)
    section = next((name for name, row in groups.items() if _has(row, item_id)), "")
    names, here = list(groups), groups.get(section, [])
    index = next((at for at, place in enumerate(here) if place.item_id == item_id), 0)
    target = names.index(section) + (1 if down else -1)
    if 0 <= index + (1 if down else -1) < len(here):
        index += 1 if down else -1
    elif 0 <= target < len(names):
        section = names[target]
        index = 0 if down else len(groups[section])
    return move(session, issue, item_id, to=Spot(section, index), by=by, seen=seen)


def add(
    session: Session,
    issue: Issue,
    items: Sequence[Item],
    *,
    section: str | None,
    by: str,
    seen: int | None = None,
) -> Change:
    """Add items at the end of a section; None: each where its kind usually stands.

    Those that are in it already stay where they are. Raises SectionNotFound.
    """
    require_items(session, [item.id or 0 for item in items])
    change = changes.keep(session, issue, ChangeKind.ADDED, by=by, seen=seen)
    groups = groups_of(session, issue)
    present = {place.item_id for row in groups.values() for place in row}
    fresh = [item for item in items if item.id not in present]
    for item in fresh:
        name = section if section is not None else _usual(groups, item)
        require_section(groups, name)
        place = IssueItem(issue_id=issue.id or 0, item_id=item.id or 0, position=0)
        session.add(place)
        groups[name].append(place)
    change.many = len(fresh)
    store(session, issue, groups)
    return change


def take_out(
    session: Session,
    issue: Issue,
    item_id: int,
    *,
    by: str,
    subject: str = "",
    seen: int | None = None,
) -> Change:
    """Take an item out of the issue; it stays on the desk, among those kept."""
    change = changes.keep(
        session, issue, ChangeKind.REMOVED, by=by, seen=seen, subject=subject
    )
    groups = groups_of(session, issue)
    place = _taken(groups, item_id)
    session.execute(delete(IssueItem).where(col(IssueItem.id) == place.id))
    session.expunge(place)
    store(session, issue, groups)
    return change


def add_item(
    session: Session, issue: Issue, item: Item, *, section: str | None = None
) -> bool:
    """Put one item of the desk at the end of its section; False if it is there.

    A section that is gone by now is as good as none. Raises IssueNotEditable.
    """
    if section is not None and section not in groups_of(session, issue):
        section = None
    return bool(add(session, issue, [item], section=section, by="").many)


def remove_item(session: Session, issue: Issue, item: Item) -> bool:
    """Take an item out of the issue again; False if it is not in it."""
    if not any(_has(row, item.id or 0) for row in groups_of(session, issue).values()):
        return False
    take_out(session, issue, item.id or 0, by="")
    return True


def sections_of(session: Session, issue: Issue) -> list[str]:
    """Return the names of an issue's sections in order, "" for what precedes them."""
    return list(groups_of(session, issue))


def groups_of(session: Session, issue: Issue) -> Groups:
    """Return the places by section, in the order of the sections, empty ones too."""
    places = places_of(session, issue)
    named = [*issue.sections, *(place.section for place in places)]
    groups: Groups = {"": [], **{name: [] for name in named if name}}
    for place in places:
        groups[place.section].append(place)
    return groups


def store(session: Session, issue: Issue, groups: Groups) -> None:
    """Number the places anew, as the groups have them."""
    position = 0
    for section, row in groups.items():
        for place in row:
            position += 1
            place.position, place.section = position, section
            session.add(place)
    issue.sections = [name for name in groups if name]
    session.flush()


def require_section(groups: Groups, section: str) -> None:
    """Raise SectionNotFound for a section the issue does not have."""
    if section not in groups:
        raise SectionNotFound(
            "There is no section “{section}” in this issue.", section=section[:100]
        )


def _usual(groups: Groups, item: Item) -> str:
    """Return the section an item belongs to: the first story leads."""
    known = {i18n.section_name(name, "en"): name for name in groups if name}
    lead = known.get(_LEAD)
    if item.type is ItemType.STORY and lead is not None and not groups[lead]:
        return lead
    wanted = _USUAL.get(item.type, _NEWS)
    return next((known[name] for name in (*wanted, *_NEWS) if name in known), "")


def _taken(groups: Groups, item_id: int) -> IssueItem:
    for row in groups.values():
        for at, place in enumerate(row):
            if place.item_id == item_id:
                return row.pop(at)
    raise ItemNotFound("Item {item} is not in this issue any more.", item=str(item_id))


def _has(row: Sequence[IssueItem], item_id: int) -> bool:
    return any(place.item_id == item_id for place in row)
