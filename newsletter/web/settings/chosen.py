"""Which list the settings are of, and the frame around each of their pages."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Depends
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from newsletter import audit
from newsletter.i18n import N_
from newsletter.models import Action
from newsletter.web import sessions
from newsletter.web.deps import Site
from newsletter.web.sessions import Visitor
from subscribers import addresses, lists
from subscribers.errors import InvalidAddress
from subscribers.models import MailingList

Admin = Annotated[Visitor, Depends(sessions.allowed())]

NO_ADDRESS = N_("This is not an e-mail address.")
NO_PAGE = N_("Write the whole address of the page; it begins with https://.")


def page(
    here: Site,
    visitor: Visitor,
    session: Session,
    template: str,
    mailing_list: MailingList,
    **values: Any,
) -> HTMLResponse:
    """Return a page of settings.

    `errors` maps fields to words, `refused` holds those of a rule, `saved` is not empty
    right after a change.
    """
    filled = {"errors": {}, "refused": "", "saved": ""} | values
    return here.pages.answer(
        f"staff/settings/{template}",
        visitor.language,
        status=422 if filled["errors"] or filled["refused"] else 200,
        visitor=visitor,
        own=mailing_list,
        lists=lists.every(session),
        **filled,
    )


def changed(
    session: Session,
    visitor: Visitor,
    mailing_list: MailingList,
    what: Sequence[str],
    action: Action = Action.CHANGED_LIST,
) -> None:
    """Keep that these columns of a list were changed, if any were."""
    if what:
        subject = mailing_list.name_in("")
        audit.note(session, visitor.person, action, subject=subject, what=list(what))


def worded(
    form: Mapping[str, str], field: str, languages: Sequence[str]
) -> dict[str, str]:
    """Return the words of a field that a form has once per language."""
    named = {tag: f"{field}.{tag}" for tag in languages}
    return {tag: form[name].strip() for tag, name in named.items() if name in form}


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return the names of what is not as it was."""
    return [name for name, value in after.items() if before.get(name) != value]


def wrong_address(text: str) -> bool:
    """Whether a field that may be empty holds something that is no address."""
    if not text.strip():
        return False
    try:
        addresses.normalise(text)
    except InvalidAddress:
        return True
    return False
