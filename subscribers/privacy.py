"""What is kept of one person, to be handed to them or erased."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, SQLModel, col, delete, select

from subscribers import people, suppressions
from subscribers.addresses import Address
from subscribers.models import (
    Consent,
    Import,
    ImportChange,
    MailingList,
    Request,
    Subscriber,
    SubscriberTag,
    Subscription,
    Suppression,
    SuppressionReason,
)
from subscribers.tokens import KeyRing


def gather(session: Session, subscriber: Subscriber) -> dict[str, Any]:
    """Return everything this package holds about a person, ready for JSON.

    Keys: email, name, language, second_language, tags, attributes, created_at,
    updated_at, subscriptions, consents (each with its exact words), requests,
    imports, suppression. Moments are ISO 8601 in UTC. Handles are left out: they are
    keys to what they name, and this may be read by others than its owner.
    """
    return {
        "email": subscriber.email,
        "name": subscriber.name,
        "language": subscriber.language,
        "second_language": subscriber.second_language,
        "tags": people.tags_of(session, [subscriber])[subscriber.id or 0],
        "attributes": dict(subscriber.attributes),
        "created_at": iso(subscriber.created_at),
        "updated_at": iso(subscriber.updated_at),
        "subscriptions": [
            _subscription(each) for each in people.standings(session, subscriber)
        ],
        "consents": [_consent(each) for each in people.proofs(session, subscriber)],
        "requests": _requests(session, subscriber),
        "imports": _imports(session, subscriber),
        "suppression": _suppression(session, subscriber),
    }


def lock(session: Session, subscriber: Subscriber) -> bool:
    """Keep everybody else from writing about a person; False when they are gone.

    Until the transaction ends nothing that points to them can be added, so that
    nothing is left behind by an erasure beside which a list is being drawn up.
    """
    created_at = subscriber.created_at
    found = session.get(
        Subscriber, subscriber.id, with_for_update=True, populate_existing=True
    )
    # SQLite gives the number of whoever was deleted last to the next newcomer.
    return found is not None and found.created_at == created_at


def erase(session: Session, keys: KeyRing, subscriber: Subscriber) -> None:
    """Delete a person and all that is known of them; a second time changes nothing.

    What stays is a keyed hash of the address, so that no import brings them back
    (GDPR art. 17 with 21(3)). Other packages must let go of the person first.
    """
    if not lock(session, subscriber):
        return
    address = Address(subscriber.email, subscriber.email_key)
    mine = subscriber.id
    session.execute(delete(Request).where(_asked_by(subscriber)))
    rows: list[tuple[type[SQLModel], ColumnElement[bool]]] = [
        (Consent, col(Consent.subscriber_id) == mine),
        (ImportChange, col(ImportChange.subscriber_id) == mine),
        (Subscription, col(Subscription.subscriber_id) == mine),
        (SubscriberTag, col(SubscriberTag.subscriber_id) == mine),
        (Subscriber, col(Subscriber.id) == mine),
    ]
    for model, theirs in rows:
        session.execute(delete(model).where(theirs))
    suppressions.suppress(session, keys, address, reason=SuppressionReason.ERASED)
    session.flush()


def iso(moment: datetime | None) -> str | None:
    """Return a moment as JSON holds it."""
    return moment.isoformat() if moment else None


def _asked_by(subscriber: Subscriber) -> ColumnElement[bool]:
    """Whether a request came from a person, or names the address they have."""
    return or_(
        col(Request.subscriber_id) == subscriber.id,
        col(Request.email_key) == subscriber.email_key,
        func.lower(col(Request.new_email)) == subscriber.email_key,
    )


def _subscription(standing: people.Standing) -> dict[str, Any]:
    subscription = standing.subscription
    return {
        "list": standing.mailing_list.slug,
        "state": subscription.state.value,
        "paused_until": iso(subscription.paused_until),
        "created_at": iso(subscription.created_at),
        "confirmed_at": iso(subscription.confirmed_at),
        "unsubscribed_at": iso(subscription.unsubscribed_at),
        "import_id": subscription.import_id,
    }


def _consent(proof: people.Proof) -> dict[str, Any]:
    consent, file = proof.consent, proof.file
    return {
        "kind": consent.kind.value,
        "channel": consent.channel.value,
        "list": proof.mailing_list.slug if proof.mailing_list else None,
        "asked_at": iso(consent.asked_at),
        "at": iso(consent.at),
        "language": consent.language,
        "words": consent.words,
        "words_hash": consent.words_hash,
        "version": consent.version,
        "form": consent.form,
        "message_id": consent.message_id,
        "import_id": consent.import_id,
        "filename": file.filename if file else None,
        "evidence": dict(consent.evidence),
    }


def _requests(session: Session, subscriber: Subscriber) -> list[dict[str, Any]]:
    query = select(MailingList.id, MailingList.slug)
    slugs = {row[0]: row[1] for row in session.exec(query)}
    asked = select(Request).where(
        or_(
            col(Request.subscriber_id) == subscriber.id,
            col(Request.email_key) == subscriber.email_key,
        )
    )
    return [
        {
            "kind": each.kind.value,
            "email": each.email,
            "new_email": each.new_email,
            "language": each.language,
            "lists": [slugs[id_] for id_ in each.list_ids if id_ in slugs],
            "form": each.form,
            "asked_at": iso(each.asked_at),
            "answered_at": iso(each.answered_at),
            "done_at": iso(each.done_at),
            "message_id": each.message_id,
        }
        for each in session.exec(asked.order_by(col(Request.id)))
    ]


def _imports(session: Session, subscriber: Subscriber) -> list[dict[str, Any]]:
    """Return the files a person stood in, and what they were called before."""
    mine = subscriber.id
    changes = select(ImportChange).where(col(ImportChange.subscriber_id) == mine)
    before = {each.import_id: each.before for each in session.exec(changes)}
    brought = select(Subscription.import_id).where(
        col(Subscription.subscriber_id) == mine
    )
    agreed = select(Consent.import_id).where(col(Consent.subscriber_id) == mine)
    files = select(Import).where(
        or_(
            col(Import.id).in_(brought),
            col(Import.id).in_(agreed),
            col(Import.id).in_(before),
        )
    )
    return [
        {
            "id": each.id,
            "filename": each.filename,
            "file_hash": each.file_hash,
            "created_at": iso(each.created_at),
            "undone_at": iso(each.undone_at),
            "before": before.get(each.id or 0),
        }
        for each in session.exec(files.order_by(col(Import.id)))
    ]


def _suppression(session: Session, subscriber: Subscriber) -> dict[str, Any] | None:
    found = session.exec(
        select(Suppression).where(
            col(Suppression.address_hash) == subscriber.email_hash
        )
    ).first()
    if found is None:
        return None
    return {
        "reason": found.reason.value,
        "evidence": found.evidence,
        "created_at": iso(found.created_at),
    }
