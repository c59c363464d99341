"""Count what an issue has cost, and pause it when that is too much."""

import logging
from collections import Counter

from sqlalchemy import func
from sqlmodel import Session, col, select

from newsletter import i18n, issues
from newsletter.bounces.breakers import FIRST, Breaker, Toll, likeness, tripped
from newsletter.bounces.report import Kind
from newsletter.ledger import DELIVERY, being
from newsletter.models import Bounce, DeliveryState, Issue, IssueState
from newsletter.smtp.failures import Failure
from subscribers.sentences import N_, Saying

logger = logging.getLogger(__name__)

_UNKNOWN = (Failure.HARD, Failure.DOMAIN)
_TRUST = (Failure.POLICY, Failure.SENDER)
_LOOKED_AT = 400  # refusals, the newest
# A share is known to be kept once so many times the failures were answered for.
_ENOUGH = 400

_SENTENCES = {
    Breaker.UNKNOWN_READERS: N_(
        "{hard} addresses of this list do not exist any more, out of {answered} that "
        "were answered for. Mailbox providers take that for a bought list. Look at "
        "where these addresses come from, then resume."
    ),
    Breaker.NOT_TRUSTED: N_(
        "{alike} letters came back with the same refusal: mail servers do not trust "
        "this sender or this message. Nobody’s address is at fault. Run `newsletter "
        "doctor`, then resume."
    ),
    Breaker.COMPLAINTS: N_(
        "{complaints} readers called this letter spam, out of {accepted}. Above 0.3 "
        "percent providers begin to refuse all of our mail. Look at who gets it and "
        "whether they asked for it, then resume."
    ),
}


def stop_if_needed(session: Session, issue: Issue) -> Breaker | None:
    """Pause a running issue when too much of it comes back; return what did it.

    A breaker that somebody overruled by resuming stays overruled for this issue.
    """
    if issue.state not in (IssueState.SENDING, IssueState.STARTING):
        return None
    toll = _toll(session, issue)
    breaker = tripped(toll, tolerated=issue.tolerated)
    if breaker is None:
        return None
    said = i18n.kept(Saying(_SENTENCES[breaker], **vars(toll)))
    if not issues.pause(session, issue, because=said, by=breaker.value):
        return None  # nothing of it has left yet: the next report finds it sending
    logger.warning("issue %s is paused: %s", issue.id, breaker)
    return breaker


def _toll(session: Session, issue: Issue) -> Toll:
    hard = _readers(session, issue, col(Bounce.failure).in_(_UNKNOWN))
    complaints = _readers(session, issue, col(Bounce.kind) == Kind.COMPLAINT.value)
    enough = max(FIRST, _ENOUGH * max(hard, complaints))
    accepted = _many(session, issue, DeliveryState.ACCEPTED, enough)
    rejected = _many(session, issue, DeliveryState.REJECTED, enough)
    return Toll(accepted + rejected, accepted, hard, _alike(session, issue), complaints)


def _readers(session: Session, issue: Issue, such: object) -> int:
    query = select(func.count(func.distinct(col(Bounce.delivery_id)))).where(
        col(Bounce.issue_id) == issue.id,
        such,  # type: ignore[arg-type]  # a condition on columns
        col(Bounce.lifted_by) == "",
    )
    return session.exec(query).one()


def _alike(session: Session, issue: Issue) -> int:
    """Return of how many letters the most frequent refusal for trust came back."""
    query = (
        select(Bounce.status, Bounce.diagnostic, Bounce.delivery_id)
        .where(col(Bounce.issue_id) == issue.id, col(Bounce.failure).in_(_TRUST))
        .order_by(col(Bounce.id).desc())
        .limit(_LOOKED_AT)
    )
    letters = {
        (likeness(status, said), letter) for status, said, letter in session.exec(query)
    }
    return max(Counter(alike for alike, _ in letters).values(), default=0)


def _many(session: Session, issue: Issue, state: DeliveryState, enough: int) -> int:
    """Count rows of an issue in a state, no further than `enough`: a million waits."""
    some = (
        select(DELIVERY.id)
        .where(DELIVERY.issue_id == issue.id, being(state))
        .limit(enough)
        .subquery()
    )
    return session.exec(select(func.count()).select_from(some)).one()
