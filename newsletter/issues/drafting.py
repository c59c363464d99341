"""The draft that is composed next, and news that goes into it or out of it again."""

from collections.abc import Sequence

from sqlalchemy import delete, update
from sqlmodel import Session, col, func, select

from newsletter import i18n
from newsletter.issues import composing
from newsletter.issues.composing import Plan
from newsletter.models import Issue, IssueItem, IssueState, Item, ItemState, ItemType
from subscribers.clock import utcnow
from subscribers.inserts import insert_new
from subscribers.models import MailingList

# Where news of a kind goes by itself; the names that section_name knows in every
# language, whichever the list's own sections are written in.
_HOMES = {
    ItemType.EVENT: ("Agenda", "Events"),
    ItemType.DOCUMENTS: ("Documents", "Publications"),
    ItemType.VIDEO: ("Videos",),
}
_LEAD = "Lead story"
_REST = ("News", "In brief")
# What a list without sections of its own is laid out like.
_USUAL = ("", "Videos", "Agenda", "Documents")


def open_draft(session: Session, mailing_list: MailingList) -> Issue | None:
    """Return the issue that news is collected for now: the list's newest draft."""
    return session.exec(
        select(Issue)
        .where(Issue.list_id == mailing_list.id, Issue.state == IssueState.DRAFT)
        .order_by(col(Issue.id).desc())
        .limit(1)
    ).first()


def next_draft(session: Session, mailing_list: MailingList) -> Issue:
    """Return the open draft of a list, made if it has none."""
    found = open_draft(session, mailing_list)
    if found is not None:
        return found
    number = composing.next_number(session, mailing_list.id or 0)
    title = f"{mailing_list.name_in(mailing_list.default_language)} {number}"
    return composing.create(session, mailing_list, Plan(title=title[:300]))


def sections_of(session: Session, issue: Issue) -> list[str]:
    """Return the names of an issue's sections in order: the list's, then its own."""
    mailing_list = session.get_one(MailingList, issue.list_id)
    planned = [str(each.get("name", "")) for each in mailing_list.sections]
    there = session.exec(
        select(IssueItem.section)
        .where(IssueItem.issue_id == issue.id)
        .order_by(col(IssueItem.position))
    )
    return list(dict.fromkeys((*(planned or _USUAL), *there)))


def add_item(
    session: Session, issue: Issue, item: Item, *, section: str | None = None
) -> bool:
    """Put an item at the end of its section; False if the issue has it already.

    Without `section` it goes where news of its kind goes: an event to the agenda, the
    first story to the top. Raises IssueNotEditable.
    """
    composing.require_editable(issue)
    order = sections_of(session, issue)
    home = section if section is not None else _home(session, issue, item, order)
    position = _end_of(session, issue, home, order)
    row = {
        "issue_id": issue.id,
        "item_id": item.id,
        "position": position + 1,
        "section": home[:100],
    }
    if not insert_new(session, IssueItem, row):
        return False
    session.execute(
        update(IssueItem)
        .where(
            col(IssueItem.issue_id) == issue.id,
            col(IssueItem.item_id) != item.id,
            col(IssueItem.position) > position,
        )
        .values(position=col(IssueItem.position) + 1)
    )
    if item.state is not ItemState.USED:
        item.state = ItemState.KEPT
    issue.updated_at = utcnow()
    session.add_all((item, issue))
    session.flush()
    return True


def remove_item(session: Session, issue: Issue, item: Item) -> bool:
    """Take an item out of an issue; False if it is not in it. It stays on the desk."""
    composing.require_editable(issue)
    gone = session.execute(
        delete(IssueItem).where(
            col(IssueItem.issue_id) == issue.id, col(IssueItem.item_id) == item.id
        )
    )
    issue.updated_at = utcnow()
    session.add(issue)
    return bool(getattr(gone, "rowcount", 0))


def _home(session: Session, issue: Issue, item: Item, order: Sequence[str]) -> str:
    by_key = {_key(name): name for name in reversed(order)}
    for name in _HOMES.get(item.type, ()):
        if _key(name) in by_key:
            return by_key[_key(name)]
    lead = by_key.get(_key(_LEAD))
    if lead is not None and not _has_any(session, issue, lead):
        return lead
    rest = next((by_key[_key(n)] for n in _REST if _key(n) in by_key), None)
    if rest is not None:
        return rest
    plain = [name for name in order if name != lead and _key(name) not in _SPECIAL]
    return plain[0] if plain else ""


def _key(name: str) -> str:
    return i18n.section_name(name, "en").casefold() if name else ""


_SPECIAL = frozenset(_key(name) for names in _HOMES.values() for name in names)


def _has_any(session: Session, issue: Issue, section: str) -> bool:
    query = select(IssueItem.id).where(
        IssueItem.issue_id == issue.id, IssueItem.section == section
    )
    return session.exec(query.limit(1)).first() is not None


def _end_of(session: Session, issue: Issue, section: str, order: Sequence[str]) -> int:
    """Return the position of the last item of a section, or of those before it."""
    before = order[: order.index(section) + 1] if section in order else order
    query = select(func.max(IssueItem.position)).where(
        IssueItem.issue_id == issue.id, col(IssueItem.section).in_(list(before))
    )
    return session.exec(query).one() or 0
