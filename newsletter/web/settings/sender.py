"""Whom letters come from, and the ways they leave: /settings/sender."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from newsletter import estimates, i18n, relays
from newsletter.config import MAIN, Settings, is_loopback
from newsletter.i18n import N_
from newsletter.models import Action
from newsletter.relays import Preset, Profile
from newsletter.web import sessions
from newsletter.web.deps import Here, Reading, Site, Writing
from newsletter.web.sessions import GenuineForm, SignedIn, Visitor
from newsletter.web.settings import chosen
from newsletter.web.settings.chosen import Admin
from subscribers import lists
from subscribers.lists import Changes
from subscribers.models import MailingList, UnknownPolicy

router = APIRouter(dependencies=[Depends(sessions.same_site)])

_LONGEST_NAME = 200
_PEOPLE = 1_000  # in a sentence about time, before the first issue

_FREEMAIL = N_(
    "Receivers refuse newsletters that come in the name of this mail provider. Use an "
    "address at a domain of your own."
)
_LONG_NAME = N_("Write a name of one line, of 200 characters at most.")
_NAME_IS_ADDRESS = N_(
    "This name looks like an address. Write the name of your organisation."
)

_FROM_SERVER = N_("from {setting}")
_FROM_PRESET = N_("usual for this provider")
_STATED = N_("stated here")


@dataclass(frozen=True)
class Way:
    """A relay as the page shows it."""

    profile: Profile
    limits: str  # in words
    takes: str  # how long for so many people
    proposed: Preset | None
    figures: Mapping[str, str]  # what the form holds: stated here, or nothing
    usual: Mapping[str, str]  # what counts where nothing is stated
    sources: Mapping[str, str]  # who says so, in words

    @property
    def is_local(self) -> bool:
        """Whether mail goes no further than this machine to reach it."""
        return self.profile.address is not None and is_loopback(
            self.profile.address.host
        )

    @property
    def encrypts(self) -> bool:
        """Whether mail and password reach it encrypted."""
        return self.profile.address is not None and self.profile.address.tls != "none"


@router.get("/settings/sender")
def show(
    visitor: SignedIn,
    here: Here,
    session: Reading,
    list: str | None = None,  # noqa: A002  # the glossary's word, in the address
    saved: str = "",
) -> HTMLResponse:
    """Show the sender, the relays with their limits, and what the server sets."""
    own = lists.get(session, list or None)
    return page(here, visitor, session, own, saved=saved)


@router.post("/settings/sender")
def save(visitor: Admin, form: GenuineForm, here: Here, session: Writing) -> Response:
    """Change sender, relays and what silence means, or say what cannot work."""
    own = lists.get(session, form.get("list") or None)
    errors = _errors(form, own)
    if errors:
        return page(here, visitor, session, own, errors=errors, written=form)
    before = own.model_dump()
    lists.change(
        session,
        own,
        Changes(
            sender_name=form.get("sender_name"),
            sender_address=form.get("sender_address"),
            relays=_wished(form, [MAIN, *here.settings.more_relays]),
            on_unknown=UnknownPolicy(form["on_unknown"])
            if form.get("on_unknown") in set(UnknownPolicy)
            else None,
        ),
    )
    what = chosen.difference(before, own.model_dump())
    chosen.changed(session, visitor, own, what, Action.CHANGED_SENDER)
    return back(own)


def back(own: MailingList) -> Response:
    """Return to the page after a change."""
    return RedirectResponse(
        f"/settings/sender?list={own.slug}&saved=1", HTTPStatus.SEE_OTHER
    )


def page(
    here: Site,
    visitor: Visitor,
    session: Session,
    own: MailingList,
    *,
    written: Mapping[str, str] | None = None,
    opened: str = "",
    **more: Any,
) -> HTMLResponse:
    """Return the page; `written` is what somebody wrote that cannot be kept.

    `opened` names the relay whose limits they are about.
    """
    kept = {"sender_name": own.sender_name, "sender_address": own.sender_address}
    settings, language = here.settings, visitor.language
    last = estimates.usual_readers(session, own)
    profiles = relays.profiles(session, settings)
    return chosen.page(
        here,
        visitor,
        session,
        "sender.html",
        own,
        kept=kept | dict(written or {}),
        opened=opened,
        freemail=lists.is_freemail(own.sender_address),
        domain=lists.domain_of(own.sender_address),
        last=last,
        people=last or _PEOPLE,
        ways=[_way(each, last or _PEOPLE, language) for each in profiles],
        order=_order(own, profiles),
        on_unknown=own.on_unknown or settings.on_unknown,
        presets=relays.PRESETS,
        set_outside=set_outside(settings),
        **more,
    )


def set_outside(settings: Settings) -> list[tuple[str, str]]:
    """Return what only the server's settings say, without a secret: (name, value)."""
    relay = settings.relay
    return [
        ("NEWSLETTER_SMTP_URL", f"{relay.host}:{relay.port}" if relay else ""),
        ("NEWSLETTER_RELAYS", ", ".join(settings.more_relays)),
        ("NEWSLETTER_BASE_URL", settings.base_url),
        ("NEWSLETTER_BOUNCE_ADDRESS", settings.bounce_address),
        ("NEWSLETTER_UNSUBSCRIBE_ADDRESS", settings.unsubscribe_address),
        (
            "NEWSLETTER_DKIM_KEYS",
            ", ".join(key.selector for key in settings.dkim_keys),
        ),
    ]


def _errors(form: Mapping[str, str], own: MailingList) -> dict[str, str]:
    found = {}
    name = form.get("sender_name", "")
    if len(name) > _LONGEST_NAME or not name.isprintable():
        found["sender_name"] = _LONG_NAME
    elif "@" in name:
        found["sender_name"] = _NAME_IS_ADDRESS
    address = form.get("sender_address", own.sender_address).strip()
    if not address or chosen.wrong_address(address):
        found["sender_address"] = chosen.NO_ADDRESS
    elif lists.is_freemail(address) and address != own.sender_address:
        found["sender_address"] = _FREEMAIL
    return found


def _wished(form: Mapping[str, str], names: list[str]) -> list[str] | None:
    """Return the relays in the order of the form, or nothing where it asks for none.

    The order of the settings is stated as none at all, so that a relay which they
    get later is used too.
    """
    places = [form.get(f"relay.{place}", "") for place in range(len(names))]
    wished = [name for name in dict.fromkeys(places) if name in names]
    if not wished:
        return None
    return [] if wished == names else wished


def _order(own: MailingList, profiles: list[Profile]) -> list[str]:
    """Return the relay in each place of the list's order, "" where it names none."""
    names = [each.name for each in profiles]
    wished = [name for name in own.relays if name in names] or names
    return [*wished, *[""] * (len(names) - len(wished))]


def _way(profile: Profile, people: int, language: str) -> Way:
    address, sources = profile.address, profile.sources
    figures = {name: getattr(profile, name) for name in relays.FIGURES}
    stated = {name for name, source in sources.items() if source == "stated"}
    return Way(
        profile=profile,
        limits=relays.limits_in_words(profile, language),
        takes=relays.say(
            relays.estimate([profile], readers=people, groups={}), language
        ),
        proposed=relays.propose(address.host) if address else None,
        # No limit is stated as 0.
        figures={name: str(figures[name] or 0) for name in stated},
        usual={
            name: i18n.number(value, language) if value else ""
            for name, value in figures.items()
            if name not in stated
        },
        sources={name: _source(source, language) for name, source in sources.items()},
    )


def _source(source: str, language: str) -> str:
    say = i18n.translator(language)
    if source.startswith("NEWSLETTER_"):
        return say(_FROM_SERVER, setting=source)
    if source.startswith("preset"):
        return say(_FROM_PRESET)
    return say(_STATED) if source else ""
