"""Who goes, and who must stay."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from newsletter import db, staff
from newsletter.errors import LastAdmin, StaffNotFound
from newsletter.models import Role, Staff

PASSWORD = "a long enough password"


def let_in(session: Session, name: str, role: Role = Role.ADMIN) -> Staff:
    address = f"{name}@example.org"
    person = Staff(email=address, email_key=address, role=role, password_hash="-")
    session.add(person)
    session.flush()
    return person


def test_whoever_is_removed_is_logged_out_and_can_come_back(session: Session) -> None:
    let_in(session, "bart")
    anne = let_in(session, "anne", Role.EDITOR)
    secret = staff.open_session(session, anne)

    staff.remove(session, anne)

    assert staff.find_by_session(session, secret) is None
    assert [each.email for each in staff.every(session)] == ["bart@example.org"]
    with pytest.raises(StaffNotFound):
        staff.get(session, anne.id or 0)
    again = staff.add(session, anne.email, role=Role.VIEWER, password=PASSWORD)
    assert (again.id, again.role, again.left_at) == (anne.id, Role.VIEWER, None)


def test_the_last_admin_stays(session: Session) -> None:
    anne = let_in(session, "anne")
    let_in(session, "bart", Role.EDITOR)

    with pytest.raises(LastAdmin):
        staff.remove(session, anne)
    with pytest.raises(LastAdmin):
        staff.change_role(session, anne, role=Role.VIEWER, languages=[])


def test_another_role_ends_their_sessions(session: Session) -> None:
    let_in(session, "bart")
    anne = let_in(session, "anne", Role.EDITOR)
    secret = staff.open_session(session, anne)

    staff.change_role(session, anne, role=Role.TRANSLATOR, languages=["nl"])

    assert (anne.role, anne.languages) == (Role.TRANSLATOR, ["nl"])
    assert staff.find_by_session(session, secret) is None


def test_of_two_admins_who_remove_each_other_one_stays(engine: Engine) -> None:
    with db.writing(engine) as session:
        ids = [let_in(session, name).id or 0 for name in ("anne", "bart")]
    start, refused = Barrier(2), []

    def remove(staff_id: int) -> None:
        start.wait()
        try:
            with db.writing(engine) as session:
                staff.remove(session, staff.get(session, staff_id))
        except LastAdmin:
            refused.append(staff_id)

    threads = [Thread(target=remove, args=(each,)) for each in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with db.reading(engine) as session:
        assert [each.id for each in staff.every(session)] == refused
    assert len(refused) == 1
