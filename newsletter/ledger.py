"""The ledger's columns, and conditions on its states that partial indexes serve."""

from datetime import timedelta

from sqlalchemy import ColumnElement, literal_column

from newsletter.models import Delivery, DeliveryState
from subscribers.columns import table_of

DELIVERY = table_of(Delivery).c
GIVE_UP = timedelta(hours=48)  # since the first try: its news is stale by then


def being(*states: DeliveryState) -> ColumnElement[bool]:
    """Return "its state is one of these", with the states written out.

    A partial index serves only a query that names its states literally: SQLite does
    not look at parameters while it plans.
    """
    words = [
        literal_column(f"'{state.value}'", type_=DELIVERY.state.type)
        for state in states
    ]
    return DELIVERY.state.in_(words) if len(words) > 1 else DELIVERY.state == words[0]
