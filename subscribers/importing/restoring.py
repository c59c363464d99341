"""Give people back what an import changed, where nobody has changed it since."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from subscribers.models import ImportChange, Subscriber, SubscriberTag

_COLUMNS = ("name", "language", "second_language")


def restore(session: Session, changed: Sequence[ImportChange], now: datetime) -> int:
    """Restore these people in this transaction; return how many are as before.

    Their rows are locked in the order of their ids. What was written is compared
    field by field: whoever chose another language since keeps it.
    """
    ids = [change.subscriber_id for change in changed]
    people = session.exec(
        select(Subscriber)
        .where(col(Subscriber.id).in_(ids))
        .order_by(col(Subscriber.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    by_id = {person.id: person for person in people}
    restored = 0
    for change in changed:
        person = by_id.get(change.subscriber_id)
        if person and _columns(person, change.before) | _tags(session, change):
            person.updated_at = now
            session.add(person)
            restored += 1
        session.delete(change)
    session.flush()
    return restored


def _columns(person: Subscriber, before: dict[str, Any]) -> bool:
    wrote = before.get("wrote", {})
    changed = False
    for name in _COLUMNS:
        if name in wrote and getattr(person, name) == wrote[name]:
            setattr(person, name, before.get(name))
            changed = True
    if "attributes" in wrote:
        held = _attributes(person.attributes, before["attributes"], wrote["attributes"])
        changed = changed or held != person.attributes
        person.attributes = held
    return changed


def _attributes(
    held: dict[str, str], before: dict[str, str], wrote: dict[str, str]
) -> dict[str, str]:
    found = dict(held)
    for name, value in wrote.items():
        if found.get(name) != value or before.get(name) == value:
            continue
        if name in before:
            found[name] = before[name]
        else:
            del found[name]
    return found


def _tags(session: Session, change: ImportChange) -> bool:
    tags = change.before.get("tags", [])
    if not tags:
        return False
    session.connection().execute(
        delete(SubscriberTag).where(
            col(SubscriberTag.subscriber_id) == change.subscriber_id,
            col(SubscriberTag.tag).in_(tags),
        )
    )
    return True
