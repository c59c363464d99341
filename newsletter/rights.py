"""What one person may ask for, across people, ledger and notices."""

from typing import Any

from sqlmodel import Session

from subscribers.models import Subscriber
from subscribers.tokens import KeyRing


def gather(session: Session, subscriber: Subscriber) -> dict[str, Any]:
    """Placeholder."""
    raise NotImplementedError


def erase(session: Session, keys: KeyRing, subscriber: Subscriber) -> None:
    """Placeholder."""
    raise NotImplementedError
