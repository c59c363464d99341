"""The domain doctor and a relay tried, as fragments: never more than three seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from newsletter import db, doctor, i18n, relays
from newsletter.doctor import Check, Colour, Diagnosis, Examination, Patient
from newsletter.i18n import N_
from newsletter.web import sessions
from newsletter.web.deps import Here, Site
from newsletter.web.outline import Sign
from newsletter.web.sessions import GenuineForm, SignedIn, Visitor
from newsletter.web.settings.chosen import Admin
from subscribers import lists
from subscribers.models import MailingList

router = APIRouter(dependencies=[Depends(sessions.same_site)])

NAMES = {
    Check.SENDER: N_("The domain in the sender’s address"),
    Check.MAILBOXES: N_("Answers and failures reach you"),
    Check.SPF: N_("Who may send in your name (SPF)"),
    Check.DKIM: N_("Letters are signed (DKIM)"),
    Check.DMARC: N_("What receivers do with forgeries (DMARC)"),
    Check.ALIGNMENT: N_("Signature and sender match"),
    Check.REVERSE: N_("The sending server has a name"),
    Check.PAGES: N_("Links and unsubscribing work"),
    Check.BLOCKLISTS: N_("Blocklists"),
    Check.EXTRAS: N_("Extras"),
    Check.LOOP: N_("A letter sent to yourself"),
    Check.RELAY: N_("The relay"),
    Check.HOUSE: N_("This program"),
}
LOOKS = {
    Colour.RED: Sign("✕", "bad", N_("To be fixed")),
    Colour.YELLOW: Sign("!", "warn", N_("Could be better")),
    Colour.GREY: Sign("?", "", N_("Not checked")),
    Colour.INFO: Sign("i", "info", N_("Good to know")),
    Colour.GREEN: Sign("✓", "ok", N_("In order")),
}


@dataclass(frozen=True)
class Light:
    """One check: how it ended, and what was found for each name."""

    check: Check
    name: str
    look: Sign
    diagnoses: Sequence[Diagnosis]

    @property
    def is_bad(self) -> bool:
        """Whether somebody has something to do."""
        return any(
            each.colour in (Colour.RED, Colour.YELLOW) for each in self.diagnoses
        )


@router.get("/settings/sender/domain")
def domain(
    visitor: SignedIn,
    here: Here,
    request: Request,
    list: str | None = None,  # noqa: A002  # the glossary's word, in the address
) -> HTMLResponse:
    """Show what receivers see of the sender; what was found is kept ten minutes."""
    own, patient = _patient(here, list)
    seen = here.doctor.examine(patient)
    return _answer(here, visitor, request, own, **_shown(seen, visitor.language))


@router.post("/settings/sender/domain")
def again(
    visitor: Admin, form: GenuineForm, here: Here, request: Request
) -> HTMLResponse:
    """Look at the domain anew, after a record was published."""
    own, patient = _patient(here, form.get("list"))
    seen = here.doctor.examine(patient, afresh=True)
    return _answer(here, visitor, request, own, **_shown(seen, visitor.language))


@router.post("/settings/sender/relays/{name}/try")
def try_relay(
    name: str, visitor: Admin, form: GenuineForm, here: Here, request: Request
) -> HTMLResponse:
    """Connect to a relay as a sender would, without sending anything."""
    with db.reading(here.engine) as session:
        own = lists.get(session, form.get("list") or None)
        profile = relays.get(session, here.settings, name)
    way = doctor.way_of(profile, lists.domain_of(own.sender_address))
    return _answer(here, visitor, request, own, tried=here.doctor.try_relay(way))


def _shown(seen: Examination, language: str) -> dict[str, Any]:
    said = headline(seen, language)
    return {"seen": seen, "lights": lights(seen), "headline": said}


def lights(seen: Examination) -> list[Light]:
    """Return a light for each check: first those that ask for something."""
    found = [
        Light(check, NAMES[check], LOOKS[seen.colour_of(check)], seen.of(check))
        for check in Check
        if seen.of(check)
    ]
    return sorted(found, key=lambda light: not light.is_bad)


def headline(seen: Examination, language: str) -> str:
    """Return the sentence above the lights."""
    colours = [seen.colour_of(check) for check in Check if seen.of(check)]
    bad, better = colours.count(Colour.RED), colours.count(Colour.YELLOW)
    say = i18n.translator(language)
    if bad:
        return say.ngettext("One thing to fix", "{n} things to fix", bad)
    if better:
        return say.ngettext(
            "One thing could be better", "{n} things could be better", better
        )
    if Colour.GREEN not in colours:
        return say(N_("Nothing could be checked: the network does not answer"))
    return say(N_("Receivers will trust this sender"))


def _patient(here: Site, slug: str | None) -> tuple[MailingList, Patient]:
    """Return whom to examine; no transaction is open when the network is asked."""
    with db.reading(here.engine) as session:
        own = lists.get(session, slug or None)
        return own, doctor.patient_of(session, own, here.settings)


def _answer(
    here: Site, visitor: Visitor, request: Request, own: MailingList, **found: Any
) -> HTMLResponse:
    """Return the fragment to a script, a page around it to everybody else."""
    name = "_tried.html" if "tried" in found else "_domain.html"
    fragment = f"staff/settings/{name}"
    alone = bool(request.headers.get("hx-request"))
    return here.pages.answer(
        fragment if alone else "staff/settings/examined.html",
        visitor.language,
        visitor=visitor,
        own=own,
        looks=LOOKS,
        zone=here.settings.zone,
        fragment=fragment,
        headline=found.pop("headline", ""),
        **found,
    )
