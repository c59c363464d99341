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


def _by_spf(patient: Patient, sender: Walk, bounces: Walk) -> Diagnosis:
    strict = sender.policy is not None and sender.policy.tag("aspf") == "s"
    aligned = policies.is_aligned(sender, bounces, strict=strict)
    ways = [way for way in patient.ways if way.kind is not Kind.MAILBOX]
    if aligned and not any(way.own_return_path for way in ways):
        return Diagnosis(
            Check.ALIGNMENT,
            Colour.YELLOW,
            phrase(
                N_(
                    "Only SPF is certain to speak for {domain}. It is lost when a "
                    "reader has mail forwarded, and Gmail and Outlook want both."
                ),
                domain=patient.sender,
            ),
            patient.sender,
            (_SIGN,),
        )
    if ways and all(way.kind is Kind.PROVIDER for way in ways):
        return Diagnosis(
            Check.ALIGNMENT,
            Colour.GREY,
            phrase(
                N_(
                    "Everything depends on whether {relay} signs for {domain}, which "
                    "only a loop test shows."
                ),
                domain=patient.sender,
                relay=", ".join(way.title for way in ways),
            ),
            patient.sender,
            (_SIGN,),
        )
    return Diagnosis(
        Check.ALIGNMENT,
        Colour.RED,
        phrase(
            N_(
                "Nothing speaks for {domain}: no key signs, and failure reports go to "
                "{bounces}, another organisation as far as receivers can tell."
            ),
            domain=patient.sender,
            bounces=patient.bounces,
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
