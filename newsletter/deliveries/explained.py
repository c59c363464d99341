"""What one person gets of an issue, and why, in one sentence for staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from newsletter import editions, i18n
from newsletter.editions.compose import goes_out
from newsletter.messages import Reader
from newsletter.models import Delivery, DeliveryState, Issue
from subscribers import addresses, segments, suppressions
from subscribers.models import (
    Channel,
    Consent,
    ConsentKind,
    MailingList,
    Segment,
    Subscriber,
    Subscription,
    SubscriptionState,
)
from subscribers.tokens import KeyRing

_NEVER = {
    DeliveryState.SKIPPED: "had left, paused or been suppressed when their turn came",
    DeliveryState.CANCELLED: "was still waiting when the issue was stopped",
}


@dataclass(frozen=True)
class Explained:
    """Which edition goes to somebody, and why; without one, why nothing does."""

    sentence: str
    gets: str | None = None
    reader: Reader | None = None  # theirs is what the ledger froze, once it has


def explain(
    session: Session, issue: Issue, email: str, keys: KeyRing, *, now: datetime
) -> Explained:
    """Say what the person with this address gets, or would get if it left now.

    Raises InvalidAddress.
    """
    address = addresses.normalise(email)
    query = select(Subscriber).where(Subscriber.email_key == address.key)
    person = session.exec(query).first()
    if person is None:
        return Explained(f"{address.email} gets nothing: nobody here has this address.")
    row = session.exec(
        select(Delivery).where(
            Delivery.issue_id == issue.id, Delivery.subscriber_id == person.id
        )
    ).first()
    if row is not None:
        return _of_row(session, issue, person, row, now)
    if issue.total is not None:
        return _nothing(person, "was not on the list when the issue started")
    if suppressed := suppressions.reason(session, keys, address):
        return _nothing(person, f"is suppressed ({suppressed.value})")
    return _of_person(session, issue, person, now)


def _of_row(
    session: Session, issue: Issue, person: Subscriber, row: Delivery, now: datetime
) -> Explained:
    if row.state in _NEVER:
        return _nothing(person, _NEVER[row.state])
    plate = i18n.plate(row.language)
    spoken = _languages(session, issue)
    wanted, why = _language(session, issue, person, spoken)
    because = why if wanted == row.language else "as it was when the issue started"
    return Explained(
        f"{row.address} gets {plate}, {because}; the letter is {row.state.value}.",
        row.language,
        Reader(row.id or 0, row.address, row.handle, row.since_on, row.dated_at or now),
    )


def _of_person(
    session: Session, issue: Issue, person: Subscriber, now: datetime
) -> Explained:
    standing = session.exec(
        select(Subscription).where(
            Subscription.subscriber_id == person.id,
            Subscription.list_id == issue.list_id,
        )
    ).first()
    spoken = _languages(session, issue)
    obstacle = _obstacle(session, issue, person, standing, now)
    if standing is None or obstacle:
        return _nothing(person, obstacle)
    if not spoken:
        return _nothing(person, "could get it, but no language has a subject yet")
    language, why = _language(session, issue, person, spoken)
    since = standing.confirmed_at or standing.created_at
    return Explained(
        f"{person.email} gets {i18n.plate(language)}, {why}.",
        language,
        Reader(0, person.email, standing.handle, since.date().isoformat(), now),
    )


def _obstacle(
    session: Session,
    issue: Issue,
    person: Subscriber,
    standing: Subscription | None,
    now: datetime,
) -> str:
    """Return why somebody would get nothing now; the query of all mail decides."""
    segment = session.get(Segment, issue.segment_id) if issue.segment_id else None
    theirs = col(Subscriber.id) == person.id
    everybody = segments.mailable(issue.list_id, now=now).where(theirs)
    chosen = segments.mailable(issue.list_id, segment=segment, now=now).where(theirs)
    if session.execute(chosen).first():
        return ""
    if session.execute(everybody).first():
        return f"is not in the segment {segment.name if segment else ''!r}"
    if standing is None:
        mailing_list = session.get_one(MailingList, issue.list_id)
        return f"is not on the list {mailing_list.slug}"
    return _stands(standing, ZoneInfo(issue.timezone))


def _stands(standing: Subscription, zone: ZoneInfo) -> str:
    match standing:
        case Subscription(state=SubscriptionState.UNSUBSCRIBED, unsubscribed_at=at):
            return f"unsubscribed{_on(at, zone)}"
        case Subscription(state=SubscriptionState.PAUSED, paused_until=at):
            return f"is pausing{_on(at, zone, 'until')}"
        case Subscription(state=SubscriptionState.UNCONFIRMED):
            return "has not confirmed yet"
    return "must not be mailed"


def _language(
    session: Session, issue: Issue, person: Subscriber, spoken: Sequence[str]
) -> tuple[str, str]:
    """Return the edition for somebody among those there are, and why this one."""
    mailing_list = session.get_one(MailingList, issue.list_id)
    first, second = person.language, person.second_language
    default = editions.resolve_language(mailing_list.default_language, spoken)
    if found := editions.resolve_language(first, spoken):
        near = "" if found == first else f", and it is the nearest to {first}"
        return found, f"because {_chosen(session, issue, person)}{near}"
    missing = f"there is no edition in {first}" if first else "they never chose one"
    if found := editions.resolve_language(second, spoken):
        return found, f"because {missing}, and {second} is their second language"
    for tag in (first, second):
        others = editions.instead_of(tag, mailing_list.fallbacks)
        if found := editions.resolve_language(None, spoken, others=others):
            return found, f"because {missing}, and the list shows {found} instead"
    fallback = default or next(iter(spoken), mailing_list.default_language)
    rank = "the list’s first language" if default else "the first there is"
    return fallback, f"because {missing}, and it is {rank}"


def _chosen(session: Session, issue: Issue, person: Subscriber) -> str:
    """Say since when somebody's language is theirs, as far as that was kept."""
    query = select(Consent).where(
        Consent.subscriber_id == person.id,
        Consent.list_id == issue.list_id,
        Consent.kind == ConsentKind.GRANTED,
    )
    given = session.exec(query.order_by(col(Consent.id).desc())).first()
    if given is None or given.language != person.language:
        return "it is the language we know of them"
    day = _day((given.asked_at or given.at).astimezone(ZoneInfo(issue.timezone)).date())
    if given.channel is Channel.IMPORT:
        return f"the import of {day} says so"
    return f"they chose it on {day}"


def _languages(session: Session, issue: Issue) -> list[str]:
    every = editions.editions_of(session, issue)
    return [edition.language for edition in every if goes_out(edition)]


def _nothing(person: Subscriber, why: str) -> Explained:
    return Explained(f"{person.email} gets nothing: this person {why}.")


def _on(moment: datetime | None, zone: ZoneInfo, word: str = "on") -> str:
    return f" {word} {_day(moment.astimezone(zone).date())}" if moment else ""


def _day(day: date) -> str:
    return i18n.day(day, "en").replace("\u00a0", " ")
