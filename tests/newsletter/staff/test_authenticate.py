import time

import pytest
from sqlmodel import Session

from newsletter import staff
from newsletter.models import Role, Staff

PASSWORD = "a long enough password"


@pytest.fixture
def anne(session: Session) -> Staff:
    return staff.add(session, "anne@example.org", role=Role.ADMIN, password=PASSWORD)


@pytest.mark.usefixtures("anne")
@pytest.mark.parametrize("email", ["anne@example.org", " ANNE@EXAMPLE.ORG "])
def test_the_right_password_opens(session: Session, email: str) -> None:
    found = staff.authenticate(session, email, PASSWORD)

    assert found is not None
    assert found.email == "anne@example.org"


@pytest.mark.usefixtures("anne")
@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("anne@example.org", "another long password"),
        ("anne@example.org", ""),
        ("anne@example.org", "x" * 1_000_000),
        ("bart@example.org", PASSWORD),
        ("no address", PASSWORD),
        ("", ""),
    ],
)
def test_everything_else_stays_closed(
    session: Session, email: str, password: str
) -> None:
    assert staff.authenticate(session, email, password) is None


@pytest.mark.usefixtures("anne")
def test_a_stranger_takes_as_long_as_a_wrong_password(session: Session) -> None:
    staff.authenticate(session, "bart@example.org", PASSWORD)  # the first one warms up

    pairs = [
        (_seconds(session, "anne@example.org"), _seconds(session, "bart@example.org"))
        for _ in range(7)
    ]

    # The least of each, in turn: other work on the machine only ever adds to one.
    known, stranger = (min(each) for each in zip(*pairs, strict=True))
    assert 0.5 < stranger / known < 2


def test_a_new_password_ends_every_session(session: Session, anne: Staff) -> None:
    secret = staff.open_session(session, anne)

    staff.set_password(session, anne, "quite another password")

    assert staff.find_by_session(session, secret) is None
    assert staff.authenticate(session, anne.email, PASSWORD) is None
    assert staff.authenticate(session, anne.email, "quite another password") is anne


def _seconds(session: Session, email: str) -> float:
    begun = time.perf_counter()
    staff.authenticate(session, email, "a wrong but long password")
    return time.perf_counter() - begun
