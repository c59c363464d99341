import pytest
from sqlmodel import Session, select

from subscribers import suppressions
from subscribers.addresses import normalise
from subscribers.models import Suppression, SuppressionReason
from subscribers.tokens import KeyRing
from tests.factories import SECRETS

ANNE = normalise("Anne@example.org")


def test_a_suppressed_address_is_known_however_it_is_cased(
    session: Session, keys: KeyRing
) -> None:
    suppressions.suppress(session, keys, ANNE, reason=SuppressionReason.HARD_BOUNCE)

    assert suppressions.is_suppressed(session, keys, normalise("anne@EXAMPLE.org"))
    assert not suppressions.is_suppressed(session, keys, normalise("bart@example.org"))


def test_only_a_keyed_hash_is_kept(session: Session, keys: KeyRing) -> None:
    suppressions.suppress(
        session, keys, ANNE, reason=SuppressionReason.STAFF, evidence="asked by phone"
    )

    row = session.exec(select(Suppression)).one()
    assert "anne" not in str(row).lower()
    assert row.address_hash == keys.fingerprint("anne@example.org")
    assert row.evidence == "asked by phone"


def test_it_outlives_a_change_of_keys(session: Session, keys: KeyRing) -> None:
    suppressions.suppress(session, keys, ANNE, reason=SuppressionReason.COMPLAINT)
    rotated = KeyRing(["a newer key, sixteen or more", *SECRETS])

    assert suppressions.is_suppressed(session, rotated, ANNE)


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (SuppressionReason.HARD_BOUNCE, SuppressionReason.COMPLAINT, "second"),
        (SuppressionReason.HARD_BOUNCE, SuppressionReason.HARD_BOUNCE, "first"),
        (SuppressionReason.ERASED, SuppressionReason.HARD_BOUNCE, "first"),
        (SuppressionReason.STAFF, SuppressionReason.ERASED, "second"),
    ],
)
def test_the_weightier_reason_stays(
    session: Session,
    keys: KeyRing,
    first: SuppressionReason,
    second: SuppressionReason,
    kept: str,
) -> None:
    assert suppressions.suppress(session, keys, ANNE, reason=first) is True

    changed = suppressions.suppress(session, keys, ANNE, reason=second)

    expected = second if kept == "second" else first
    assert changed is (kept == "second")
    assert suppressions.reason(session, keys, ANNE) is expected


def test_it_can_be_lifted(session: Session, keys: KeyRing) -> None:
    suppressions.suppress(session, keys, ANNE, reason=SuppressionReason.STAFF)

    assert suppressions.lift(session, keys, ANNE) is True
    assert suppressions.reason(session, keys, ANNE) is None
    assert suppressions.lift(session, keys, ANNE) is False
