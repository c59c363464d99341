"""Who an issue did not reach, in words of staff: what it means, and what follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlmodel import Session

from newsletter import i18n
from newsletter.bounces import Failure, refusals
from newsletter.bounces.refusals import Group
from newsletter.i18n import N_, Translator
from newsletter.models import Issue
from subscribers.addresses import mask

_SHOWN = 10  # readers of a group


@dataclass(frozen=True)
class Meaning:
    """What a kind of failure is called, and what it means to whoever sends."""

    one: str
    many: str
    means: str


_MEANINGS: Mapping[Failure, Meaning] = {
    Failure.HARD: Meaning(
        N_("One mailbox does not exist"),
        N_("{n} mailboxes do not exist"),
        N_("These addresses get no more letters. There is nothing for you to do."),
    ),
    Failure.DOMAIN: Meaning(
        N_("One address has a domain that does not exist"),
        N_("{n} addresses have a domain that does not exist"),
        N_(
            "What stands after the @ takes no mail; often it is mistyped. If you know "
            "the person, ask for the right address."
        ),
    ),
    Failure.DISABLED: Meaning(
        N_("One mailbox is switched off"),
        N_("{n} mailboxes are switched off"),
        N_(
            "The account was closed or not used for long. If this happens again and "
            "again, the address gets no more letters."
        ),
    ),
    Failure.SOFT: Meaning(
        N_("One mailbox is full, or takes no mail for now"),
        N_("{n} mailboxes are full, or take no mail for now"),
        N_("These people stay subscribed and get the next issue."),
    ),
    Failure.NETWORK: Meaning(
        N_("One mail server could not be reached"),
        N_("The mail servers of {n} readers could not be reached"),
        N_("The fault is theirs or the network’s. These people stay subscribed."),
    ),
    Failure.POLICY: Meaning(
        N_("One reader’s mail provider refused the letter"),
        N_("{n} readers’ mail providers refused the letter"),
        N_(
            "The provider does not like something in the letter, or does not know the "
            "sender well enough. No reader’s address is at fault. Whoever runs this "
            "program can look with “newsletter doctor”."
        ),
    ),
    Failure.SENDER: Meaning(
        N_("One reader’s mail provider does not trust our address"),
        N_("{n} readers’ mail providers do not trust our address"),
        N_(
            "The records that prove where our mail comes from (SPF, DKIM, DMARC) are "
            "missing or wrong. Whoever runs this program can look with “newsletter "
            "doctor”."
        ),
    ),
    Failure.MESSAGE: Meaning(
        N_("One mail server found the letter too big or malformed"),
        N_("The mail servers of {n} readers found the letter too big or malformed"),
        N_("Smaller pictures and a shorter letter help. These people stay subscribed."),
    ),
    Failure.THROTTLE: Meaning(
        N_("One reader’s mail provider asks us to be slower"),
        N_("{n} readers’ mail providers ask us to be slower"),
        N_("We do as we are asked, and try again by ourselves."),
    ),
    Failure.CONFIGURATION: Meaning(
        N_("One letter was refused because our mail server is set up wrongly"),
        N_("{n} letters were refused because our mail server is set up wrongly"),
        N_("Whoever runs this program can look with “newsletter doctor”."),
    ),
}


@dataclass(frozen=True)
class Person:
    """Somebody of a group."""

    subscriber_id: int | None
    masked: str
    said: str  # in the words of their mail server


@dataclass(frozen=True)
class Line:
    """A group as a page shows it."""

    sentence: str
    follows: str  # what happens next, in few words
    means: str
    people: Sequence[Person]
    more: int
    final: bool


@dataclass(frozen=True)
class Refused:
    """All of them, and how many they are together."""

    total: int
    lines: Sequence[Line]


def of(session: Session, issue: Issue, language: str) -> Refused:
    """Return whom an issue did not reach, in the words of a page."""
    groups = refusals.of_issue(session, issue, shown=_SHOWN)
    zone = ZoneInfo(issue.timezone)
    lines = tuple(_line(group, language, zone) for group in groups)
    return Refused(sum(group.count for group in groups), lines)


def sentence(group: Group, say: Translator) -> str:
    """Return how many there are, and why."""
    meaning, many = _MEANINGS[group.failure], i18n.number(group.count, say.speaks)
    said = say(meaning.one) if group.count == 1 else say(meaning.many, n=many)
    return f"{said} ({group.domain})" if group.domain else said


def _line(group: Group, language: str, zone: ZoneInfo) -> Line:
    say = i18n.translator(language)
    people = tuple(
        Person(
            each.subscriber_id, mask(each.address) if each.address else "", each.said
        )
        for each in group.readers
    )
    return Line(
        sentence(group, say),
        _follows(group, say, zone),
        say(_MEANINGS[group.failure].means) if group.final else say(_WAITS),
        people,
        group.count - len(people),
        group.final,
    )


_WAITS = N_(
    "We try again by ourselves, first after minutes, then after hours. Nobody needs to "
    "do anything."
)


def _follows(group: Group, say: Translator, zone: ZoneInfo) -> str:
    if group.until is not None:
        until = i18n.moment(group.until, say.speaks, zone)
        return say(N_("we keep trying until {when}"), when=until)
    if not group.final:
        return say(N_("waits until you resume"))
    if group.failure is Failure.HARD:
        return say(N_("will not be mailed again"))
    return say(N_("did not get this issue"))
