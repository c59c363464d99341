"""A new issue in one click, like the last one."""

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, func, select

from newsletter import db, editions, issues
from newsletter.issues.drafting import following
from newsletter.models import Issue, IssueState, Visibility
from subscribers.models import MissingPolicy
from tests import factories

BRUSSELS = ZoneInfo("Europe/Brussels")
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS)


@pytest.mark.parametrize(
    ("last", "before", "coming"),
    [
        ("2026-11-03 10:00", "2026-10-06 10:00", "2026-12-01 10:00"),  # first Tuesday
        ("2026-11-15 09:00", "2026-10-15 09:00", "2026-12-15 09:00"),  # the 15th
        ("2026-11-30 09:00", "2026-10-30 09:00", "2026-12-30 09:00"),
        ("2026-11-20 09:00", "2026-11-13 09:00", "2026-11-27 09:00"),  # each week
        ("2026-09-04 09:00", "2026-08-28 09:00", "2026-11-27 09:00"),  # weeks without
        ("2026-11-10 09:00", None, "2026-12-08 09:00"),  # only one so far
        ("2027-03-02 10:00", "2027-02-02 10:00", "2027-04-06 10:00"),  # summer time
    ],
)
def test_the_next_date_follows_the_rhythm(
    last: str, before: str | None, coming: str
) -> None:
    moments = [local(text) for text in (last, before) if text]

    found = following(moments, BRUSSELS, now=NOW)

    assert found is not None
    assert found.astimezone(BRUSSELS) == local(coming)


def test_a_list_without_issues_has_no_rhythm() -> None:
    assert following([], BRUSSELS, now=NOW) is None


def test_it_is_made_like_the_last_one(session: Session) -> None:
    segment = factories.make_segment(session)
    last = factories.make_issue(
        session,
        items=[factories.make_item(session)],
        languages=("fr", "nl"),
        number=48,
        segment_id=segment.id,
        visibility=Visibility.UNLISTED,
        missing=MissingPolicy.LEAVE_OUT,
        sections=["Kort", "Agenda"],
        section_names={"Kort": {"fr": "En bref"}},
        state=IssueState.SENT,
        total=1,
        send_at=NOW - timedelta(days=7),
    )
    mailing_list = factories.the_list(session)

    made = issues.create_from_last(session, mailing_list, now=NOW)

    tags = [edition.language for edition in editions.editions_of(session, made)]
    assert (made.number, made.title) == (49, "Décembre 2026")
    assert tags == ["fr", "nl"]
    assert made.sections == ["Kort", "Agenda"]
    assert made.section_names == {"Kort": {"fr": "En bref"}}
    assert (made.segment_id, made.missing) == (last.segment_id, last.missing)
    assert made.visibility is Visibility.UNLISTED
    assert made.send_at == NOW + timedelta(days=21)
    assert editions.coverage(session, made).rows == ()


def test_the_sections_of_the_list_go_before_those_of_the_last(session: Session) -> None:
    mailing_list = factories.the_list(session)
    mailing_list.sections = [{"name": "Agenda", "names": {"nl": "Kalender"}}]
    factories.make_issue(session, sections=["Kort"])

    made = issues.create_from_last(session, mailing_list, now=NOW)

    assert made.sections == ["Agenda"]
    assert made.section_names == {"Agenda": {"nl": "Kalender"}}


def test_the_first_issue_has_sections_and_no_date(session: Session) -> None:
    made = issues.create_from_last(session, factories.the_list(session), now=NOW)

    assert made.number == 1
    assert len(made.sections) == 3
    assert made.send_at is None


def test_two_who_press_at_once_get_one_issue(engine: Engine) -> None:
    with db.writing(engine) as session:
        last = factories.make_issue(session).id
        list_id = factories.the_list(session).id
    together, made = threading.Barrier(2), list[int]()

    def work() -> None:
        together.wait()
        with db.writing(engine) as session:
            mailing_list = factories.the_list(session)
            issue = issues.create_from_last(session, mailing_list, now=NOW, after=last)
            made.append(issue.id or 0)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with db.reading(engine) as session:
        query = select(func.count()).where(Issue.list_id == list_id)
        assert session.exec(query).one() == 2
    assert len(set(made)) == 1
