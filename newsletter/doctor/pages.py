"""Check 8: whether readers, and Gmail in their name, reach our pages."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from newsletter import config
from newsletter.doctor.diagnosis import Check, Colour, Diagnosis, found, phrase
from newsletter.doctor.patient import Patient
from newsletter.doctor.visits import Visit
from newsletter.i18n import N_
from newsletter.reaching import Miss

METHODS = ("GET", "HEAD", "POST")
# Renewed by a machine a month before its end, a certificate has not this little left.
_SOON = timedelta(days=14)

_MISSED: Mapping[Miss, str] = {
    Miss.UNKNOWN: N_("The DNS does not know {host}, so no link in your letters works."),
    Miss.REFUSED: N_("Nobody listens at {host}, so no link in your letters works."),
    Miss.CERTIFICATE: N_(
        "The certificate of {host} is not valid: readers see a warning, and Gmail "
        "cannot unsubscribe anybody."
    ),
    Miss.TLS: N_(
        "{host} offers no encryption that is safe today (TLS 1.2 or newer), so "
        "browsers refuse it."
    ),
    Miss.BROKEN: N_("{host} broke off before it had answered."),
}


def judge_pages(
    patient: Patient, visits: Mapping[str, Visit], *, now: datetime
) -> list[Diagnosis]:
    """Judge one visit by each of METHODS to an unsubscribe link that names nobody."""
    if config.is_loopback(patient.host) or not patient.base_url.startswith("https:"):
        return [
            _say(
                Colour.RED,
                N_(
                    "The links in your letters lead to {url}, which readers cannot "
                    "open. Set NEWSLETTER_BASE_URL to an https address before you send."
                ),
                patient,
            )
        ]
    misses = {visit.miss: visit for visit in visits.values() if visit.miss}
    for miss, sentence in _MISSED.items():
        if miss in misses:
            return [_say(Colour.RED, sentence, patient, detail=misses[miss].detail)]
    if misses or not visits:
        return [_unseen(patient, next(iter(misses), Miss.NOT_ASKED))]
    problems = [*_answers(patient, visits), *_wear(patient, visits["GET"], now)]
    return problems or [
        _say(
            Colour.GREEN,
            N_("{host} can be reached safely, and unsubscribing in one click works."),
            patient,
        )
    ]


def _unseen(patient: Patient, miss: Miss) -> Diagnosis:
    sentence = N_(
        "{host} was not visited, so the links in your letters were not tried."
    )
    if miss is Miss.SILENT:
        sentence = N_("{host} did not answer within three seconds.")
    return _say(Colour.GREY, sentence, patient)


def _answers(patient: Patient, visits: Mapping[str, Visit]) -> Iterator[Diagnosis]:
    moved = [each for each in visits.values() if 300 <= each.status < 400]
    if moved:
        yield _say(
            Colour.RED,
            N_(
                "{host} sends {method} requests for an unsubscribe link elsewhere. "
                "Gmail and Apple do not follow, and count it as “cannot unsubscribe”."
            ),
            patient,
            detail=moved[0].location,
            method=", ".join(each.method for each in moved),
        )
    wrong = [
        each for each in visits.values() if each.status != 200 and each not in moved
    ]
    if wrong:
        yield _say(
            Colour.RED,
            N_(
                "{host} answers {method} requests for an unsubscribe link with "
                "{status} instead of 200: something before the program stops them, or "
                "it does not run there."
            ),
            patient,
            method=", ".join(each.method for each in wrong),
            status=wrong[0].status,
        )


def _wear(patient: Patient, seen: Visit, now: datetime) -> Iterator[Diagnosis]:
    if seen.expires_at is not None and seen.expires_at - now < _SOON:
        yield _say(
            Colour.YELLOW,
            N_(
                "The certificate of {host} ends on {day}. Have it renewed, by a "
                "machine if you can."
            ),
            patient,
            day=seen.expires_at.date().isoformat(),
        )
    if not _is_family(patient):
        yield _say(
            Colour.YELLOW,
            N_(
                "The links in your letters lead to {host}, the sender is at {domain}. "
                "Two different domains look like a fraud to filters and readers."
            ),
            patient,
            domain=patient.sender,
        )


def _is_family(patient: Patient) -> bool:
    """Whether pages and sender share what stands before the ending."""
    one, other = patient.host.split("."), patient.sender.split(".")
    return one[-2:] == other[-2:]


def _say(
    colour: Colour,
    sentence: str,
    patient: Patient,
    *,
    detail: str = "",
    **values: object,
) -> Diagnosis:
    return Diagnosis(
        Check.PAGES,
        colour,
        phrase(sentence, host=patient.host, url=patient.base_url, **values),
        patient.host,
        found=found(detail) if detail else (),
    )
