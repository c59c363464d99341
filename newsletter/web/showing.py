"""How a letter is shown on the page that checks it: language, screen, whose it is."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Depends, Query
from sqlmodel import Session

from newsletter import db, deliveries, editions, i18n
from newsletter.editions.compose import goes_out
from newsletter.i18n import N_
from newsletter.models import Edition, Issue
from newsletter.web.deps import Site
from newsletter.web.sessions import Visitor
from subscribers import people
from subscribers.errors import InvalidAddress
from subscribers.models import MailingList, Subscriber


class View(StrEnum):
    """What a letter is looked at through."""

    PHONE = "phone"
    DESKTOP = "desktop"
    DARK = "dark"
    INVERTED = "inverted"  # a mail program that turns all colours round by itself
    TEXT = "text"
    BARE = "bare"  # without pictures
    ALL = "all"  # every language, side by side


VIEWS = {
    View.PHONE: N_("Phone"),
    View.DESKTOP: N_("Desktop"),
    View.DARK: N_("Dark"),
    View.INVERTED: N_("Dark, inverted"),
    View.TEXT: N_("Text"),
    View.BARE: N_("No pictures"),
    View.ALL: N_("All languages"),
}
# What each view asks the raw preview for.
_ASKED = {
    View.PHONE: "w=390",
    View.DESKTOP: "w=720",
    View.DARK: "w=390&scheme=dark",
    View.INVERTED: "w=390&scheme=inverted",
    View.TEXT: "part=text",
    View.BARE: "w=390&images=off",
    View.ALL: "w=390",
}


@dataclass(frozen=True)
class Shown:
    """What the address of the page asks for."""

    language: str
    view: View
    email: str  # of the person whose letter it is to be
    number: int | None  # … or theirs: links of ours hold no address
    still: bool  # the page does not fetch itself again
    whole: bool  # every check runs before the page is shown: without a script


def asked(
    show: str = "",
    view: str = "",
    to: str = "",
    number: Annotated[int | None, Query(alias="as", ge=1, lt=2**31)] = None,
    still: str = "",
    every: Annotated[str, Query(alias="all")] = "",
) -> Shown:
    """Read what is to be shown; what makes no sense is the phone."""
    found = View(view) if view in set(View) else View.PHONE
    return Shown(show, found, to.strip()[:254], number, bool(still), bool(every))


ShownAs = Annotated[Shown, Depends(asked)]


@dataclass(frozen=True)
class Sight:
    """One frame: an edition, and the address of what stands in it."""

    language: str
    address: str
    sender: str
    subject: str
    preheader: str


@dataclass(frozen=True)
class Person:
    """Whose letter it is, and why they get it, or why not."""

    email: str
    said: str
    gets: str | None  # the language


def values(
    session: Session, here: Site, issue: Issue, visitor: Visitor, shown: Shown
) -> dict[str, Any]:
    """Return what the template of the preview says."""
    shown = _named(session, visitor, shown)
    person = _person(session, here, issue, visitor, shown.email)
    every = list(editions.editions_of(session, issue))
    tags = [edition.language for edition in every]
    wanted = person.gets if person and person.gets else shown.language
    language = wanted if wanted in tags else next(iter(tags), "")
    number = _number(session, person)
    sights = [
        _sight(session, issue, edition, shown.view, number)
        for edition in every
        if shown.view is View.ALL or edition.language == language
    ]
    nothing = person is not None and person.gets is None
    return {
        "shown": shown,
        "views": VIEWS,
        "previewed": language,
        "sights": [] if nothing else sights,
        "person": person,
        "clock_now": _clock(session, issue, visitor.language),
        "silent": [edition.language for edition in every if not goes_out(edition)],
    }


def _named(session: Session, visitor: Visitor, shown: Shown) -> Shown:
    """Put an address for the number of a person, for those who may see addresses."""
    if shown.email or shown.number is None or not visitor.may_write:
        return shown
    found = session.get(Subscriber, shown.number)
    return replace(shown, email=found.email) if found else shown


def _clock(session: Session, issue: Issue, language: str) -> str:
    """Return the time of day at which it would lie in an inbox."""
    at = issue.send_at or db.now(session)
    return i18n.clock(at.astimezone(ZoneInfo(issue.timezone)).time(), language)


def _sight(
    session: Session, issue: Issue, edition: Edition, view: View, number: int | None
) -> Sight:
    mailing_list = session.get_one(MailingList, issue.list_id)
    base = f"/issues/{issue.id}/preview/{edition.language}?{_ASKED[view]}"
    return Sight(
        edition.language,
        f"{base}&as={number}" if number else base,
        mailing_list.sender_name or mailing_list.name_in(edition.language),
        edition.subject,
        edition.preheader,
    )


def _person(
    session: Session, here: Site, issue: Issue, visitor: Visitor, email: str
) -> Person | None:
    """Return what somebody gets; None where nobody is asked about, or by a guest."""
    if not email or not visitor.may_write:
        return None
    language, now = visitor.language, db.now(session)
    try:
        found = deliveries.explain(
            session, issue, email, here.settings.keys, now=now, language=language
        )
    except InvalidAddress:
        said = N_("This is not a whole address. Please type it like lea@example.org.")
        return Person(email, i18n.translator(language)(said), None)
    return Person(email, found.sentence, found.gets)


def _number(session: Session, person: Person | None) -> int | None:
    if person is None or person.gets is None:
        return None
    found = people.find(session, person.email)
    return found.id if found else None
