"""Decide otherwise about what came back: mail may go to an address again."""

from typing import NoReturn

from sqlalchemy import update
from sqlmodel import Session, col, select

from newsletter.bounces.report import Kind
from newsletter.i18n import N_
from newsletter.models import Bounce, Delivery
from subscribers import addresses, suppressions
from subscribers.addresses import Address
from subscribers.errors import InvalidAddress, SuppressionStays
from subscribers.models import SuppressionReason
from subscribers.tokens import KeyRing

_COMPLAINED = N_(
    "Whoever calls a letter spam gets none any more. Only they can come back, by "
    "subscribing again."
)
_ERASED = N_("This person was erased. Only they can come back, by subscribing again.")
_BY_HAND = N_(
    "A colleague stopped mail to this address, so it is not for a failure alone. "
    "Lift that on the command line."
)
_UNKNOWN = N_("Nobody knows whose letter this was about.")
# Whom these keep away comes back by subscribing, or not at all.
THEIRS = (SuppressionReason.COMPLAINT, SuppressionReason.ERASED)


def lift(session: Session, keys: KeyRing, address: Address, *, by: str) -> bool:
    """Allow mail to an address again, and forgive its failures.

    False if nothing stood against it. `by` is kept with each failure. Raises
    SuppressionStays after a complaint or an erasure.
    """
    if suppressions.reason(session, keys, address) in THEIRS:
        raise SuppressionStays(_COMPLAINED)
    lifted = suppressions.lift(session, keys, address)
    _forgive(session, keys.fingerprint(address.key), by)
    return lifted


def lift_for(session: Session, keys: KeyRing, bounce: Bounce, *, by: str) -> None:
    """Allow mail again to the address that a failure was about.

    Raises SuppressionStays where a failure is not what keeps mail away.
    """
    if bounce.kind == Kind.COMPLAINT.value:
        raise SuppressionStays(_COMPLAINED)
    address = address_of(session, bounce)
    if address is None:
        _refuse(bounce)
    reason = suppressions.reason(session, keys, address)
    if reason is SuppressionReason.STAFF:
        raise SuppressionStays(_BY_HAND)
    lift(session, keys, address, by=by)


def address_of(session: Session, bounce: Bounce) -> Address | None:
    """Return the address a letter that came back had gone to, as long as it is kept."""
    delivery = session.get(Delivery, bounce.delivery_id) if bounce.delivery_id else None
    if delivery is None or not delivery.address:
        return None
    try:
        return addresses.normalise(delivery.address)
    except InvalidAddress:
        return None


def _refuse(bounce: Bounce) -> NoReturn:
    raise SuppressionStays(_ERASED if bounce.delivery_id else _UNKNOWN)


def _forgive(session: Session, address_hash: str, by: str) -> None:
    theirs = select(Delivery.id).where(
        col(Delivery.id) == col(Bounce.delivery_id),
        col(Delivery.address_hash) == address_hash,
    )
    session.execute(
        update(Bounce)
        .where(
            col(Bounce.kind) == Kind.BOUNCE.value,
            col(Bounce.lifted_by) == "",
            theirs.exists(),
        )
        .values(lifted_by=by[:254])
        .execution_options(synchronize_session="fetch")
    )
