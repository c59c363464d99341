"""What is kept of people, how long and who sees it: /settings/privacy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from newsletter import i18n, notices, relays, staff
from newsletter.bounces import keeping
from newsletter.config import INTERFACE_LANGUAGES, Settings
from newsletter.i18n import N_
from newsletter.models import Role
from newsletter.web import sessions
from newsletter.web.deps import Here, Reading, Site
from newsletter.web.sessions import SignedIn
from newsletter.web.settings import chosen
from subscribers import lists, unconfirmed
from subscribers.models import MailingList

router = APIRouter(dependencies=[Depends(sessions.same_site)])

ROLES: Mapping[Role, str] = {
    Role.ADMIN: N_("admin: everything"),
    Role.EDITOR: N_("editor: issues and subscribers"),
    Role.TRANSLATOR: N_("translator: words of their languages"),
    Role.VIEWER: N_("viewer: reads"),
}

_KEPT: tuple[tuple[str, timedelta | None], ...] = (
    (N_("Address, name, languages, topics and consent of a subscriber"), None),
    (N_("That somebody has left, as proof"), None),
    (N_("Which letters left for whom, and what the mail server said"), None),
    (N_("What came back of a letter, word by word"), keeping.KEPT),
    (N_("Somebody who subscribed and never confirmed"), unconfirmed.KEPT_FOR),
    (N_("What was asked on a form"), unconfirmed.REQUESTS_FOR),
    (
        N_("From which network a form was sent, as a fingerprint"),
        unconfirmed.NETWORKS_FOR,
    ),
    (N_("Mails about subscribing and choices"), notices.KEPT),
    (N_("What an import changed, so that it can be taken back"), None),
    (N_("Log-ins of staff"), staff.ABSOLUTE),
)


@dataclass(frozen=True)
class Kept:
    """One kind of data, and how long it stays."""

    what: str
    how_long: str


@dataclass(frozen=True)
class Words:
    """The texts for an organisation's own papers, in one language; escaped."""

    language: str
    page: str
    register: str


@router.get("/settings/privacy")
def show(
    visitor: SignedIn,
    here: Here,
    session: Reading,
    list: str | None = None,  # noqa: A002  # the glossary's word, in the address
) -> HTMLResponse:
    """Show what is kept and who sees it, with texts to copy."""
    own = lists.get(session, list or None)
    people = [each for each in staff.every(session) if each.left_at is None]
    return chosen.page(
        here,
        visitor,
        session,
        "privacy.html",
        own,
        kept=_kept(visitor.language),
        people=people,
        roles=ROLES,
        words=[_words(here, own, tag) for tag in INTERFACE_LANGUAGES],
    )


def _kept(language: str) -> list[Kept]:
    say = i18n.translator(language)
    return [
        Kept(
            say(what),
            say.ngettext("one day", "{n} days", time.days)
            if time
            else say(N_("until they are erased")),
        )
        for what, time in _KEPT
    ]


def _words(here: Site, own: MailingList, language: str) -> Words:
    values: dict[str, Any] = {
        "name": own.name_in(language),
        "legal": own.legal_in(language),
        "contact": own.reply_to or own.sender_address,
        "provider": _provider(here.settings),
        "failures": keeping.KEPT.days,
        "unconfirmed": unconfirmed.KEPT_FOR.days,
    }
    folder = "staff/settings"
    return Words(
        language,
        here.pages.text(f"{folder}/_privacy_page.html", language, **values).strip(),
        here.pages.text(f"{folder}/_register.html", language, **values).strip(),
    )


def _provider(settings: Settings) -> str:
    """Return what the relay's company is called, "" where it is nobody we know."""
    preset = relays.propose(settings.relay.host) if settings.relay else None
    return preset.title if preset and preset.hosts else ""
