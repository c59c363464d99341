"""Check 3: whether the domain names our relays among those that send for it (SPF)."""

from collections.abc import Iterator

from newsletter.doctor import spf
from newsletter.doctor.diagnosis import (
    Check,
    Colour,
    Diagnosis,
    Phrase,
    Record,
    found,
    phrase,
)
from newsletter.doctor.inquiry import Inquiry
from newsletter.doctor.patient import Kind, Patient, Way
from newsletter.doctor.servers import addresses_of
from newsletter.doctor.spf import Result, Survey, Trouble
from newsletter.doctor.unanswered import grey
from newsletter.i18n import N_

_LONGEST = 2_000  # characters of a record that are taken over into ours

_NO_RELAY = N_(
    "No relay is set, so it is not known which servers the SPF record must name."
)
_ONE = N_("A domain may have one such record only: put all of it into this one.")
_NOT_OURS = N_(
    "The mistake is in a record that yours includes: tell whoever runs it, or take it "
    "out of yours."
)
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
        N_(
            "Take out services that no longer send for you. If nothing but newsletters "
            "leaves from this domain, this record is enough."
        ),
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
    domain = patient.bounces
    seen = spf.survey(domain, inquiry)
    ways = [way for way in patient.ways if way.kind is not Kind.MAILBOX]
    record = Record(domain, "TXT", _merged(seen, ways, patient))
    if seen.troubles:
        return list(_troubles(seen, record, ways, patient))
    if seen.unanswered is not None:
        return [grey(Check.SPF, domain, seen.unanswered, records=(record,))]
    if not ways:
        return [Diagnosis(Check.SPF, Colour.GREY, phrase(_NO_RELAY), domain)]
    if not seen.texts:
        return [_without(domain, ways, patient)]
    problems = [
        *_weaknesses(seen, record),
        *(
            each
            for way in ways
            if (each := _uncovered(seen, way, record, patient, inquiry))
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


def terms_of(way: Way, patient: Patient) -> list[str]:
    """Return what SPF must hold for a relay."""
    if way.kind is Kind.PROVIDER:
        return [f"include:{way.spf[0]}"] if way.spf else [f"a:{way.host}"]
    if patient.addresses and way.kind is Kind.OURS:
        return [
            f"ip6:{each}" if ":" in each else f"ip4:{each}"
            for each in patient.addresses
        ]
    return [f"a:{patient.host if way.is_local else way.host}"]


def _without(domain: str, ways: list[Way], patient: Patient) -> Diagnosis:
    value = _merged(Survey(domain), ways, patient)
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
        (phrase(N_("Publish this record.")), *_guess(ways, patient)),
        (Record(domain, "TXT", value),),
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


def _troubles(
    seen: Survey, record: Record, ways: list[Way], patient: Patient
) -> Iterator[Diagnosis]:
    for trouble, what in seen.troubles.items():
        sentence, advice = _SAID[trouble]
        proposed = record
        if trouble is Trouble.LOOKUPS:
            value = _merged(Survey(seen.domain), ways, patient)
            proposed = Record(seen.domain, "TXT", value)
        yield Diagnosis(
            Check.SPF,
            Colour.RED,
            phrase(sentence, domain=seen.domain, what=", ".join(what[:5])),
            seen.domain,
            (phrase(_NOT_OURS if proposed.value in seen.texts else advice),),
            () if proposed.value in seen.texts else (proposed,),
            found(*seen.texts),
        )


def _weaknesses(seen: Survey, record: Record) -> Iterator[Diagnosis]:
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
        yield _weak(seen, record, *said)
    if seen.pointers:
        sentence = N_(
            "The SPF record of {domain} uses “ptr”, which the standard asks not to do "
            "and many receivers ignore."
        )
        yield _weak(seen, record, Colour.YELLOW, sentence)


def _weak(seen: Survey, record: Record, colour: Colour, sentence: str) -> Diagnosis:
    return Diagnosis(
        Check.SPF,
        colour,
        phrase(sentence, domain=seen.domain, end=seen.end or ""),
        seen.domain,
        (phrase(N_("Replace it by this one.")),),
        (record,),
        found(*seen.texts),
    )


def _uncovered(
    seen: Survey, way: Way, record: Record, patient: Patient, inquiry: Inquiry
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
        return _unsure(seen, way, record)
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
        (phrase(N_("Replace it by this one.")), *_guess([way], patient)),
        (record,),
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


def _unsure(seen: Survey, way: Way, record: Record) -> Diagnosis:
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
        (phrase(N_("If it does not, this record does.")),),
        (record,),
        found(*seen.texts),
    )


def _merged(seen: Survey, ways: list[Way], patient: Patient) -> str:
    """Return one record of all that is right in what is there, and our relays."""
    words = [
        word
        for text in seen.texts
        for word in text[:_LONGEST].split()[1:]
        if word.isascii() and word.isprintable()
    ]
    wrong = {
        what
        for trouble, named in seen.troubles.items()
        if trouble is not Trouble.SEVERAL
        for what in named
    } | set(seen.voids)
    kept = [
        word
        for word in words
        if word not in wrong
        and word.partition(":")[2] not in wrong
        and not _is_ending(word)
        and "ptr" not in word.lower().split(":")[0]
    ]
    needed = [
        term
        for way in ways
        if not (way.own_return_path and seen.texts)
        and not set(way.spf) & set(seen.includes)
        for term in terms_of(way, patient)
    ]
    end = "-all" if seen.end == "-" else "~all"
    if any(word.lower().startswith("redirect=") for word in kept):
        kept = [word for word in kept if not word.lower().startswith("redirect=")]
        kept += [f"include:{w.partition('=')[2]}" for w in words if "redirect=" in w]
    return " ".join(dict.fromkeys(["v=spf1", *kept, *needed, end]))


def _is_ending(word: str) -> bool:
    return word.lower().lstrip("+?~-") == "all"
