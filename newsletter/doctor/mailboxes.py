"""Check 2: whether answers and failure reports reach anybody (MX)."""

from ipaddress import ip_address

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
from newsletter.doctor.unanswered import grey
from newsletter.domains import Answer, Found
from newsletter.i18n import N_

_NULL = "0 ."  # RFC 7505
_MOST = 3  # servers of one domain that are looked at

_REFUSES = N_(
    "{domain} says that it takes no mail at all (a “null MX”), so answers and failure "
    "reports are lost, and many receivers refuse mail from it."
)
_NOBODY = N_(
    "{domain} has no mail server (MX record), so answers and failure reports are "
    "lost, and many receivers refuse mail from it."
)
_GONE = N_(
    "The mail servers named for {domain} do not exist, so answers and failure reports "
    "are lost."
)
_BARE = N_(
    "{domain} names no mail server, so its mail goes to the machine of its web site. "
    "Name the server that takes mail."
)
_NUMBER = N_(
    "{domain} names its mail server by a number, which is not allowed: many senders "
    "find nobody."
)
_SINGLE = N_(
    "{domain} has one mail server only. While it is down, answers and failure reports "
    "wait, and are lost after some days."
)
_ALIAS = N_(
    "A mail server of {domain} is named by an alias (CNAME), which is not allowed; "
    "some senders refuse it."
)


def check_mailboxes(patient: Patient, inquiry: Inquiry) -> list[Diagnosis]:
    """Look who takes mail for each domain that gets some."""
    return [_look_at(domain, inquiry) for domain in patient.domains]


def _look_at(domain: str, inquiry: Inquiry) -> Diagnosis:
    answer = inquiry.ask(domain, "MX")
    if not answer.is_known:
        return grey(Check.MAILBOXES, domain, answer)
    if _NULL in answer.values:
        return _say(Colour.RED, _REFUSES, domain, answer, _borrowed(domain, inquiry))
    if answer.found is Found.RECORDS:
        return _servers(domain, answer, inquiry)
    return _without(domain, answer, inquiry)


def _without(domain: str, answer: Answer, inquiry: Inquiry) -> Diagnosis:
    records = _borrowed(domain, inquiry)
    found_at = [inquiry.ask(domain, kind) for kind in ("A", "AAAA")]
    if any(each.found is Found.RECORDS for each in found_at):
        return _say(Colour.YELLOW, _BARE, domain, answer, records)
    unanswered = [each for each in found_at if not each.is_known]
    if unanswered:
        return grey(Check.MAILBOXES, domain, unanswered[0], records=records)
    return _say(Colour.RED, _NOBODY, domain, answer, records)


def _servers(domain: str, answer: Answer, inquiry: Inquiry) -> Diagnosis:
    hosts = [
        value.split()[-1].rstrip(".") for value in sorted(answer.values, key=_rank)
    ]
    if any(map(_is_number, hosts)):
        return _say(Colour.RED, _NUMBER, domain, answer)
    asked = [(host, _addresses(host, inquiry)) for host in hosts[:_MOST]]
    there = [each for _, each in asked if each.found is Found.RECORDS]
    if not there:
        unknown = [each for _, each in asked if not each.is_known]
        if unknown:
            return grey(Check.MAILBOXES, domain, unknown[0])
        return _say(Colour.RED, _GONE, domain, answer, _borrowed(domain, inquiry))
    aliases = [each.alias for _, each in asked if each.alias]
    if aliases:
        rank = answer.values[0].split()[0]
        right = Record(domain, "MX", f"{rank} {aliases[0]}.")
        return _say(Colour.YELLOW, _ALIAS, domain, answer, (right,))
    return _reachable(domain, answer, spare=len(hosts) + len(there[0].values) - 2)


def _reachable(domain: str, answer: Answer, *, spare: int) -> Diagnosis:
    if not spare:  # one server with one address
        return _say(Colour.YELLOW, _SINGLE, domain, answer)
    return Diagnosis(
        Check.MAILBOXES,
        Colour.GREEN,
        phrase(N_("{domain} takes mail."), domain=domain),
        domain,
        found=found(*answer.values),
    )


def _addresses(host: str, inquiry: Inquiry) -> Answer:
    answer = inquiry.ask(host, "A")
    if answer.found is Found.NO_DATA:
        return inquiry.ask(host, "AAAA")
    return answer


def _say(
    colour: Colour,
    sentence: str,
    domain: str,
    answer: Answer,
    records: tuple[Record, ...] = (),
) -> Diagnosis:
    advice: tuple[Phrase, ...] = ()
    if records:
        advice = (phrase(N_("Publish this, if the mailbox is at that server.")),)
    elif colour is Colour.RED:
        advice = (
            phrase(
                N_(
                    "Ask whoever runs your mailboxes for the MX records, or use an "
                    "address at a domain that takes mail."
                )
            ),
        )
    return Diagnosis(
        Check.MAILBOXES,
        colour,
        phrase(sentence, domain=domain),
        domain,
        advice,
        records,
        found(*answer.values),
    )


def _borrowed(domain: str, inquiry: Inquiry) -> tuple[Record, ...]:
    """Return MX records like those of the domain above, where mailboxes mostly are."""
    above = domain.partition(".")[2]
    if "." not in above:
        return ()
    answer = inquiry.ask(above, "MX")
    return tuple(
        Record(domain, "MX", f"{value}.")
        for value in sorted(answer.values, key=_rank)
        if value != _NULL
    )


def _rank(value: str) -> tuple[int, str]:
    number, _, host = value.partition(" ")
    return (int(number) if number.isdecimal() else 0, host)


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
