"""How many people a list has, as the page says it; long lists are not counted twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from newsletter import i18n
from newsletter.i18n import N_
from newsletter.models import Issue
from newsletter.web.outline import Sign
from newsletter.web.remembering import Counted
from subscribers import figures
from subscribers.directory import Group
from subscribers.figures import Figures
from subscribers.models import MailingList

_FRESH = timedelta(minutes=5)

GROUPS: Mapping[Group, Sign] = {
    Group.ACTIVE: Sign("✓", "ok", N_("Active")),
    Group.WAITING: Sign("◷", "info", N_("Waiting for confirmation")),
    Group.PAUSED: Sign("‖", "warn", N_("Paused")),
    Group.LEFT: Sign("–", "", N_("Left")),
    Group.STOPPED: Sign("✕", "bad", N_("No more mail")),
}


@dataclass(frozen=True)
class Headcount:
    """What stands on top of the page; `figures` None: a long list, not counted yet."""

    figures: Figures | None
    title: str
    moved: str  # who came and went since the last issue; may be empty


def of_list(
    session: Session,
    kept: Counted,
    mailing_list: MailingList,
    language: str,
    *,
    wait: bool,
    now: datetime,
) -> Headcount:
    """Return what is known; with `wait` also what takes most of a second to count."""
    list_id = mailing_list.id or 0
    found = kept.of(list_id, after=now - _FRESH)
    few = found is None and figures.are_few(session, list_id)
    if found is None and (few or wait):
        found = figures.of_list(session, list_id, now=now)
        if not few:
            kept.keep(list_id, found)
    if found is None:
        _ = i18n.translator(language)
        many = i18n.number(figures.FEW, language)
        return Headcount(None, _("More than {many} people", many=many), "")
    moved = _moved(session, list_id, language)
    return Headcount(found, _title(found, language), moved)


def _title(found: Figures, language: str) -> str:
    _ = i18n.translator(language)
    many = found.of(Group.ACTIVE)
    if not found.total:
        return _("No one is on the list yet")
    if not many:
        return _("Nobody gets the letter yet")
    if many == 1:
        return _("One person gets the letter")
    return _("{many} people get the letter", many=i18n.number(many, language))


def _moved(session: Session, list_id: int, language: str) -> str:
    """Say who came and went since the last issue left."""
    query = (
        select(Issue)
        .where(Issue.list_id == list_id, col(Issue.started_at).is_not(None))
        .order_by(col(Issue.started_at).desc())
    )
    issue = session.exec(query.limit(1)).first()
    if issue is None or issue.started_at is None:
        return ""
    _ = i18n.translator(language)
    joined = figures.joined_since(session, list_id, issue.started_at)
    left = figures.left_since(session, list_id, issue.started_at)
    number = i18n.number(issue.number or 0, language)
    if not joined and not left:
        return _("Nobody joined or left since No {number}.", number=number)
    return _(
        "{joined} joined and {left} left since No {number}.",
        joined=i18n.number(joined, language),
        left=i18n.number(left, language),
        number=number,
    )
