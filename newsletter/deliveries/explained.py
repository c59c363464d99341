"""What one person gets of an issue, and why, in one sentence for staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from newsletter import editions, i18n
from newsletter.editions.compose import goes_out
from newsletter.i18n import N_, Translator
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
    SuppressionReason,
)
from subscribers.tokens import KeyRing

_NEVER = {
    DeliveryState.SKIPPED: N_(
        "had left, paused or been suppressed when their turn came"
    ),
    DeliveryState.CANCELLED: N_("was still waiting when the issue was stopped"),
}
_SUPPRESSED = {
    SuppressionReason.HARD_BOUNCE: N_("is suppressed (hard bounce)"),
    SuppressionReason.COMPLAINT: N_("is suppressed (complaint)"),
    SuppressionReason.ERASED: N_("is suppressed (erased)"),
    SuppressionReason.STAFF: N_("is suppressed (staff)"),
}


@dataclass(frozen=True)
class Explained:
    """Which edition goes to somebody, and why; without one, why nothing does."""

    sentence: str
    gets: str | None = None
    reader: Reader | None = None  # theirs is what the ledger froze, once it has


def explain(
    session: Session,
    issue: Issue,
    email: str,
    keys: KeyRing,
    *,
    now: datetime,
    language: str = "en",
) -> Explained:
    """Say what the person with this address gets, or would get if it left now.

    The sentence is in `language`. Raises InvalidAddress.
    """
    address = addresses.normalise(email)
    query = select(Subscriber).where(Subscriber.email_key == address.key)
    person = session.exec(query).first()
    say = i18n.translator(language)
    if person is None:
        unknown = N_("{email} gets nothing: nobody here has this address.")
        return Explained(say(unknown, email=address.email))
    case = _Case(session, issue, person, say, ZoneInfo(issue.timezone))
    row = session.exec(
        select(Delivery).where(
            Delivery.issue_id == issue.id, Delivery.subscriber_id == person.id
        )
    ).first()
    if row is not None:
        return case.of_row(row, now)
    if issue.total is not None:
        return case.nothing(say(N_("was not on the list when the issue started")))
    if suppressed := suppressions.reason(session, keys, address):
        return case.nothing(say(_SUPPRESSED[suppressed]))
    return case.of_person(now)


@dataclass(frozen=True)
class _Case:
    """One person and one issue, in the words of whoever asks."""

    session: Session
    issue: Issue
    person: Subscriber
    say: Translator
    zone: ZoneInfo

    def nothing(self, why: str) -> Explained:
        said = N_("{email} gets nothing: this person {why}.")
        return Explained(self.say(said, email=self.person.email, why=why))

    def of_row(self, row: Delivery, now: datetime) -> Explained:
        """Explain what the ledger froze, or did."""
        if row.state in _NEVER:
            return self.nothing(self.say(_NEVER[row.state]))
        wanted, why = self._language(self._spoken())
        if wanted != row.language:
            why = self.say(N_("as it was when the issue started"))
        said = self.say(
            N_("{email} gets {language}, {why}; {state}."),
            email=row.address,
            language=i18n.plate(row.language),
            why=why,
            state=self.say(_STATES[row.state]),
        )
        dated = row.dated_at or now
        reader = Reader(row.id or 0, row.address, row.handle, row.since_on, dated)
        return Explained(said, row.language, reader)

    def of_person(self, now: datetime) -> Explained:
        """Explain what would leave now."""
        standing = self.session.exec(
            select(Subscription).where(
                Subscription.subscriber_id == self.person.id,
                Subscription.list_id == self.issue.list_id,
            )
        ).first()
        obstacle = self._obstacle(standing, now)
        if standing is None or obstacle:
            return self.nothing(obstacle)
        spoken = self._spoken()
        if not spoken:
            silent = N_("could get it, but no language has a subject yet")
            return self.nothing(self.say(silent))
        language, why = self._language(spoken)
        since = (standing.confirmed_at or standing.created_at).date().isoformat()
        said = self.say(
            N_("{email} gets {language}, {why}."),
            email=self.person.email,
            language=i18n.plate(language),
            why=why,
        )
        reader = Reader(0, self.person.email, standing.handle, since, now)
        return Explained(said, language, reader)

    def _obstacle(self, standing: Subscription | None, now: datetime) -> str:
        """Return why somebody would get nothing now; the query of all mail decides."""
        list_id, session = self.issue.list_id, self.session
        chosen = self.issue.segment_id
        segment = session.get(Segment, chosen) if chosen else None
        theirs = col(Subscriber.id) == self.person.id
        everybody = segments.mailable(list_id, now=now).where(theirs)
        some = segments.mailable(list_id, segment=segment, now=now).where(theirs)
        if session.execute(some).first():
            return ""
        if segment and session.execute(everybody).first():
            return self.say(N_("is not in the segment “{name}”"), name=segment.name)
        if standing is None:
            name = session.get_one(MailingList, list_id).name_in(self.say.speaks)
            return self.say(N_("is not on the list “{name}”"), name=name)
        return self._stands(standing)

    def _stands(self, standing: Subscription) -> str:
        match standing:
            case Subscription(
                state=SubscriptionState.UNSUBSCRIBED, unsubscribed_at=datetime() as at
            ):
                return self.say(N_("unsubscribed on {day}"), day=self._day(at))
            case Subscription(state=SubscriptionState.UNSUBSCRIBED):
                return self.say(N_("has unsubscribed"))
            case Subscription(
                state=SubscriptionState.PAUSED, paused_until=datetime() as at
            ):
                return self.say(N_("is pausing until {day}"), day=self._day(at))
            case Subscription(state=SubscriptionState.UNCONFIRMED):
                return self.say(N_("has not confirmed yet"))
        return self.say(N_("must not be mailed"))

    def _language(self, spoken: Sequence[str]) -> tuple[str, str]:
        """Return the edition for somebody among those there are, and why this one."""
        say, first = self.say, self.person.language
        second = self.person.second_language
        if found := editions.resolve_language(first, spoken):
            why = self._chosen()
            if found != first:
                near = N_("{why}, and it is the nearest to {language}")
                why = say(near, why=why, language=first)
            return found, why
        missing = say(N_("because they never chose one"))
        if first:
            missing = say(
                N_("because there is no edition in {language}"), language=first
            )
        if found := editions.resolve_language(second, spoken):
            said = N_("{why}, and {language} is their second language")
            return found, say(said, why=missing, language=second)
        mailing_list = self.session.get_one(MailingList, self.issue.list_id)
        for tag in (first, second):
            others = editions.instead_of(tag, mailing_list.fallbacks)
            if found := editions.resolve_language(None, spoken, others=others):
                stands = N_("{why}, and the list shows {language} instead")
                return found, say(stands, why=missing, language=found)
        default = editions.resolve_language(mailing_list.default_language, spoken)
        fallback = default or next(iter(spoken), mailing_list.default_language)
        rank = N_("{why}, and it is the first there is")
        if default:
            rank = N_("{why}, and it is the list’s first language")
        return fallback, say(rank, why=missing)

    def _chosen(self) -> str:
        """Say since when somebody's language is theirs, as far as that was kept."""
        query = select(Consent).where(
            Consent.subscriber_id == self.person.id,
            Consent.list_id == self.issue.list_id,
            Consent.kind == ConsentKind.GRANTED,
        )
        given = self.session.exec(query.order_by(col(Consent.id).desc())).first()
        if given is None or given.language != self.person.language:
            return self.say(N_("because it is the language we know of them"))
        day = self._day(given.asked_at or given.at)
        if given.channel is Channel.IMPORT:
            return self.say(N_("because the import of {day} says so"), day=day)
        return self.say(N_("because they chose it on {day}"), day=day)

    def _spoken(self) -> list[str]:
        every = editions.editions_of(self.session, self.issue)
        return [edition.language for edition in every if goes_out(edition)]

    def _day(self, at: datetime) -> str:
        return i18n.day(at.astimezone(self.zone).date(), self.say.speaks)


_STATES = {
    DeliveryState.QUEUED: N_("the letter is queued"),
    DeliveryState.SENDING: N_("the letter is sending"),
    DeliveryState.ACCEPTED: N_("the letter is accepted"),
    DeliveryState.DEFERRED: N_("the letter is deferred"),
    DeliveryState.REJECTED: N_("the letter is rejected"),
    DeliveryState.UNKNOWN: N_("the letter is unknown"),
}
