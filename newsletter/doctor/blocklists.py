"""Check 9: whether a block list that many receivers ask names us (Spamhaus)."""

from newsletter.doctor.diagnosis import Check, Colour, Diagnosis, found, phrase
from newsletter.doctor.inquiry import Inquiry
from newsletter.doctor.patient import Kind, Patient
from newsletter.doctor.servers import addresses_of, reversed_name
from newsletter.doctor.unanswered import grey
from newsletter.i18n import N_

_DOMAINS = "dbl.spamhaus.org"
_ADDRESSES = "zen.spamhaus.org"
# The list does not talk to public resolvers, and says so: no listing at all.
_REFUSED = ("127.255.255.", "127.0.1.255")
_LISTED = "127.0."


def check_blocklists(patient: Patient, inquiry: Inquiry) -> list[Diagnosis]:
    """Ask about the sender's domain and the addresses of our own servers."""
    ours = [way for way in patient.ways if way.kind is Kind.OURS]
    addresses = [each for way in ours for each in addresses_of(way, patient, inquiry)]
    return [
        _look_up(patient.sender, f"{patient.sender}.{_DOMAINS}", inquiry),
        *(
            _look_up(each, reversed_name(each, _ADDRESSES), inquiry)
            for each in dict.fromkeys(addresses)
        ),
    ]


def _look_up(about: str, name: str, inquiry: Inquiry) -> Diagnosis:
    answer = inquiry.ask(name, "A")
    if not answer.is_known:
        return grey(Check.BLOCKLISTS, about, answer)
    colour, sentence, advice = Colour.GREEN, _FREE, ""
    if any(value.startswith(_REFUSED) for value in answer.values):
        colour, sentence, advice = Colour.YELLOW, _MUTE, _LOOK
    elif any(value.startswith(_LISTED) for value in answer.values):
        colour, sentence, advice = Colour.RED, _NAMED, _MEND
    return Diagnosis(
        Check.BLOCKLISTS,
        colour,
        phrase(sentence, about=about),
        about,
        (phrase(advice),) if advice else (),
        found=found(*answer.values) if advice else (),
    )


_FREE = N_("{about} is not on the block list of Spamhaus.")
_MUTE = N_(
    "Spamhaus, a block list, does not answer the name server that this machine uses, "
    "so it is not known whether {about} is listed."
)
_LOOK = N_(
    "Look at check.spamhaus.org, or use a name server of your own instead of a public "
    "one."
)
_NAMED = N_("{about} is on the block list of Spamhaus, and most receivers refuse it.")
_MEND = N_(
    "Stop sending, look at check.spamhaus.org for the reason, mend it, then ask there "
    "to be taken off."
)
