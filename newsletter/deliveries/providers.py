"""How mail providers took an issue: its rows by the domain of the address."""

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session

from newsletter.ledger import DELIVERY
from newsletter.models import DeliveryState, Issue


def by_domain(session: Session, issue: Issue) -> dict[str, dict[DeliveryState, int]]:
    """Count the rows of an issue by domain and state; "" are readers erased since.

    It looks at every row: of a million, that takes a second.
    """
    domain = _domain(session)
    rows = session.execute(
        select(domain, DELIVERY.state, func.count())
        .where(DELIVERY.issue_id == issue.id)
        .group_by(domain, DELIVERY.state)
    )
    found: dict[str, dict[DeliveryState, int]] = {}
    for name, state, many in rows:
        found.setdefault(name, {})[state] = many
    return found


def _domain(session: Session) -> ColumnElement[str]:
    """Return what stands after the @; the two databases name the search differently."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    at = (func.instr if sqlite else func.strpos)(DELIVERY.address, "@")
    return func.substr(DELIVERY.address, at + 1)
