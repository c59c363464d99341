"""The SPF record that should be there: what stands, mended, and our relays."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.doctor import spf
from newsletter.doctor.diagnosis import Phrase, Record, phrase
from newsletter.doctor.inquiry import Inquiry
from newsletter.doctor.patient import Kind, Patient, Way
from newsletter.doctor.spf import Survey, Trouble
from newsletter.i18n import N_

FEWER = N_(
    "Take out services that no longer send for you. If nothing but newsletters "
    "leaves from this domain, this record is enough."
)
_NOT_OURS = N_(
    "The mistake is in a record that yours includes: tell whoever runs it, or take it "
    "out of yours."
)
_LONGEST = 2_000  # characters of a record that are taken over into ours


@dataclass(frozen=True)
class Proposal:
    """A record that receivers would read without complaint, or why there is none."""

    records: tuple[Record, ...]
    instead: str = ""  # what to do where pasting a record alone mends nothing

    def advice(self, plain: str) -> Phrase:
        """Return the plain advice, or what must be done instead."""
        return phrase(self.instead or plain)


def propose(
    seen: Survey, ways: Sequence[Way], patient: Patient, inquiry: Inquiry
) -> Proposal:
    """Return a record that holds: it is read as receivers would, were it there."""
    ours = _needed(seen, ways, patient)
    wrong = _mistakes(seen)
    value = _merged(seen, ours, wrong)
    then = _read(seen.domain, value, inquiry)
    if _mistakes(then) - wrong:  # several records hide what is wrong in each of them
        value = _merged(seen, ours, wrong | _mistakes(then))
        then = _read(seen.domain, value, inquiry)
    if Trouble.LOOKUPS in {*seen.troubles, *then.troubles}:
        enough = _needed(Survey(seen.domain), ways, patient)
        alone = _merged(Survey(seen.domain), enough, set())
        return Proposal((Record(seen.domain, "TXT", alone),), FEWER)
    # What a company is included by we know better than a resolver that finds nothing.
    left = _mistakes(then) - {term.partition(":")[2] for term in ours}
    if then.troubles and left:
        return Proposal((), _NOT_OURS)
    return Proposal((Record(seen.domain, "TXT", value),))


def _read(domain: str, value: str, inquiry: Inquiry) -> Survey:
    return spf.survey(domain, inquiry.supposing(domain, "TXT", value))


def _mistakes(seen: Survey) -> set[str]:
    """Return the terms that are wrong, or what they name."""
    told = (
        named
        for trouble, named in seen.troubles.items()
        if trouble not in {Trouble.SEVERAL, Trouble.LOOKUPS}
    )
    return {what for named in told for what in named} | set(seen.voids)


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


def _needed(seen: Survey, ways: Sequence[Way], patient: Patient) -> list[str]:
    """Return the terms for relays that are not named yet."""
    return [
        term
        for way in ways
        if not (way.own_return_path and seen.texts)
        and not set(way.spf) & set(seen.includes)
        for term in terms_of(way, patient)
    ]


def _merged(seen: Survey, ours: Sequence[str], wrong: set[str]) -> str:
    """Return one record of all that is right in what is there, and our relays."""
    kept = [
        word
        for text in seen.texts
        for word in _words(text)
        if not wrong & {word, word.partition(":")[2]}
    ]
    end = "-all" if seen.end == "-" else "~all"
    return " ".join(dict.fromkeys(["v=spf1", *kept, *ours, end]))


def _words(text: str) -> list[str]:
    """Return the terms of a record that go into ours: not its end, nor ptr.

    A redirect becomes an include, since ours has an end; beside one it means nothing.
    """
    words = [
        word
        for word in text[:_LONGEST].split()[1:]
        if word.isascii() and word.isprintable()
    ]
    ends = any(map(_is_ending, words))
    found = []
    for word in words:
        name, _, target = word.partition("=")
        if name.lower() == "redirect":
            found += [] if ends else [f"include:{target}"]
        elif not _is_ending(word) and "ptr" not in word.lower().split(":")[0]:
            found.append(word)
    return found


def _is_ending(word: str) -> bool:
    return word.lower().lstrip("+?~-") == "all"
