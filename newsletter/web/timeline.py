"""What happened with one person, in order: agreed, changed, written to, came back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from newsletter import i18n
from newsletter.i18n import N_
from newsletter.models import Bounce, Delivery, DeliveryState, Issue
from newsletter.web.returned import WORDS
from newsletter.web.returns import EFFECTS
from subscribers import people
from subscribers.models import Channel, ConsentKind, Subscriber
from subscribers.people import Proof

_MOST_LETTERS = 50

_CHANNELS: Mapping[Channel, str] = {
    Channel.FORM: N_("Agreed through a form, and confirmed it by mail"),
    Channel.IMPORT: N_("Brought by an import, on this declared consent"),
    Channel.STAFF: N_("Entered by hand, on this declared consent"),
    Channel.PAGE: N_("Came back through the page of a letter"),
}
_WITHDRAWN: Mapping[Channel, str] = {
    Channel.IMPORT: N_("Taken off by an import"),
    Channel.STAFF: N_("Taken off by a colleague"),
    Channel.PAGE: N_("Left through the page of a letter"),
    Channel.ONE_CLICK: N_("Left with the button of their mail program"),
    Channel.MAILTO: N_("Left by mail"),
    Channel.COMPLAINT: N_("Called a letter spam, and is off the list"),
    Channel.BOUNCE: N_("Taken off: the mailbox does not exist"),
}
_LETTERS: Mapping[DeliveryState, str] = {
    DeliveryState.QUEUED: N_("waits to be sent"),
    DeliveryState.SENDING: N_("is on its way"),
    DeliveryState.ACCEPTED: N_("was accepted by their mail server"),
    DeliveryState.DEFERRED: N_("was put off, and is tried again"),
    DeliveryState.REJECTED: N_("was refused by their mail server"),
    DeliveryState.UNKNOWN: N_("left, and the mail server did not answer"),
    DeliveryState.SKIPPED: N_("was not sent: they had left, paused or been stopped"),
    DeliveryState.CANCELLED: N_("was not sent: the issue was stopped"),
}


@dataclass(frozen=True)
class Happening:
    """One thing that happened."""

    at: datetime
    words: str  # in the language of the page
    quote: str = ""  # word for word: what was agreed to, what a server said
    quote_language: str = ""
    detail: str = ""
    link: str = ""
    look: str = ""
    lift: int = 0  # the bounce that can be lifted


def of_person(session: Session, person: Subscriber, language: str) -> list[Happening]:
    """Return what happened, the latest first."""
    found = [
        *_known(session, person, language),
        *_letters(session, person, language),
        *_returns(session, person, language),
    ]
    return sorted(found, key=lambda each: each.at, reverse=True)


def _known(session: Session, person: Subscriber, language: str) -> Iterator[Happening]:
    _ = i18n.translator(language)
    proofs = people.proofs(session, person)
    if not proofs:
        yield Happening(person.created_at, _("First known here"))
    for proof in proofs:
        yield _consent(proof, language)


def _consent(proof: Proof, language: str) -> Happening:
    _ = i18n.translator(language)
    consent = proof.consent
    granted = consent.kind == ConsentKind.GRANTED
    words = (_CHANNELS if granted else _WITHDRAWN).get(consent.channel)
    name = proof.mailing_list.name_in(language) if proof.mailing_list else ""
    said = _(words) if words else consent.channel.value
    return Happening(
        consent.at,
        _("{what}: {list}", what=said, list=name) if name else said,
        quote=consent.words,
        quote_language=consent.language or "",
        detail=" · ".join(_evidence(proof, language)),
        look="ok" if granted else "",
    )


def _evidence(proof: Proof, language: str) -> Iterator[str]:
    """Say what proves a consent: nothing of it is an address of a computer."""
    _ = i18n.translator(language)
    consent = proof.consent
    if proof.file:
        yield _("file “{name}”", name=proof.file.filename)
    if consent.form:
        yield _("form: {place}", place=consent.form)
    if consent.asked_at:
        yield _("asked {moment}", moment=i18n.moment(consent.asked_at, language))
    if consent.message_id:
        yield _("confirmed from mail {id}", id=consent.message_id)
    if by := consent.evidence.get("by"):
        yield _("by {name}", name=by)
    if reason := consent.evidence.get("reason"):
        yield _("reason: {reason}", reason=reason)


def _letters(
    session: Session, person: Subscriber, language: str
) -> Iterator[Happening]:
    _ = i18n.translator(language)
    query = (
        select(Delivery, Issue)
        .join(Issue, col(Issue.id) == col(Delivery.issue_id))
        .where(Delivery.subscriber_id == person.id)
        .order_by(col(Delivery.id).desc())
        .limit(_MOST_LETTERS)
    )
    for delivery, issue in session.exec(query):
        failed = delivery.state == DeliveryState.REJECTED
        number = i18n.number(issue.number or 0, language)
        yield Happening(
            delivery.updated_at,
            _(
                "No {number}, “{title}”, in {language}, {outcome}",
                number=number,
                title=issue.title,
                language=i18n.language_name(delivery.language, language),
                outcome=_(_LETTERS[delivery.state]),
            ),
            quote=delivery.reply if failed else "",
            link=f"/issues/{issue.id}/check?as={person.id}#preview",
            look="bad" if failed else "",
        )


def _returns(
    session: Session, person: Subscriber, language: str
) -> Iterator[Happening]:
    _ = i18n.translator(language)
    query = select(Bounce).where(Bounce.subscriber_id == person.id)
    for each in session.exec(query.order_by(col(Bounce.id).desc()).limit(50)):
        what: dict[str, Any] = {
            "what": _(WORDS.get(each.failure or each.kind, "") or each.kind),
            "did": _(EFFECTS.get(each.effect, "") or each.effect),
        }
        lifted = _("lifted by {name}", name=each.lifted_by) if each.lifted_by else ""
        yield Happening(
            each.received_at,
            _("A letter came back: {what}; {did}", **what),
            quote=each.diagnostic,
            detail=lifted,
            look="bad",
        )
