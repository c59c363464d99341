"""What every change of an issue's contents shares: who may, and what they saw."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response

from newsletter import audit, i18n
from newsletter.errors import (
    BadSection,
    IssueChanged,
    IssueNotEditable,
    ItemNotFound,
    SectionNotFound,
)
from newsletter.i18n import N_
from newsletter.models import Action, Change, Issue, Role
from newsletter.web import composer, sessions
from newsletter.web.composer import Asker
from newsletter.web.deps import Here, Writing
from newsletter.web.sessions import Visitor

# What somebody else did in the meantime: the item, or where it was to go, is gone.
_OVERTAKEN = (IssueChanged, ItemNotFound, SectionNotFound)

Writer = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR))]


def asker_of(request: Request, visitor: Writer, here: Here, session: Writing) -> Asker:
    """Return who asks for a change."""
    return Asker(request, here, visitor, session)


Asking = Annotated[Asker, Depends(asker_of)]


def seen(form: dict[str, str]) -> int | None:
    """Return which state of the contents the page showed, if it says so."""
    return number(form.get("seen", ""))


def number(text: str) -> int | None:
    """Return a number that fits a column, None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def attempt(
    asker: Asker, issue: Issue, make: Callable[[str], Change], *, logged: bool = True
) -> Response:
    """Make one change in the name of who asks, or say why it was not made."""
    language = asker.visitor.language
    try:
        # What was begun before it failed must not stay.
        with asker.session.begin_nested():
            change = make(asker.visitor.name)
    except _OVERTAKEN:
        said = composer.overtaken(language)
    except BadSection:
        said = i18n.translator(language)(
            N_("A section needs a name of its own, of at most 100 characters.")
        )
    except IssueNotEditable:
        said = i18n.translator(language)(
            N_("It has left in the meantime: what is in it can no longer change.")
        )
    else:
        if logged:
            note(asker, issue, change)
        return composer.changed(asker, issue, change)
    asker.session.refresh(issue)
    return composer.refused(asker, issue, said)


def note(asker: Asker, issue: Issue, change: Change) -> None:
    """Keep in the log what was changed."""
    audit.note(
        asker.session,
        asker.visitor.person,
        Action.CHANGED_ISSUE,
        issue=issue,
        subject=change.subject,
        change=change.kind.value,
        many=change.many,
    )
