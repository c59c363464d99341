"""Links in invitations and to a new password: once, for a while, for one person."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import db, staff
from newsletter.errors import InvitationNotFound, ResetNotFound, StaffExists
from newsletter.models import Invitation, Role, Staff
from newsletter.staff import invitations, resets
from subscribers.clock import utcnow

PASSWORD = "un pont, douze hérons"


def invited(session: Session) -> tuple[Invitation, str]:
    return invitations.invite(
        session,
        "jan@example.org",
        role=Role.TRANSLATOR,
        languages=["nl"],
        name="",
        by="Léa",
    )


def accept(session: Session, handle: str) -> None:
    invitations.accept(session, handle, name="Jan", password=PASSWORD)


def finish(session: Session, handle: str) -> None:
    resets.finish(session, handle, PASSWORD)


def begun(session: Session) -> str:
    email = "anne@example.org"
    anne = Staff(email=email, email_key=email, role=Role.ADMIN, password_hash="-")
    session.add(anne)
    session.flush()
    return resets.begin(session, anne)


@pytest.mark.parametrize(
    ("begin", "use"),
    [(lambda session: invited(session)[1], accept), (begun, finish)],
    ids=["invitation", "reset"],
)
def test_of_two_who_use_a_link_at_once_one_succeeds(
    engine: Engine,
    begin: Callable[[Session], str],
    use: Callable[[Session, str], None],
) -> None:
    with db.writing(engine) as session:
        handle = begin(session)
    start, ends = Barrier(2), []

    def follow() -> None:
        start.wait()
        try:
            with db.writing(engine) as session:
                use(session, handle)
            ends.append("in")
        except (InvitationNotFound, ResetNotFound):
            ends.append("out")

    threads = [Thread(target=follow) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(ends) == ["in", "out"]
    with db.reading(engine) as session:
        assert len(staff.every(session)) == 1


def test_inviting_again_replaces_the_link(session: Session) -> None:
    _, first = invited(session)
    _, second = invited(session)

    assert invitations.find(session, first) is None
    assert invitations.find(session, second) is not None
    assert len(invitations.every(session)) == 1


def test_nobody_is_invited_who_can_log_in(session: Session) -> None:
    staff.add(session, "jan@example.org", role=Role.VIEWER, password=PASSWORD)

    with pytest.raises(StaffExists):
        invited(session)


def test_a_new_password_ends_the_other_links(session: Session) -> None:
    first = begun(session)
    anne = session.exec(select(Staff)).one()
    second = resets.begin(session, anne)

    finish(session, second)

    assert resets.find(session, first) is None


def test_an_invitation_nobody_wants_is_forgotten(session: Session) -> None:
    invited(session)

    invitations.purge(session, now=utcnow() + timedelta(days=36))
    kept = len(invitations.every(session))
    invitations.purge(session, now=utcnow() + timedelta(days=38))

    assert (kept, invitations.every(session)) == (1, [])
