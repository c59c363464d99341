"""What became of a reader's letters of one list, back to the last that arrived."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import or_
from sqlmodel import Session, col, select

from newsletter.bounces.report import Kind
from newsletter.bounces.weighing import Seen
from newsletter.models import Bounce, Delivery, DeliveryState, Issue
from newsletter.smtp.failures import Failure

_LETTERS = 60  # as many as a reader gets between two looks, and more
_TRIED = (DeliveryState.ACCEPTED, DeliveryState.REJECTED)


def failures(session: Session, delivery: Delivery) -> list[Seen]:
    """Return the failures since the last success before and with this delivery.

    A letter that was accepted and of which nothing came back is a success. What
    staff decided otherwise about is neither. The oldest comes first.
    """
    letters = _letters(session, delivery)
    reports = _reports(session, [each.id or 0 for each in letters])
    found: list[Seen] = []
    for letter in letters:
        back = reports[letter.id or 0]
        if not back and letter.state is DeliveryState.ACCEPTED:
            break
        found += [
            Seen(Failure(each.failure), letter.issue_id, each.received_at, each.status)
            for each in back
            if each.failure and not each.lifted_by
        ]
    return sorted(found, key=lambda each: each.at)


def _letters(session: Session, delivery: Delivery) -> Sequence[Delivery]:
    """Return this letter and those before it of the same list, the newest first."""
    of_list = select(Issue.list_id).where(col(Issue.id) == delivery.issue_id)
    query = (
        select(Delivery)
        .join(Issue, col(Issue.id) == col(Delivery.issue_id))
        .where(
            col(Delivery.subscriber_id) == delivery.subscriber_id,
            col(Delivery.id) <= delivery.id,
            # A report may be faster than the sender, who has not said yet how this
            # one went.
            or_(col(Delivery.state).in_(_TRIED), col(Delivery.id) == delivery.id),
            col(Issue.list_id).in_(of_list),
        )
        .order_by(col(Delivery.id).desc())
        .limit(_LETTERS)
    )
    return session.exec(query).all()


def _reports(session: Session, ids: Sequence[int]) -> Mapping[int, list[Bounce]]:
    query = select(Bounce).where(
        col(Bounce.delivery_id).in_(ids), col(Bounce.kind) == Kind.BOUNCE.value
    )
    found: dict[int, list[Bounce]] = defaultdict(list)
    for row in session.exec(query.order_by(col(Bounce.id))):
        found[row.delivery_id or 0].append(row)
    return found
