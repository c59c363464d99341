"""Check 4: whether the DNS publishes the keys that sign our mail (DKIM)."""

from newsletter import dkim
from newsletter.dkim import Key
from newsletter.doctor.diagnosis import (
    Check,
    Colour,
    Diagnosis,
    Record,
    found,
    phrase,
)
from newsletter.doctor.inquiry import Inquiry
from newsletter.doctor.patient import Kind, Patient
from newsletter.doctor.unanswered import grey
from newsletter.domains import Answer, Found
from newsletter.i18n import N_

_STRONG = 2048

_MISSING = N_(
    "The key {selector} signs your mail, but the DNS does not publish it at {name}: "
    "receivers cannot check the signature."
)
_DANGLING = N_(
    "{name} is an alias (CNAME) that leads to {alias}, where nothing is: receivers "
    "cannot check the signature."
)
_SEVERAL = N_(
    "There are several keys at {name}, and receivers may take the wrong one: delete "
    "all but one."
)
_OTHER = N_("{name} holds something that is no key: receivers find no key to check.")
_QUOTES = N_(
    "The key at {name} was pasted with quotation marks or line breaks in it, and "
    "cannot be read."
)
_REVOKED = N_(
    "The key at {name} was taken back (p= is empty), so signatures by it count as "
    "forged."
)
_WRONG = N_(
    "The key at {name} is another one than the key that signs, so every signature "
    "counts as forged."
)
_UNFIT = N_("The key at {name} may not sign mail (s= or h= forbid it).")
_TEST = N_(
    "The key at {name} says that you are only trying out (t=y), and some receivers "
    "then count no signature."
)
_SHORT = N_(
    "The key at {name} is short ({bits} bits). Receivers begin to refuse those below "
    "2048."
)


def check_keys(patient: Patient, inquiry: Inquiry) -> list[Diagnosis]:
    """Compare each key of ours with what the DNS publishes."""
    keys = list(patient.keys)
    if not keys:
        return [_by_relay(patient)]
    return [_compare(key, patient, inquiry) for key in keys]


def _by_relay(patient: Patient) -> Diagnosis:
    if all(way.kind is Kind.MAILBOX for way in patient.ways):
        colour = Colour.INFO
    else:
        colour = Colour.GREY
    return Diagnosis(
        Check.DKIM,
        colour,
        phrase(
            N_(
                "No key signs your mail here, so the relay has to (DKIM, a signature "
                "that receivers check). Whether it does, only a loop test shows."
            )
        ),
        patient.sender,
        (
            phrase(
                N_(
                    "Either publish the DKIM records that the relay’s company gives "
                    "you, or make a key of your own: newsletter dkim new."
                )
            ),
        ),
    )


def _compare(key: Key, patient: Patient, inquiry: Inquiry) -> Diagnosis:
    name = f"{key.selector}._domainkey.{patient.sender}"
    record = Record(name, "TXT", key.record())
    answer = inquiry.ask(name, "TXT")
    if not answer.is_known:
        return grey(Check.DKIM, name, answer, records=(record,))
    bits = dkim.parse(key.record()).bits
    colour, sentence = _judge(key, answer)
    # A key that only finishes what it began is needed for some days more.
    if colour is Colour.RED and key.selector not in patient.keys.current:
        colour = Colour.YELLOW
    return Diagnosis(
        Check.DKIM,
        colour,
        phrase(
            sentence,
            name=name,
            selector=key.selector,
            alias=answer.alias,
            bits=bits,
        ),
        name,
        ()
        if colour is Colour.GREEN
        else (phrase(N_("Publish exactly this, and nothing else at that name.")),),
        () if colour is Colour.GREEN else (record,),
        found(*answer.values),
    )


def _judge(key: Key, answer: Answer) -> tuple[Colour, str]:
    if answer.found is not Found.RECORDS:
        return Colour.RED, _DANGLING if answer.alias else _MISSING
    published = [(text, dkim.parse(text)) for text in answer.values]
    keys = [each for each in published if each[1].is_key]
    if len(keys) > 1:
        return Colour.RED, _SEVERAL
    if not keys:
        pasted = any('"' in text or "\\n" in text for text, _ in published)
        return Colour.RED, _QUOTES if pasted else _OTHER
    return _judge_key(key, *keys[0])


def _judge_key(key: Key, text: str, seen: dkim.Published) -> tuple[Colour, str]:
    wanted = dkim.parse(key.record())
    if seen.is_revoked:
        return Colour.RED, _REVOKED
    if seen.key is None and set(text) & set('"\\\r\n'):
        return Colour.RED, _QUOTES
    if seen.tags.get("p") != wanted.tags["p"] or seen.kind != wanted.kind:
        return Colour.RED, _WRONG
    if not seen.serves:
        return Colour.RED, _UNFIT
    return _weakness(seen)


def _weakness(seen: dkim.Published) -> tuple[Colour, str]:
    if seen.is_test:
        return Colour.YELLOW, _TEST
    if 0 < seen.bits < _STRONG:
        return Colour.YELLOW, _SHORT
    return Colour.GREEN, N_("The DNS publishes the key {selector} as it should.")
