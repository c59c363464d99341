"""Check 3: whether the domain names our relays among those that send for it (SPF)."""

from collections.abc import Iterator

from newsletter.doctor import published, spf
from newsletter.doctor.diagnosis import (
    Check,
    Colour,
    Diagnosis,
    Phrase,
    found,
    phrase,
)
from newsletter.doctor.inquiry import Inquiry
from newsletter.doctor.patient import Kind, Patient, Way
from newsletter.doctor.servers import addresses_of
from newsletter.doctor.spf import Result, Survey, Trouble
from newsletter.doctor.spf_record import FEWER, Proposal, propose
from newsletter.doctor.unanswered import grey
from newsletter.i18n import N_

_NO_RELAY = N_(
    "No relay is set, so it is not known which servers the SPF record must name."
)
_ONE = N_("A domain may have one such record only: put all of it into this one.")
_SAID: dict[Trouble, tuple[str, str]] = {
    Trouble.SEVERAL: (
        N_("{domain} has several SPF records, and receivers then believe none: {what}"),
        _ONE,
    ),
    Trouble.SYNTAX: (
        N_("The SPF record of {domain} has mistakes, so receivers ignore it: {what}"),
        N_("Replace it by this one, which leaves them out."),
    ),
    Trouble.LOOKUPS: (
        N_(
            "The SPF record of {domain} leads to more than ten further questions, "
            "where receivers stop and believe none of it: {what}"
        ),
        FEWER,
    ),
    Trouble.VOIDS: (
        N_(
            "The SPF record of {domain} names more than two servers that do not "
            "exist, where receivers stop and believe none of it: {what}"
        ),
        N_("Take them out."),
    ),
    Trouble.NOTHING_THERE: (
        N_(
            "The SPF record of {domain} includes a domain that has none, so receivers "
            "believe none of it: {what}"
        ),
        N_("Replace it by this one, which leaves it out."),
    ),
}


def check_rights(patient: Patient, inquiry: Inquiry) -> list[Diagnosis]:
    """Read the record of the domain that failure reports go to, as receivers do."""
    return published.mind_aliases(_judged(patient, inquiry), inquiry)


def _judged(patient: Patient, inquiry: Inquiry) -> list[Diagnosis]:
    domain = patient.bounces
    seen = spf.survey(domain, inquiry)
    ways = [way for way in patient.ways if way.kind is not Kind.MAILBOX]
    proposal = propose(seen, ways, patient, inquiry)
    if seen.troubles:
        return list(_troubles(seen, proposal))
    if seen.unanswered is not None:
        return [grey(Check.SPF, domain, seen.unanswered, records=proposal.records)]
    if not ways:
        return [Diagnosis(Check.SPF, Colour.GREY, phrase(_NO_RELAY), domain)]
    if not seen.texts:
        return [_without(domain, ways, patient, proposal)]
    problems = [
        *_weaknesses(seen, proposal),
        *(
            each
            for way in ways
            if (each := _uncovered(seen, way, proposal, patient, inquiry))
        ),
    ]
    return problems or [
        Diagnosis(
            Check.SPF,
            Colour.GREEN,
            phrase(
                N_("The SPF record of {domain} names the relays you send through."),
                domain=domain,
            ),
            domain,
            found=found(*seen.texts),
        )
    ]


def _without(
    domain: str, ways: list[Way], patient: Patient, proposal: Proposal
) -> Diagnosis:
    # Whoever takes failure reports elsewhere has the SPF that counts there.
    elsewhere = all(way.own_return_path for way in ways)
    return Diagnosis(
        Check.SPF,
        Colour.YELLOW if elsewhere else Colour.RED,
        phrase(
            N_(
                "{domain} has no SPF record, which lists the servers that may send in "
                "its name. Many receivers refuse newsletters without one."
            ),
            domain=domain,
        ),
        domain,
        (proposal.advice(N_("Publish this record.")), *_guess(ways, patient)),
        proposal.records,
    )


def _guess(ways: list[Way], patient: Patient) -> tuple[Phrase, ...]:
    """Say where we do not know from where mail leaves."""
    if patient.addresses or not any(way.is_local for way in ways):
        return ()
    return (
        phrase(
            N_(
                "It supposes that your mail server has the address of {host}; "
                "if not, name its address with --ip."
            ),
            host=patient.host,
        ),
    )


def _troubles(seen: Survey, proposal: Proposal) -> Iterator[Diagnosis]:
    for trouble, what in seen.troubles.items():
        sentence, advice = _SAID[trouble]
        yield Diagnosis(
            Check.SPF,
            Colour.RED,
            phrase(sentence, domain=seen.domain, what=", ".join(what[:5])),
            seen.domain,
            (proposal.advice(advice),),
            proposal.records,
            found(*seen.texts),
        )


def _weaknesses(seen: Survey, proposal: Proposal) -> Iterator[Diagnosis]:
    said: tuple[Colour, str] | None = None
    if seen.end in {"+", "?"}:
        said = (
            Colour.RED,
            N_(
                "The SPF record of {domain} ends in {end}all: anybody may send in your "
                "name, and receivers hold that against you."
            ),
        )
    elif seen.end is None:
        said = (
            Colour.YELLOW,
            N_(
                "The SPF record of {domain} has no end (~all): it does not say what "
                "to think of servers that it does not name."
            ),
        )
    if said:
        yield _weak(seen, proposal, *said)
    if seen.pointers:
        sentence = N_(
            "The SPF record of {domain} uses “ptr”, which the standard asks not to do "
            "and many receivers ignore."
        )
        yield _weak(seen, proposal, Colour.YELLOW, sentence)


def _weak(seen: Survey, proposal: Proposal, colour: Colour, sentence: str) -> Diagnosis:
    return Diagnosis(
        Check.SPF,
        colour,
        phrase(sentence, domain=seen.domain, end=seen.end or ""),
        seen.domain,
        (proposal.advice(N_("Replace it by this one.")),),
        proposal.records,
        found(*seen.texts),
    )


def _uncovered(
    seen: Survey, way: Way, proposal: Proposal, patient: Patient, inquiry: Inquiry
) -> Diagnosis | None:
    """Return what is to be said when SPF does not name a relay."""
    wanted = {each.lower() for each in way.spf}
    if wanted & set(seen.includes):
        return None
    if way.own_return_path:
        return _elsewhere(way, seen)
    addresses = addresses_of(way, patient, inquiry)
    results = {spf.check_host(seen.domain, each, inquiry) for each in addresses}
    if results == {Result.PASS}:
        return None
    # A stranger's relay may send from other addresses than it listens at.
    is_known = (wanted and not seen.macros) or (addresses and way.kind is Kind.OURS)
    if not is_known or Result.TEMPERROR in results:
        return _unsure(seen, way, proposal)
    return Diagnosis(
        Check.SPF,
        Colour.RED,
        phrase(
            N_(
                "The SPF record of {domain} does not name {relay}, so receivers take "
                "your newsletters for forged."
            ),
            domain=seen.domain,
            relay=way.title or way.host,
        ),
        way.name,
        (proposal.advice(N_("Replace it by this one.")), *_guess([way], patient)),
        proposal.records,
        found(*seen.texts, *sorted(addresses)),
    )


def _elsewhere(way: Way, seen: Survey) -> Diagnosis:
    return Diagnosis(
        Check.SPF,
        Colour.INFO,
        phrase(
            N_(
                "{relay} takes failure reports at a domain of its own, and receivers "
                "look for SPF there: your record need not name it. The DKIM signature "
                "counts all the more."
            ),
            relay=way.title,
        ),
        way.name,
        found=found(*seen.texts),
    )


def _unsure(seen: Survey, way: Way, proposal: Proposal) -> Diagnosis:
    return Diagnosis(
        Check.SPF,
        Colour.GREY,
        phrase(
            N_(
                "From here it cannot be seen whether the SPF record of {domain} covers "
                "{relay}. A loop test shows it."
            ),
            domain=seen.domain,
            relay=way.title or way.host,
        ),
        way.name,
        (proposal.advice(N_("If it does not, this record does.")),),
        proposal.records,
        found(*seen.texts),
    )
