"""Check the sender's domain, as the doctor last saw it in the background."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from newsletter import doctor
from newsletter.checks.findings import Fault, check, look
from newsletter.checks.places import Kind, Place
from newsletter.checks.proof import Proof
from newsletter.checks.sentences import Sentence, Value, ngettext
from newsletter.config import Settings
from newsletter.i18n import N_
from subscribers import lists
from subscribers.models import MailingList


@check("sender-domain", N_("Nothing bad is known about the sender’s domain"))
def sender_domain(proof: Proof) -> Iterator[Fault]:
    """Nothing waits for it: the DNS may be mended while the issue is written."""
    if proof.domain_fault:
        yield look(proof.domain_fault, Place(Kind.LIST, proof.list_id, "sender"))


def fault(
    session: Session,
    mailing_list: MailingList,
    settings: Settings,
    *,
    zone: ZoneInfo,
    now: datetime,
) -> Sentence | None:
    """Return what is bad about a list's domain, as it was kept; nobody is asked."""
    if not settings.check_sender:
        return None
    domain = lists.domain_of(mailing_list.sender_address)
    known = doctor.standing(session, mailing_list.id or 0, domain=domain, now=now)
    return _said(known, zone) if known else None


def _said(known: doctor.Standing, zone: ZoneInfo) -> Sentence:
    message = N_("Something about {domain} could be better. {found} (As of {when}.)")
    if known.colour is doctor.Colour.RED:
        message = N_(
            "Mail from {domain} may be refused or taken for spam. {found}"
            " (As of {when}.)"
        )
    values: dict[str, Value] = {
        "domain": known.domain,
        "found": _found(known),
        "when": known.checked_at.astimezone(zone),
    }
    return Sentence(message, tuple(values.items()))


def _found(known: doctor.Standing) -> Sentence:
    found = _sentence(known.found)
    if not known.others:
        return found
    return ngettext(
        "{found} One thing more needs a look.",
        "{found} {n} things more need a look.",
        known.others,
        found=found,
    )


def _sentence(said: doctor.Phrase) -> Sentence:
    return Sentence(
        said.message, tuple((name, _value(each)) for name, each in said.values.items())
    )


def _value(value: object) -> Value:
    if isinstance(value, doctor.Phrase):
        return _sentence(value)
    return value if isinstance(value, int) else str(value)


CHECKS = (sender_domain,)
