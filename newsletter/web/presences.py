"""Who is at an issue now: said by each open page, every half minute."""

from collections.abc import Mapping

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from sqlmodel import Session, select

from newsletter import db
from newsletter.issues import presence
from newsletter.models import Issue, IssueItem, Presence
from newsletter.web import numbered, sessions
from newsletter.web.deps import Here, Site, Writing
from newsletter.web.sessions import GenuineForm, SignedIn
from newsletter.web.writers import Writer, of_staff

router = APIRouter(dependencies=[Depends(sessions.same_site)])


@router.post("/issues/{issue_id}/presence")
def beat(
    issue_id: int, visitor: SignedIn, form: GenuineForm, here: Here, session: Writing
) -> HTMLResponse:
    """Write down which cell is open, and answer who else is there."""
    issue = numbered.issue(session, issue_id)
    return answer(here, session, issue, of_staff(visitor, issue), form)


def answer(
    here: Site, session: Session, issue: Issue, writer: Writer, form: Mapping[str, str]
) -> HTMLResponse:
    """Write down where somebody is, and return who else is at the issue."""
    now, row = db.now(session), form.get("row", "")
    item_id = int(row) if row.isascii() and row.isdigit() and len(row) < 10 else None
    if item_id is not None and not _is_there(session, issue, item_id):
        item_id = None
    presence.arrive(
        session,
        Presence(
            holder=writer.holder,
            issue_id=issue.id or 0,
            item_id=item_id,
            language=form.get("language", "")[:35],
            who=writer.author.name[:254],
            seen_at=now,
        ),
    )
    others = presence.others(session, issue, than=writer.holder, now=now)
    return here.pages.answer("staff/_present.html", writer.language, others=others)


def _is_there(session: Session, issue: Issue, item_id: int) -> bool:
    query = select(IssueItem.id).where(
        IssueItem.issue_id == issue.id, IssueItem.item_id == item_id
    )
    return session.exec(query).first() is not None
