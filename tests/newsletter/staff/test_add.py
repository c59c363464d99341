import pytest
from sqlmodel import Session

from newsletter import staff
from newsletter.errors import BadPassword, StaffExists
from newsletter.models import Role
from subscribers.errors import InvalidAddress

PASSWORD = "a long enough password"


def test_a_password_is_kept_as_argon2id(session: Session) -> None:
    anne = staff.add(session, "anne@example.org", role=Role.ADMIN, password=PASSWORD)

    assert anne.password_hash.startswith("$argon2id$")
    assert PASSWORD not in anne.password_hash


def test_a_person_is_let_in_once_however_the_address_is_written(
    session: Session,
) -> None:
    staff.add(session, "anne@example.org", role=Role.ADMIN, password=PASSWORD)

    with pytest.raises(StaffExists, match="already log in"):
        staff.add(session, "ANNE@Example.org", role=Role.EDITOR, password=PASSWORD)


@pytest.mark.parametrize("password", ["", "eleven char", "x" * 201])
def test_a_password_too_short_or_too_long_is_refused(
    session: Session, password: str
) -> None:
    with pytest.raises(BadPassword, match="12 to 200"):
        staff.add(session, "anne@example.org", role=Role.ADMIN, password=password)


def test_no_address_no_login(session: Session) -> None:
    with pytest.raises(InvalidAddress):
        staff.add(session, "anne", role=Role.ADMIN, password=PASSWORD)
