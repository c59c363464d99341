"""Earlier versions of an issue's words, and what else was done to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from sqlmodel import Session, col, or_, select

from newsletter import editions
from newsletter.i18n import N_
from newsletter.items import differences, revisions
from newsletter.items.differences import Difference
from newsletter.items.revisions import Text, Whose
from newsletter.models import Action, AuditEntry, Issue, Revision
from newsletter.web import numbered, outline, sessions, sources, wording
from newsletter.web.deps import Here, Reading
from newsletter.web.sessions import SignedIn
from newsletter.web.walking import Matrix
from newsletter.web.writers import LINES, Writer, of_staff

router = APIRouter(dependencies=[Depends(sessions.same_site)])

_SHOWN = 40  # a page
_DONE = {
    Action.CREATED_ISSUE: N_("made this issue"),
    Action.CHANGED_ISSUE: N_("changed the issue"),
    Action.DISCARDED_ISSUE: N_("discarded it"),
    Action.APPROVED: N_("approved it"),
    Action.OVERRODE: N_("let it leave although a check said no"),
    Action.TESTED: N_("sent a test"),
    Action.SCHEDULED: N_("said when it leaves"),
    Action.TOOK_BACK: N_("took it back"),
    Action.PAUSED: N_("paused it"),
    Action.RESUMED: N_("let it go on"),
    Action.STOPPED: N_("stopped it"),
    Action.CORRECTED: N_("corrected the page on the web"),
    Action.MADE_LINK: N_("made a link for a guest"),
    Action.ENDED_LINK: N_("ended the link of a guest"),
}


@dataclass(frozen=True)
class Changed:
    """One field of a version beside the version before."""

    label: str
    difference: Difference


@dataclass(frozen=True)
class Version:
    """Words as somebody saved them once."""

    who: str
    at: datetime
    title: str
    language: str
    address: str
    revision: int
    lost: bool
    current: int  # the version that counts now: a restore replaces that one
    counts: bool
    may_restore: bool
    changes: tuple[Changed, ...]


@dataclass(frozen=True)
class Deed:
    """Something else that was done to the issue."""

    who: str
    at: datetime
    words: str
    subject: str


@dataclass(frozen=True)
class Wanted:
    """Which versions are asked for: of one row, of one language, before a moment."""

    row: str
    language: str
    before: datetime | None


def wanted_of(row: str = "", language: str = "", before: str = "") -> Wanted:
    """Return what an address asks for; what makes no sense asks for nothing."""
    known = row == LINES or (row.isascii() and row.isdigit() and len(row) < 10)
    return Wanted(row if known else "", language[:35], _moment(before))


@router.get("/issues/{issue_id}/history")
def look(
    issue_id: int,
    visitor: SignedIn,
    here: Here,
    session: Reading,
    wanted: Annotated[Wanted, Depends(wanted_of)],
) -> HTMLResponse:
    """List what was saved and done, the newest first; of one cell if it is named."""
    issue = numbered.issue(session, issue_id)
    found = _versions(session, issue, wanted, of_staff(visitor, issue))
    shown: list[Version | Deed] = [*found, *_deeds(session, issue, wanted)]
    shown.sort(key=lambda each: each.at, reverse=True)
    return here.pages.answer(
        "staff/history.html",
        visitor.language,
        visitor=visitor,
        issue=issue,
        sign=outline.sign(session, issue),
        zone=ZoneInfo(issue.timezone),
        entries=shown[:_SHOWN],
        older=shown[_SHOWN - 1].at.isoformat() if len(shown) > _SHOWN else "",
        row=wanted.row,
        of_language=wanted.language,
    )


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _versions(
    session: Session, issue: Issue, wanted: Wanted, writer: Writer
) -> list[Version]:
    matrix = Matrix(editions.coverage(session, issue))
    titles = {row.item.id: row.title for row in matrix.coverage.rows}
    query = select(Revision).where(
        or_(Revision.issue_id == issue.id, col(Revision.item_id).in_(titles))
    )
    if wanted.row == LINES:
        query = query.where(Revision.issue_id == issue.id)
    elif wanted.row:
        query = query.where(Revision.item_id == int(wanted.row))
    if wanted.language:
        query = query.where(Revision.language == wanted.language)
    if wanted.before:
        query = query.where(col(Revision.saved_at) < wanted.before)
    newest = query.order_by(col(Revision.saved_at).desc(), col(Revision.id).desc())
    found = session.exec(newest.limit(_SHOWN + 1)).all()
    beside = _Beside(
        matrix,
        writer,
        revisions.before(session, found),
        revisions.texts_of(session, found),
    )
    return [_version(each, beside) for each in found]


@dataclass(frozen=True)
class _Beside:
    """What all versions of a page are told beside."""

    matrix: Matrix
    writer: Writer
    before: Mapping[int | None, Revision]
    texts: Mapping[Whose, Text]  # as they stand now


def _version(each: Revision, beside: _Beside) -> Version:
    matrix, writer = beside.matrix, beside.writer
    row = str(each.item_id) if each.item_id else LINES
    title = next((r.title for r in matrix.coverage.rows if str(r.item.id) == row), "")
    current, words = _current(beside.texts.get(revisions.whose(each)))
    may = each.language in matrix.languages and writer.may_write(
        each.language, source=matrix.source(row)
    )
    return Version(
        who=each.who,
        at=each.saved_at,
        title=title,
        language=each.language,
        address=writer.address(row, each.language),
        revision=each.id or 0,
        lost=each.lost,
        current=current,
        counts=not each.lost and words == each.words,
        may_restore=may,
        changes=_changes(each, beside.before.get(each.id), writer.language),
    )


def _current(text: Text | None) -> tuple[int, dict[str, str]]:
    return (text.version, revisions.words_of(text)) if text else (0, {})


def _changes(
    each: Revision, earlier: Revision | None, language: str
) -> tuple[Changed, ...]:
    had = earlier.words if earlier else {}
    return tuple(
        Changed(
            wording.label(name, of_language=each.language, in_language=language),
            differences.between(
                sources.plain(name, had.get(name, "")),
                sources.plain(name, said),
                each.language,
            ),
        )
        for name, said in each.words.items()
        if said != had.get(name, "")
    )


def _deeds(session: Session, issue: Issue, wanted: Wanted) -> list[Deed]:
    if wanted.row or wanted.language:
        return []
    query = select(AuditEntry).where(AuditEntry.issue_id == issue.id)
    if wanted.before:
        query = query.where(col(AuditEntry.at) < wanted.before)
    found = session.exec(
        query.order_by(col(AuditEntry.id).desc()).limit(_SHOWN + 1)
    ).all()
    return [
        Deed(
            each.who,
            each.at,
            _DONE.get(each.action, N_("changed the issue")),
            each.subject,
        )
        for each in found
    ]
