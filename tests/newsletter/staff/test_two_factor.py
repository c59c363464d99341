"""Codes of an authenticator, and codes on paper."""

import base64
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from sqlalchemy import Engine
from sqlmodel import Session

from newsletter import db
from newsletter.errors import BadCode
from newsletter.models import Role, Staff
from newsletter.staff import two_factor
from subscribers.tokens import KeyRing
from tests import factories

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def make(session: Session, keys: KeyRing) -> tuple[Staff, str, list[str]]:
    """Return somebody whose codes are on, the secret, and the recovery codes."""
    person = Staff(
        email="anne@example.org",
        email_key="anne@example.org",
        role=Role.ADMIN,
        password_hash="-",
    )
    session.add(person)
    session.flush()
    sealed = two_factor.new_secret(keys, person)
    secret = two_factor.secret_in(keys, person, sealed)
    with time_machine.travel(NOON, tick=False):
        code = two_factor.code_at(secret, NOON)
        codes = two_factor.switch_on(session, keys, person, sealed=sealed, code=code)
    return person, secret, codes


# RFC 6238, appendix B: the last six of eight digits.
@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    secret = base64.b32encode(b"12345678901234567890").decode()

    assert two_factor.code_at(secret, datetime.fromtimestamp(seconds, UTC)) == code


@pytest.mark.parametrize(
    ("late", "opens"), [(-60, False), (-30, True), (0, True), (30, True), (61, False)]
)
def test_a_clock_may_be_half_a_minute_off(
    session: Session, keys: KeyRing, late: int, opens: bool
) -> None:
    person, secret, _ = make(session, keys)
    later = NOON + timedelta(hours=1)

    code = two_factor.code_at(secret, later + timedelta(seconds=late))

    with time_machine.travel(later, tick=False):
        assert two_factor.use(session, keys, person, code) is opens


def test_no_code_opens_twice(session: Session, keys: KeyRing) -> None:
    person, secret, codes = make(session, keys)
    later = NOON + timedelta(hours=1)
    code, before = (
        two_factor.code_at(secret, later - timedelta(seconds=30 * ago))
        for ago in (0, 1)
    )

    with time_machine.travel(later, tick=False):
        tries = [
            two_factor.use(session, keys, person, each)
            # Spaced and written as people do; an earlier step is over, too.
            for each in (
                f"{code[:3]} {code[3:]}",
                code,
                before,
                codes[3].upper(),
                codes[3],
            )
        ]

    assert tries == [True, False, False, True, False]
    assert len(person.recovery) == 9


@pytest.mark.parametrize("code", ["", "000000", "x", "٣٣٣٣٣٣", "a" * 10_000])
def test_anything_else_opens_nothing(
    session: Session, keys: KeyRing, code: str
) -> None:
    person, _, _ = make(session, keys)

    assert not two_factor.use(session, keys, person, code)


def test_a_stolen_row_tells_neither_secret_nor_codes(
    session: Session, keys: KeyRing
) -> None:
    person, secret, codes = make(session, keys)

    kept = f"{person.totp_secret} {person.recovery}"

    assert secret not in kept
    assert not any(code.replace("-", "") in kept for code in codes)


def test_a_secret_is_sealed_for_one_person_and_old_keys_still_open(
    session: Session, keys: KeyRing
) -> None:
    person, secret, _ = make(session, keys)
    newer = KeyRing(["a new secret that is long enough", *factories.SECRETS])
    other = Staff(id=99, email="", email_key="", role=Role.ADMIN, password_hash="-")

    assert two_factor.secret_in(newer, person, person.totp_secret) == secret
    for bad in (person.totp_secret, "", "AAAA", "ÿ", person.totp_secret[:-4]):
        with pytest.raises(BadCode):
            two_factor.secret_in(keys, other, bad)


def test_of_two_with_the_same_code_one_comes_in(engine: Engine, keys: KeyRing) -> None:
    with db.writing(engine) as session:
        person, _, codes = make(session, keys)
    start, came_in = Barrier(2), []

    def enter() -> None:
        start.wait()
        with db.writing(engine) as session:
            came_in.append(two_factor.use(session, keys, person, codes[0]))

    threads = [Thread(target=enter) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(came_in) == [False, True]
