"""Check 5: whether the domain tells receivers what to do with forged mail."""

from collections.abc import Iterator
from dataclasses import replace

from newsletter.doctor import policies, published
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
from newsletter.doctor.patient import Patient
from newsletter.doctor.policies import Policy, Walk
from newsletter.doctor.unanswered import grey
from newsletter.i18n import N_

_READ_FIRST = N_(
    "Daily reports come to {address} as files that machines write: give a mailbox "
    "made for them, or a service that reads them."
)
_LADDER = N_(
    "Begin with p=none and look at the reports for some weeks. When all your own mail "
    "passes, change p to quarantine (into the spam folder), later to reject."
)


def check_policy(patient: Patient, inquiry: Inquiry) -> list[Diagnosis]:
    """Look for the policy as receivers do, and judge it."""
    return published.mind_aliases(_judged(patient, inquiry), inquiry)


def _judged(patient: Patient, inquiry: Inquiry) -> list[Diagnosis]:
    walked = policies.walk(patient.sender, inquiry)
    policy = walked.policy
    if policy is None or _is_a_registrys(policy, patient):
        return [_without(patient, walked, inquiry)]
    broken = _broken(policy, walked, patient)
    if broken:
        return [broken]
    problems = [
        *_doubles(walked),
        *_strength(policy, walked, patient),
        *_reports(policy, walked, patient),
        *_agreements(policy, walked, inquiry),
        *_leftovers(policy, patient),
    ]
    return problems or [_sound(policy, walked)]


def _is_a_registrys(policy: Policy, patient: Patient) -> bool:
    """Whether only a registry speaks for the sender, whom few receivers ask."""
    return policy.boundary == "y" and policy.domain not in patient.domains


def _doubles(walked: Walk) -> Iterator[Diagnosis]:
    if walked.several_at:
        yield _several(walked, Colour.YELLOW, ())


def _several(walked: Walk, colour: Colour, records: tuple[Record, ...]) -> Diagnosis:
    return Diagnosis(
        Check.DMARC,
        colour,
        phrase(
            N_(
                "There are several DMARC records at {name}. Receivers then read "
                "none of them."
            ),
            name=f"_dmarc.{walked.several_at}",
        ),
        walked.several_at,
        (phrase(N_("Delete all of them but one.")),),
        records,
    )


def _without(patient: Patient, walked: Walk, inquiry: Inquiry) -> Diagnosis:
    record = _first(patient)
    if walked.several_at:
        return _several(walked, Colour.RED, (record,))
    if walked.unanswered is not None:
        return grey(Check.DMARC, patient.sender, walked.unanswered, records=(record,))
    for name in (patient.sender, _publisher(patient)):
        if misses := policies.near_misses(name, inquiry):
            return _unrecognised(name, misses, record)
    return Diagnosis(
        Check.DMARC,
        Colour.RED,
        phrase(
            N_(
                "{domain} has no DMARC record, which says what receivers shall do "
                "with mail that only pretends to come from you. Gmail, Yahoo and "
                "Outlook ask for one from everybody who sends newsletters."
            ),
            domain=patient.sender,
        ),
        patient.sender,
        (
            phrase(N_("Publish this record. It changes nothing for your mail yet.")),
            phrase(_LADDER),
            phrase(_READ_FIRST, address=_reader(patient, _publisher(patient))),
        ),
        (record,),
    )


def _unrecognised(name: str, misses: tuple[str, ...], record: Record) -> Diagnosis:
    return Diagnosis(
        Check.DMARC,
        Colour.RED,
        phrase(
            N_(
                "There is a record at {name}, but receivers do not take it for DMARC: "
                "it must begin with exactly v=DMARC1; and hold neither quotation marks "
                "nor backslashes."
            ),
            name=f"_dmarc.{name}",
        ),
        name,
        (phrase(N_("Replace it by this one.")),),
        (replace(record, name=f"_dmarc.{name}"),),
        found(*misses),
    )


def _broken(policy: Policy, walked: Walk, patient: Patient) -> Diagnosis | None:
    """Return what makes receivers pass over the record."""
    wrong = [*policy.unreadable, *(f"{n}={policy.tags[n]}" for n in policy.invalid)]
    fatal = "p" in policy.invalid or "p" not in policy.tags or policy.unreadable
    if not wrong and not fatal:
        return None
    return Diagnosis(
        Check.DMARC,
        Colour.RED if fatal else Colour.YELLOW,
        phrase(
            N_(
                "The DMARC record at {name} has mistakes, and receivers may pass "
                "over it: {mistakes}."
            ),
            name=f"_dmarc.{policy.domain}",
            mistakes=", ".join(wrong) or "p",
        ),
        walked.domain,
        (phrase(N_("Replace it by this one.")),),
        (_mended(policy, patient),),
        found(policy.text),
    )


def _strength(policy: Policy, walked: Walk, patient: Patient) -> Iterator[Diagnosis]:
    asked = walked.requests()
    advice: tuple[Phrase, ...] = (phrase(_LADDER),)
    if asked == "none":
        sentence = N_(
            "The DMARC record at {name} only observes (none): forged mail in your "
            "name is still let through."
        )
    elif policy.tag("t") == "y":
        sentence = N_(
            "The DMARC record at {name} is in test mode (t=y): receivers need not do "
            "what it says."
        )
        advice = (phrase(N_("When the reports look right, take out t=y.")),)
    elif policy.boundary == "y":
        sentence = N_(
            "The DMARC record at {name} says psd=y, which only registries such as .org "
            "may say of themselves."
        )
        advice = (phrase(N_("Take out psd=y.")),)
    else:
        return
    yield Diagnosis(
        Check.DMARC,
        Colour.YELLOW,
        phrase(sentence, name=f"_dmarc.{policy.domain}"),
        walked.domain,
        advice,
        (_stronger(policy, walked, patient),),
        found(policy.text),
    )


def _reports(policy: Policy, walked: Walk, patient: Patient) -> Iterator[Diagnosis]:
    if not policy.report_domains:
        yield Diagnosis(
            Check.DMARC,
            Colour.YELLOW,
            phrase(
                N_(
                    "The DMARC record at {name} asks for no reports, so nobody learns "
                    "who sends mail in your name."
                ),
                name=f"_dmarc.{policy.domain}",
            ),
            walked.domain,
            (phrase(_READ_FIRST, address=_reader(patient, policy.domain)),),
            (_mended(policy, patient),),
            found(policy.text),
        )


def _agreements(policy: Policy, walked: Walk, inquiry: Inquiry) -> Iterator[Diagnosis]:
    for elsewhere in policies.asks_elsewhere(policy, walked):
        name = policies.agreement(policy, elsewhere)
        answer = inquiry.ask(name, "TXT")
        record = Record(name, "TXT", "v=DMARC1")
        if not answer.is_known:
            yield grey(Check.DMARC, elsewhere, answer, records=(record,))
        elif not policies.agrees(answer):
            yield _not_agreed(policy, walked, elsewhere, record)


def _not_agreed(
    policy: Policy, walked: Walk, elsewhere: str, record: Record
) -> Diagnosis:
    return Diagnosis(
        Check.DMARC,
        Colour.YELLOW,
        phrase(
            N_(
                "Reports shall go to {elsewhere}, which has not agreed to take them "
                "for {domain}: none will come."
            ),
            elsewhere=elsewhere,
            domain=policy.domain,
        ),
        walked.domain,
        (
            phrase(
                N_("Ask whoever runs {elsewhere} to publish this record there."),
                elsewhere=elsewhere,
            ),
        ),
        (record,),
        found(policy.text),
    )


def _leftovers(policy: Policy, patient: Patient) -> Iterator[Diagnosis]:
    old = [name for name in policies.REMOVED if name in policy.tags]
    if old:
        yield Diagnosis(
            Check.DMARC,
            Colour.YELLOW,
            phrase(
                N_(
                    "The DMARC record at {name} has parts that the standard dropped "
                    "in 2026 (RFC 9989): {tags}. Some receivers still follow them, "
                    "others do not."
                ),
                name=f"_dmarc.{policy.domain}",
                tags=", ".join(old),
            ),
            policy.domain,
            (phrase(N_("Replace it by this one; to try out, write t=y, not pct.")),),
            (_mended(policy, patient),),
            found(policy.text),
        )


def _sound(policy: Policy, walked: Walk) -> Diagnosis:
    advice: tuple[Phrase, ...] = ()
    if "np" not in policy.tags and policy.domain == walked.organisation:
        advice = (
            phrase(
                N_(
                    "You may add np=reject, which protects names below {domain} that "
                    "do not exist."
                ),
                domain=policy.domain,
            ),
        )
    return Diagnosis(
        Check.DMARC,
        Colour.GREEN,
        phrase(
            N_("The DMARC record at {name} asks receivers to stop forged mail: {p}."),
            name=f"_dmarc.{policy.domain}",
            p=walked.requests(),
        ),
        walked.domain,
        advice,
        found=found(policy.text),
    )


def _first(patient: Patient) -> Record:
    """Return the record to begin with."""
    at = _publisher(patient)
    reader = _reader(patient, at)
    return Record(f"_dmarc.{at}", "TXT", f"v=DMARC1; p=none; rua=mailto:{reader}")


def _publisher(patient: Patient) -> str:
    """Return where a first record stands best.

    Above the sender's own domain if mail is read there: then it holds for both, and
    reports need nobody's leave.
    """
    above = patient.sender.endswith(f".{patient.replies}")
    return patient.replies if above else patient.sender


def _reader(patient: Patient, domain: str) -> str:
    """Return an address that may get the reports about a domain."""
    if patient.replies == domain or patient.replies.endswith(f".{domain}"):
        return patient.contact
    return f"dmarc@{domain}"


def _mended(policy: Policy, patient: Patient, **changes: str) -> Record:
    """Return the record with what is wrong taken out, and what is missing put in."""
    dropped = {*policies.REMOVED, *policy.invalid, "v", "p", "rua"}
    if policy.boundary == "y":
        dropped.add("psd")
    reports = ",".join(policy.reports) if policy.report_domains else ""
    kept = {
        name: value
        for name, value in policy.tags.items()
        if name not in dropped and value.isascii() and value.isprintable()
    }
    tags = {
        "v": "DMARC1",
        "p": policy.tag("p", "none"),
        "rua": reports or f"mailto:{_reader(patient, policy.domain)}",
        **kept,
        **changes,
    }
    value = "; ".join(f"{name}={value}" for name, value in tags.items() if value)
    return Record(f"_dmarc.{policy.domain}", "TXT", value)


def _stronger(policy: Policy, walked: Walk, patient: Patient) -> Record:
    if walked.requests() != "none":
        return _mended(policy, patient, t="")
    tag = "sp" if walked.is_inherited and "sp" in policy.tags else "p"
    return _mended(policy, patient, **{tag: "quarantine"})
