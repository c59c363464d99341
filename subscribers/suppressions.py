"""Addresses that must not be mailed: they outrank every subscription."""

from sqlmodel import Session, col, select

from subscribers.addresses import Address
from subscribers.clock import utcnow
from subscribers.inserts import insert_absent
from subscribers.models import Suppression, SuppressionReason
from subscribers.tokens import KeyRing

# A weightier reason replaces a lighter one: who may lift it depends on it.
_WEIGHT = {
    SuppressionReason.HARD_BOUNCE: 0,
    SuppressionReason.STAFF: 1,
    SuppressionReason.COMPLAINT: 2,
    SuppressionReason.ERASED: 3,
}


def suppress(
    session: Session,
    keys: KeyRing,
    address: Address,
    *,
    reason: SuppressionReason,
    evidence: str = "",
) -> bool:
    """Stop all mail to an address; False if that was so already, for this or more."""
    address_hash = keys.fingerprint(address.key)
    held = _find(session, address_hash)
    if held is None:
        row = {
            "address_hash": address_hash,
            "reason": reason,
            "evidence": evidence,
            "created_at": utcnow(),
        }
        insert_absent(session, Suppression, [row])
        return True
    if _WEIGHT[reason] <= _WEIGHT[held.reason]:
        return False
    held.reason, held.evidence = reason, evidence
    session.add(held)
    return True


def lift(session: Session, keys: KeyRing, address: Address) -> bool:
    """Allow mail to an address again; False if nothing stood against it."""
    held = _find(session, keys.fingerprint(address.key))
    if held is None:
        return False
    session.delete(held)
    return True


def is_suppressed(session: Session, keys: KeyRing, address: Address) -> bool:
    """Tell whether this address must not be mailed."""
    return reason(session, keys, address) is not None


def reason(
    session: Session, keys: KeyRing, address: Address
) -> SuppressionReason | None:
    """Return why an address must not be mailed, None if it may be."""
    held = _find(session, keys.fingerprint(address.key))
    return held.reason if held else None


def _find(session: Session, address_hash: str) -> Suppression | None:
    return session.exec(
        select(Suppression).where(col(Suppression.address_hash) == address_hash)
    ).first()
