"""What to say when nothing could be found out: grey, with the reason in plain words."""

from newsletter.doctor.diagnosis import Check, Colour, Diagnosis, Record, phrase
from newsletter.domains import Answer, Found
from newsletter.i18n import N_

_WHY = {
    Found.FAILED: N_(
        "The name servers of {about} answer with an error, so this could not be "
        "checked. If it stays so, receivers cannot check it either."
    ),
    Found.TIMEOUT: N_(
        "The name servers did not answer about {about} in time, so this could not be "
        "checked."
    ),
    Found.CUT_OFF: N_(
        "This machine finds no names at all, so nothing is known about {about}."
    ),
    Found.NOT_ASKED: N_("Nobody was asked about {about}, so this was not checked."),
}


def grey(
    check: Check, about: str, answer: Answer, *, records: tuple[Record, ...] = ()
) -> Diagnosis:
    """Return a check that could not be made, with the records it would look for."""
    why = _WHY.get(answer.found, _WHY[Found.NOT_ASKED])
    advice = (phrase(N_("This is what should be there.")),) if records else ()
    return Diagnosis(
        check, Colour.GREY, phrase(why, about=about), about, advice, records
    )
