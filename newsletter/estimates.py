"""How long an issue will take, told before it leaves."""

from datetime import datetime

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlmodel import Session, col

from newsletter import deliveries, editions, relays
from newsletter.config import Settings
from newsletter.errors import RelayNotFound
from newsletter.models import Issue
from newsletter.relays import Estimate, Profile
from subscribers import segments
from subscribers.models import MailingList, Segment


def of_issue(
    session: Session, settings: Settings, issue: Issue, *, now: datetime
) -> Estimate | None:
    """Return how long the issue takes if it leaves now; see `of_readers`."""
    languages = [edition.language for edition in editions.editions_of(session, issue)]
    if not languages:
        return None
    counts = deliveries.languages_of(session, issue, languages=languages, now=now)
    return of_readers(session, settings, issue, readers=sum(counts.values()), now=now)


def of_readers(
    session: Session, settings: Settings, issue: Issue, *, readers: int, now: datetime
) -> Estimate | None:
    """Return how long its preferred relay takes for so many readers.

    None when there is nobody, no relay for its list, or when it has started: then
    its progress tells more.
    """
    if not readers or issue.total is not None:
        return None
    mailing_list = session.get_one(MailingList, issue.list_id)
    try:
        profiles = relays.of_list(session, settings, mailing_list)
    except RelayNotFound:
        return None
    return relays.estimate(
        profiles,
        readers=readers,
        groups=_by_group(session, issue, profiles[0], now),
        used=relays.used(session, profiles[0], now=now),
    )


def of_rest(
    session: Session, settings: Settings, issue: Issue, *, readers: int, now: datetime
) -> Estimate | None:
    """Return how long the limits of its relay keep the readers who still wait.

    None where no limit is stated: then how fast it goes tells more.
    """
    mailing_list = session.get_one(MailingList, issue.list_id)
    try:
        profiles = relays.of_list(session, settings, mailing_list)
    except RelayNotFound:
        return None
    if not profiles[0].is_limited:
        return None
    used = relays.used(session, profiles[0], now=now)
    return relays.estimate(profiles, readers=readers, used=used)


def usual_readers(session: Session, mailing_list: MailingList) -> int | None:
    """Return how many the list's latest issue went to; None before the first."""
    query = (
        select(col(Issue.total))
        .where(
            col(Issue.list_id) == mailing_list.id,
            col(Issue.total).is_not(None),
            col(Issue.started_at).is_not(None),
        )
        .order_by(col(Issue.started_at).desc())
        .limit(1)
    )
    total: int | None = session.scalar(query)
    return total


def _by_group(
    session: Session, issue: Issue, profile: Profile, now: datetime
) -> dict[str, int]:
    """Count the readers of the groups that have a limit of their own."""
    groups = list(profile.domains)
    if not groups:
        return {}
    segment = session.get(Segment, issue.segment_id) if issue.segment_id else None
    people = segments.mailable(issue.list_id, segment=segment, now=now).subquery()
    ends = [[f"@{domain}" for domain in relays.domains_of(group)] for group in groups]
    columns = [
        func.coalesce(func.sum(case((_ends_with(people.c.email, each), 1), else_=0)), 0)
        for each in ends
    ]
    counts = session.execute(select(*columns)).one()
    return dict(zip(groups, counts, strict=True))


def _ends_with(email: ColumnElement[str], ends: list[str]) -> ColumnElement[bool]:
    return or_(*(email.endswith(end, autoescape=True) for end in ends))
