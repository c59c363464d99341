"""Check 1: whether the sender's domain exists, and is one to send newsletters from."""

from newsletter.doctor.diagnosis import Check, Colour, Diagnosis, found, phrase
from newsletter.doctor.inquiry import Inquiry
from newsletter.doctor.patient import Patient
from newsletter.doctor.unanswered import grey
from newsletter.domains import Found
from newsletter.i18n import N_
from subscribers import lists


def check_sender(patient: Patient, inquiry: Inquiry) -> list[Diagnosis]:
    """Look at the domain that readers see in From."""
    return [_look_at(patient, inquiry)]


def _look_at(patient: Patient, inquiry: Inquiry) -> Diagnosis:
    domain = patient.sender
    if lists.is_freemail(f"@{domain}"):
        return Diagnosis(
            Check.SENDER,
            Colour.RED,
            phrase(
                N_(
                    "{domain} belongs to a company that gives mailboxes to everybody. "
                    "Receivers refuse newsletters in its name that it did not send."
                ),
                domain=domain,
            ),
            domain,
            (phrase(N_("Send from an address at a domain of your own.")),),
        )
    answer = inquiry.ask(domain, "MX")
    if not answer.is_known:
        return grey(Check.SENDER, domain, answer)
    if answer.found is Found.NO_NAME:
        return Diagnosis(
            Check.SENDER,
            Colour.RED,
            phrase(
                N_("{domain} does not exist, so nobody can believe your sender."),
                domain=domain,
            ),
            domain,
            (phrase(N_("Correct the list’s sender, or have the domain registered.")),),
        )
    return _known(domain, answer.alias)


def _known(domain: str, alias: str) -> Diagnosis:
    if domain.count(".") == 1:
        return Diagnosis(
            Check.SENDER,
            Colour.YELLOW,
            phrase(
                N_(
                    "Newsletters leave from {domain} itself. If receivers ever "
                    "mistrust them, your colleagues’ mail suffers with them."
                ),
                domain=domain,
            ),
            domain,
            (
                phrase(
                    N_("Better a name of its own for newsletters, such as {name}."),
                    name=f"news.{domain}",
                ),
            ),
        )
    return Diagnosis(
        Check.SENDER,
        Colour.GREEN,
        phrase(N_("{domain} exists and is your own."), domain=domain),
        domain,
        found=found(alias) if alias else (),
    )
