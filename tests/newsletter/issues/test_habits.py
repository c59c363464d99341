"""When a list's issues usually leave, and which others leave on the same day."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from newsletter import issues
from newsletter.models import IssueState
from tests import factories

NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)  # a Wednesday
BRUSSELS = ZoneInfo("Europe/Brussels")


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """Nothing here depends on the kind of database but one query, tested below."""
    return _sqlite_url


def sent(session: Session, *moments: datetime) -> None:
    for moment in moments:
        factories.make_issue(
            session,
            state=IssueState.SENT,
            send_at=moment,
            started_at=moment,
            total=1,
            timezone="Europe/Brussels",
        )


def test_the_usual_time_is_what_two_issues_share(session: Session) -> None:
    first = datetime(2026, 3, 3, 9, tzinfo=BRUSSELS)
    sent(session, first, first + timedelta(days=14, hours=3), first + timedelta(days=7))
    issue = factories.make_issue(session, timezone="Europe/Brussels")

    found = issues.usual_time(session, issue, now=NOW)

    # The clocks went forward in between: it is nine o'clock all the same.
    assert found == datetime(2026, 3, 31, 9, tzinfo=BRUSSELS)
    assert found.astimezone(UTC).hour == 7


def test_without_a_habit_there_is_no_usual_time(session: Session) -> None:
    first = datetime(2026, 3, 3, 9, tzinfo=BRUSSELS)
    sent(session, first, first + timedelta(days=1))
    issue = factories.make_issue(session, timezone="Europe/Brussels")

    assert issues.usual_time(session, issue, now=NOW) is None


@pytest.mark.parametrize(("day", "expected"), [(25, 26), (27, 30), (28, 30)])
def test_the_next_morning_is_a_working_day(
    session: Session, day: int, expected: int
) -> None:
    issue = factories.make_issue(session, timezone="Europe/Brussels")

    found = issues.next_morning(issue, now=NOW.replace(day=day))

    assert found == datetime(2026, 3, expected, 9, tzinfo=BRUSSELS)


def test_two_letters_to_the_same_people_on_one_day_are_found(session: Session) -> None:
    reader = factories.make_subscriber(session)
    other_list, far_list = factories.make_list(session), factories.make_list(session)
    factories.subscribe_too(session, reader, other_list)
    at = NOW + timedelta(hours=2)
    planned: dict[str, Any] = {"state": IssueState.SCHEDULED, "send_at": at}
    same = factories.make_issue(session, **planned)
    beside = factories.make_issue(session, list=other_list, **planned)
    factories.make_issue(session, list=far_list, **planned)
    factories.make_issue(
        session, state=IssueState.SCHEDULED, send_at=at + timedelta(days=1)
    )
    issue = factories.make_issue(session)

    found = issues.leaving_beside(session, issue, at=at)

    assert found == [same, beside]


@pytest.mark.parametrize(
    ("wall", "hours"),
    [
        ("2026-03-29 02:30", []),  # skipped
        ("2026-10-25 02:30", [0, 1]),  # twice
        ("2026-06-01 09:00", [7]),
    ],
)
def test_a_wall_clock_is_read_as_the_moments_it_shows(
    wall: str, hours: list[int]
) -> None:
    found = issues.readings(datetime.fromisoformat(wall), BRUSSELS)

    assert [moment.hour for moment in found] == hours
