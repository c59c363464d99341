"""Check 10: what a careful domain has besides; nothing here is wrong without it."""

from newsletter.doctor.diagnosis import (
    Check,
    Colour,
    Diagnosis,
    Record,
    found,
    phrase,
)
from newsletter.doctor.inquiry import Inquiry
from newsletter.doctor.patient import Patient
from newsletter.domains import Answer
from newsletter.i18n import N_

_TRANSPORT = N_(
    "{domain}: whether mail to you must be encrypted on its way (MTA-STS): {state}."
)
_REPORTS = N_(
    "{domain}: reports on mail that could not be encrypted on its way (TLS-RPT): "
    "{state}."
)
_LOGO = N_(
    "{domain}: a logo beside your letters in some mailboxes (BIMI): {state}. It needs "
    "a DMARC policy of quarantine or reject; Gmail also wants a paid certificate."
)
_CERTIFICATES = N_(
    "{domain}: who may issue certificates for your pages (CAA): {state}."
)
_SIGNED = N_("{domain}: answers of the DNS are signed (DNSSEC): {state}.")


def check_extras(patient: Patient, inquiry: Inquiry) -> list[Diagnosis]:
    """Tell what is there of BIMI, MTA-STS, TLS-RPT, CAA and DNSSEC."""
    receiver = patient.replies
    reports = Record(
        f"_smtp._tls.{receiver}", "TXT", f"v=TLSRPTv1; rua=mailto:{patient.contact}"
    )
    told = [
        _tell(_LOGO, patient.sender, _txt(f"default._bimi.{patient.sender}", inquiry)),
        _tell(_TRANSPORT, receiver, _txt(f"_mta-sts.{receiver}", inquiry)),
        _tell(_REPORTS, receiver, _txt(reports.name, inquiry), (reports,)),
        _tell(_SIGNED, patient.sender, _dnssec(patient.sender, inquiry)),
    ]
    if "." in patient.host:
        told.append(_tell(_CERTIFICATES, patient.host, _caa(patient.host, inquiry)))
    return told


def _tell(
    sentence: str,
    domain: str,
    seen: Answer,
    records: tuple[Record, ...] = (),
) -> Diagnosis:
    if not seen.is_known:
        state = "?"
    else:
        state = "✓" if seen.values else "–"
    return Diagnosis(
        Check.EXTRAS,
        Colour.INFO,
        phrase(sentence, domain=domain, state=state),
        domain,
        records=() if seen.values else records,
        found=found(*seen.values),
    )


def _txt(name: str, inquiry: Inquiry) -> Answer:
    """Return the versioned record of a name: a wildcard may answer with others."""
    answer = inquiry.ask(name, "TXT")
    values = tuple(each for each in answer.values if each.lower().startswith("v="))
    about = tuple(each for each in values if not each.lower().startswith("v=spf1"))
    return Answer(answer.found, about)


def _caa(host: str, inquiry: Inquiry) -> Answer:
    """Return the nearest CAA records upwards, RFC 8659 §3."""
    labels = host.split(".")
    answer = inquiry.ask(host, "CAA")
    for at in range(1, min(len(labels) - 1, 5)):
        if answer.values or not answer.is_known:
            break
        answer = inquiry.ask(".".join(labels[at:]), "CAA")
    return answer


def _dnssec(domain: str, inquiry: Inquiry) -> Answer:
    answer = inquiry.ask(domain, "MX")
    return Answer(answer.found, ("AD",) if answer.authentic else ())
