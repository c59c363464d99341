"""Say what kind of failure it is: status first, then the reply’s code, then the words.

When in doubt it is soft. Words never make a failure hard that no code says to be
permanent, but they soften one: "5.1.1 mailbox full" is a full mailbox.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from newsletter.smtp.failures import Failure, by_status
from newsletter.smtp.words import folded, said

Enhanced = tuple[int, int, int]

_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w])")
_ENHANCED = re.compile(r"(?<![\d.\w])([245])\.([0-7])\.(\d{1,3})(?!\w|\.\d)")
_AT_START = re.compile(
    r"[\W_]{0,10}(?:smtp|error|code|status)?[\W_]{0,6}([45]\d\d)(?![\w.])"
)
_ANYWHERE = re.compile(
    r"(?:[:;>'\"(\[#]\s{0,3}|\b(?:said|error|code|server|response|reply|status|"
    r"returned|with|answer|fehler|erreur|fout|antwort|meldung|reponse|antwoord|"
    r"smtp)\W{1,4}|^\s{0,8}|\n\s{0,8})([45]\d\d)(?=[ \t:#;,\-]|$|\n)",
    re.IGNORECASE,
)
_WITH_STATUS = re.compile(r"(?<![\w.])([45]\d\d)[ \-]{1,2}#?(?=[45]\.\d\.\d)")
# Cisco’s words of its own before the words of the other side.
_CISCO = re.compile(
    r"\b[45]\.\d\.\d - (?:unknown address error|bad destination mailbox address|other "
    r"[\w ]{3,30}|[\w ]{3,40}) (?=[45]\d\d-)",
    re.IGNORECASE,
)
_RECIPIENT_DENIED = re.compile(r"recipient address(?:es)? rejected ?:? ?access denied")
# Outlook.com and United Internet say no more of an unknown user; each marks it.
_UNAVAILABLE = re.compile(
    r"requested (?:mail )?action (?:not taken|aborted)[:-]* mailbox unavailable"
)
_THEIR_MARK = re.compile(r"s2017062302|[?&]c=hu\b", re.IGNORECASE)

# What was refused before a reader was named is nobody’s but ours.
_TOO_EARLY = re.compile(
    r"in reply to (?:mail from|helo|ehlo|starttls|auth)\b|did not like our (?:mail "
    r"from|helo|ehlo)\b|after (?:pipelined )?(?:mail from|helo|ehlo|starttls|initial "
    r"connection)\b|for (?:mail from|helo|ehlo) command|refused to talk to me"
)
_NO_MAIL_AT_ALL = {521, 556}  # RFC 7504: may be said as a greeting

_CREDENTIALS = {530, 534, 535, 538}
_CODES = {
    521: Failure.DOMAIN,  # RFC 7504: takes no mail
    525: Failure.DISABLED,
    541: Failure.POLICY,
    556: Failure.DOMAIN,  # RFC 7504
    571: Failure.POLICY,
}
# The least that may follow for a reader comes first.
_SOFTEST = (
    Failure.CONFIGURATION,
    Failure.SENDER,
    Failure.THROTTLE,
    Failure.POLICY,
    Failure.SOFT,
    Failure.MESSAGE,
    Failure.NETWORK,
    Failure.DISABLED,
    Failure.DOMAIN,
    Failure.HARD,
)
_PASSING = (Failure.SOFT, Failure.NETWORK)
ENDING = {Failure.HARD, Failure.DOMAIN, Failure.DISABLED}


class Codes(NamedTuple):
    """What numbers a text names."""

    code: int | None
    statuses: tuple[Enhanced, ...]


def codes_in(text: str) -> Codes:
    """Return the reply’s code and the statuses in a text, never parts of addresses."""
    text = _IPV4.sub(" ", text[:4_000])
    found = _AT_START.match(text) or _WITH_STATUS.search(text) or _ANYWHERE.search(text)
    statuses = [enhanced(*match) for match in _ENHANCED.findall(text)[:8]]
    return Codes(int(found[1]) if found else None, tuple(dict.fromkeys(statuses)))


def enhanced(kind: str, subject: str, detail: str) -> Enhanced:
    """Return a status in numbers."""
    return int(kind), int(subject), int(detail)


def without_wrapping(text: str) -> str:
    """Return what the other side said, without the relay’s words around it."""
    return _CISCO.sub("", text[:4_000])


def says_enough(statuses: Iterable[Enhanced]) -> bool:
    """Whether a status tells what happened, and not only that something did."""
    return any(status[2] and by_status(*status[1:]) for status in statuses)


def weight(failure: Failure | None) -> int:
    """Return how much may follow for a reader, to compare by."""
    return _SOFTEST.index(failure) if failure else 0


def judge(statuses: Iterable[Enhanced], code: int | None, text: str) -> Failure:
    """Return what a failure that a relay gave up on means."""
    statuses = [status for status in statuses if status[0] != 2]
    heard = said(without_wrapping(text))
    if code in _CREDENTIALS:
        return Failure.CONFIGURATION
    if any(status[0] == 4 for status in statuses) or (code or 500) < 500:
        # Gmail calls a domain that is not there temporary, even as it gives up.
        nowhere = (4, 0, 0) in statuses and "NXDOMAIN" in text
        return Failure.DOMAIN if nowhere else _temporary(statuses, heard)
    meant = _softest(by_status(*status[1:]) for status in statuses)
    failure = _permanent(meant, statuses, heard, text)
    if failure is None:
        failure = _CODES.get(code or 0, Failure.SOFT)
    proven = code is not None or bool(statuses)
    return failure if proven or failure not in ENDING else Failure.SOFT


def before_anybody(failure: Failure, code: int | None, own: str) -> Failure:
    """Return what a failure means once the words around it tell when it was said.

    At the greeting or at MAIL FROM no reader has been named yet.
    """
    if failure not in ENDING or code in _NO_MAIL_AT_ALL:
        return failure
    found = _TOO_EARLY.search(folded(own))
    if found is None:
        return failure
    return Failure.SENDER if "mail from" in found[0] else Failure.POLICY


def _softest(failures: Iterable[Failure | None]) -> Failure | None:
    found = set(failures)
    return next((failure for failure in _SOFTEST if failure in found), None)


def _temporary(statuses: list[Enhanced], heard: frozenset[Failure]) -> Failure:
    temporary = [status for status in statuses if status[0] == 4]
    plain = _first(heard, Failure.SENDER, Failure.THROTTLE)
    subjects = {status[1] for status in temporary}
    if plain is not Failure.THROTTLE and _is_about_rate(temporary, plain):
        return Failure.THROTTLE
    if plain is None and 7 in subjects:
        # Greylisting and failing TLS say so; the rest is about how much we send.
        other = None if Failure.POLICY in heard else _first(heard, *_PASSING)
        plain = other or Failure.THROTTLE
    if plain is None and 4 in subjects:
        plain = Failure.NETWORK
    if plain is None and not subjects & {2, 3}:
        plain = _first(heard, Failure.POLICY, Failure.SOFT, Failure.NETWORK)
    return plain or Failure.SOFT


def _is_about_rate(temporary: list[Enhanced], plain: Failure | None) -> bool:
    """Whether a status means our rate: 4.7.28 by itself, Microsoft’s unless told."""
    details = {status[2] for status in temporary if status[1] == 7}
    return 28 in details or (plain is None and any(500 <= d < 700 for d in details))


def _permanent(
    meant: Failure | None,
    statuses: list[Enhanced],
    heard: frozenset[Failure],
    text: str,
) -> Failure | None:
    if meant is None:
        return _by_words(heard, text)
    if meant in ENDING:
        return _softened(meant, heard)
    if meant is Failure.NETWORK:
        return _network(statuses, heard, text)
    if meant is Failure.POLICY:
        meant = _policy(statuses, heard)
    # Between two servers nobody logs in: what looks so is mostly a policy.
    if meant is Failure.CONFIGURATION:
        meant = _first(heard, Failure.SENDER, Failure.POLICY) or meant
    return meant


def _first(heard: frozenset[Failure], *order: Failure) -> Failure | None:
    return next((failure for failure in order if failure in heard), None)


def _by_words(heard: frozenset[Failure], text: str) -> Failure | None:
    failure = _first(
        heard,
        Failure.SENDER,
        Failure.THROTTLE,
        Failure.POLICY,
        Failure.SOFT,
        Failure.MESSAGE,
        Failure.NETWORK,
        Failure.DISABLED,
        Failure.DOMAIN,
        Failure.HARD,
    )
    marked = _THEIR_MARK.search(text) and _UNAVAILABLE.search(folded(text))
    return Failure.HARD if failure is None and marked else failure


def _softened(meant: Failure, heard: frozenset[Failure]) -> Failure:
    softer = _first(heard, Failure.SENDER, Failure.THROTTLE, Failure.SOFT)
    if softer:
        return softer
    if Failure.HARD in heard and meant is Failure.HARD:
        return meant
    if not heard & ENDING:
        other = _first(heard, Failure.POLICY, Failure.NETWORK, Failure.MESSAGE)
        return other or meant
    if meant is Failure.DOMAIN:
        return _first(heard, Failure.NETWORK) or meant
    return _first(heard, Failure.DISABLED, Failure.DOMAIN) or meant


def _network(
    statuses: list[Enhanced], heard: frozenset[Failure], text: str
) -> Failure | None:
    told = _first(heard, Failure.SENDER, Failure.THROTTLE, Failure.POLICY, Failure.SOFT)
    if told:
        return told
    if (5, 4, 1) in statuses and (
        Failure.HARD in heard or _RECIPIENT_DENIED.search(folded(text))
    ):
        return Failure.HARD
    return _first(heard, Failure.NETWORK, Failure.DOMAIN) or Failure.NETWORK


def _policy(statuses: list[Enhanced], heard: frozenset[Failure]) -> Failure | None:
    if not {(5, 7, 0), (5, 7, 1)} & set(statuses):
        return Failure.POLICY
    return (
        _first(
            heard,
            Failure.SENDER,
            Failure.THROTTLE,
            Failure.POLICY,
            Failure.SOFT,
            Failure.DISABLED,
            Failure.DOMAIN,
            Failure.HARD,
        )
        or Failure.POLICY
    )
