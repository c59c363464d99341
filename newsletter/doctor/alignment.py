"""Check 6: whether what is proven about our mail is proven for the sender's domain."""

from newsletter.doctor import policies
from newsletter.doctor.diagnosis import Check, Colour, Diagnosis, phrase
from newsletter.doctor.inquiry import Inquiry
from newsletter.doctor.patient import Kind, Patient
from newsletter.doctor.policies import Walk
from newsletter.doctor.unanswered import grey
from newsletter.i18n import N_


def check_alignment(patient: Patient, inquiry: Inquiry) -> list[Diagnosis]:
    """Play through what DMARC asks: SPF or DKIM for the domain in From."""
    sender = policies.walk(patient.sender, inquiry)
    if patient.keys.current:
        # We sign with the very domain that stands in From.
        return [
            Diagnosis(
                Check.ALIGNMENT,
                Colour.GREEN,
                phrase(
                    N_(
                        "The signature is made for {domain}, the domain that readers "
                        "see: that is what receivers look for."
                    ),
                    domain=patient.sender,
                ),
                patient.sender,
            )
        ]
    bounces = policies.walk(patient.bounces, inquiry)
    for each in (sender, bounces):
        if each.unanswered is not None:
            return [grey(Check.ALIGNMENT, each.domain, each.unanswered)]
    return [_by_spf(patient, sender, bounces)]


_ONLY_SPF = N_(
    "Only SPF is certain to speak for {domain}. It is lost when a reader has mail "
    "forwarded, and Gmail and Outlook want both."
)
_DEPENDS = N_(
    "Everything depends on whether {relay} signs for {domain}, which only a loop test "
    "shows."
)
_NEITHER = N_(
    "Nothing speaks for {domain}: no key signs, and failure reports go to {bounces}, "
    "another organisation as far as receivers can tell."
)


def _by_spf(patient: Patient, sender: Walk, bounces: Walk) -> Diagnosis:
    strict = sender.policy is not None and sender.policy.tag("aspf") == "s"
    aligned = policies.is_aligned(sender, bounces, strict=strict)
    ways = [way for way in patient.ways if way.kind is not Kind.MAILBOX]
    colour, sentence = Colour.RED, _NEITHER
    if aligned and not any(way.own_return_path for way in ways):
        colour, sentence = Colour.YELLOW, _ONLY_SPF
    elif ways and all(way.kind is Kind.PROVIDER for way in ways):
        colour, sentence = Colour.GREY, _DEPENDS
    return Diagnosis(
        Check.ALIGNMENT,
        colour,
        phrase(
            sentence,
            domain=patient.sender,
            bounces=patient.bounces,
            relay=", ".join(way.title for way in ways),
        ),
        patient.sender,
        (_SIGN,),
    )


_SIGN = phrase(
    N_(
        "Have mail signed for your own domain: with the relay’s records, or with a key "
        "of your own (newsletter dkim new)."
    )
)
