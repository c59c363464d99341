"""A draft for each moment: once, not too early, not twice, or the reason why not."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, editions, issues, series
from newsletter.errors import NothingToPrepare
from newsletter.models import Issue, IssueState, Item, ItemState, ItemType, Turn
from subscribers.models import MissingPolicy
from tests import factories
from tests.newsletter.series.desk import (
    AHEAD,
    FOLLOWING,
    LATE,
    MOMENT,
    TODAY,
    a_series,
    an_item,
    load,
    made,
    staff_of,
    told,
    turn,
)

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    """Rows are made when the clock shows TODAY."""
    with time_machine.travel(TODAY, tick=False):
        yield


def contents(engine: Engine, issue_id: int | None) -> list[tuple[str, str]]:
    """Return sections and titles, in order."""
    with db.reading(engine) as session:
        rows = editions.coverage(session, session.get_one(Issue, issue_id)).rows
        return [(row.section, row.title) for row in rows]


def test_it_is_prepared_so_many_hours_ahead(engine: Engine) -> None:
    series_id = a_series(engine)

    early = turn(engine, series_id, at=AHEAD - SECOND)
    issue_id = turn(engine, series_id, at=AHEAD)

    assert early is None
    assert issue_id is not None
    (issue,) = made(engine)
    assert issue.state is IssueState.DRAFT
    assert (issue.series_id, issue.send_at) == (series_id, MOMENT)
    assert load(engine, series_id).turn is Turn.PREPARED
    assert load(engine, series_id).next_at == FOLLOWING


def test_a_turn_does_not_open_before_the_last_moment_has_passed(
    engine: Engine,
) -> None:
    series_id = a_series(engine, rule="every day 10:00", ahead=72)
    staff_of(engine, "fr")
    at = TODAY + timedelta(hours=1)  # three moments lie within the next 72 hours
    issue_id = turn(engine, series_id, at=at)
    with db.writing(engine) as session:
        session.get_one(Issue, issue_id).state = IssueState.SCHEDULED
    first = load(engine, series_id).turn_at
    assert first is not None

    turn(engine, series_id, at=first - SECOND)
    before = told(engine)
    turn(engine, series_id, at=first)

    assert before == ["prepared"]
    assert told(engine) == ["prepared", "thin"]


def test_asked_again_nothing_more_is_prepared(engine: Engine) -> None:
    series_id = a_series(engine)

    asked = [turn(engine, series_id, at=AHEAD + SECOND * n) for n in range(3)]

    assert [bool(each) for each in asked] == [True, False, False]
    assert len(made(engine)) == 1


def test_words_are_prefilled_in_every_language(engine: Engine) -> None:
    series_id = a_series(engine)

    issue_id = turn(engine, series_id, at=AHEAD)

    with db.reading(engine) as session:
        issue = session.get_one(Issue, issue_id)
        written = {e.language: e for e in editions.editions_of(session, issue)}
        subjects = {tag: edition.subject for tag, edition in written.items()}
    assert issue.title == "Nouvelles d’octobre"
    assert subjects == {
        "fr": "Nouvelles d’octobre",
        "nl": "News of oktober",
        "de": "News of Oktober",
        "en": "News of October",
    }
    assert written["fr"].preheader == "Nouvelle 0 · Nouvelle 1 · Nouvelle 2"
    assert written["nl"].preheader == ""  # there are no titles in Dutch
    assert {edition.intro for edition in written.values()} == {""}


def test_it_takes_what_is_new_and_unused_and_not_set_aside(engine: Engine) -> None:
    series_id = a_series(engine, news=2)
    with db.writing(engine) as session:
        used = an_item(session, texts={"fr": {"title": "Servie"}})
        factories.make_issue(
            session, items=[used], created_at=TODAY - timedelta(days=9)
        )
        elsewhere = an_item(session, texts={"fr": {"title": "Ailleurs"}})
        other = factories.make_list(session)
        factories.make_issue(session, list=other, items=[elsewhere])
        an_item(session, state=ItemState.ASIDE, texts={"fr": {"title": "De côté"}})
        old = TODAY - timedelta(days=40)
        an_item(session, published_at=old, texts={"fr": {"title": "Ancienne"}})
        late = TODAY - timedelta(days=12)
        an_item(session, published_at=late, texts={"fr": {"title": "Arrivée tard"}})
        an_item(
            session,
            type=ItemType.EVENT,
            starts_at=MOMENT - timedelta(hours=1),
            texts={"fr": {"title": "Passée"}},
        )
        an_item(session, state=ItemState.INBOX, texts={"fr": {"title": "En attente"}})

    issue_id = turn(engine, series_id, at=AHEAD)

    titles = [title for _, title in contents(engine, issue_id)]
    assert set(titles) == {
        "Nouvelle 0",
        "Nouvelle 1",
        "Ailleurs",
        "Arrivée tard",
        "En attente",
    }
    assert titles[-1] == "Arrivée tard"  # the newest first


def test_a_discarded_draft_gives_its_news_back(engine: Engine) -> None:
    series_id = a_series(engine)
    issue_id = turn(engine, series_id, at=AHEAD)
    with db.writing(engine) as session:
        issues.discard(session, session.get_one(Issue, issue_id))
        series.get(session, series_id).next_at = MOMENT

    again = turn(engine, series_id, at=AHEAD + SECOND)

    assert again is not None
    assert len(contents(engine, again)) == 3
    assert {issue.number for issue in made(engine)} == {1}


def test_sections_follow_the_last_issue_and_events_the_calendar(
    engine: Engine,
) -> None:
    series_id = a_series(engine, news=1)
    with db.writing(engine) as session:
        before = an_item(session, type=ItemType.LINK)
        issue = factories.make_issue(session, created_at=TODAY - timedelta(days=1))
        issues.arrange(
            session, issue, items=[], sections={"Lu ailleurs": [before.id or 0]}
        )
        issue.section_names = {"Lu ailleurs": {"nl": "Elders gelezen"}}
        an_item(session, 1, type=ItemType.LINK, texts={"fr": {"title": "Lien"}})
        for number, days in enumerate((30, 20)):
            an_item(
                session,
                number,
                type=ItemType.EVENT,
                starts_at=MOMENT + timedelta(days=days),
                texts={"fr": {"title": f"Dans {days} jours"}},
            )

    issue_id = turn(engine, series_id, at=AHEAD)

    assert contents(engine, issue_id) == [
        ("", "Nouvelle 0"),
        ("Lu ailleurs", "Lien"),
        ("Agenda", "Dans 20 jours"),
        ("Agenda", "Dans 30 jours"),
    ]
    with db.reading(engine) as session:
        names = session.get_one(Issue, issue_id).section_names
    assert names == {"Lu ailleurs": {"nl": "Elders gelezen"}}


def test_a_language_with_too_little_is_left_out(engine: Engine) -> None:
    series_id = a_series(engine, news=2)
    both = {"fr": {"title": "Deux"}, "nl": {"title": "Twee"}}
    with db.writing(engine) as session:
        factories.the_list(session).missing = MissingPolicy.LEAVE_OUT
        an_item(session, texts=both)
    staff_of(engine, "fr")

    issue_id = turn(engine, series_id, at=AHEAD)

    with db.reading(engine) as session:
        found = editions.editions_of(session, session.get_one(Issue, issue_id))
        languages = [edition.language for edition in found]
    assert languages == ["fr"]
    assert load(engine, series_id).found == 3


def test_with_too_little_news_nothing_is_made_and_editors_know_once(
    engine: Engine,
) -> None:
    series_id = a_series(engine, news=2)
    staff_of(engine, "fr")

    for minutes in range(3):
        turn(engine, series_id, at=AHEAD + timedelta(minutes=minutes))

    assert made(engine) == []
    assert told(engine) == ["thin"]
    assert load(engine, series_id).turn is Turn.THIN
    assert load(engine, series_id).next_at == MOMENT  # it may still become an issue


def test_news_that_comes_in_time_makes_the_issue_after_all(engine: Engine) -> None:
    series_id = a_series(engine, news=2)
    turn(engine, series_id, at=AHEAD)
    with db.writing(engine) as session:
        an_item(session)

    issue_id = turn(engine, series_id, at=AHEAD + timedelta(hours=5))

    assert issue_id is not None
    assert load(engine, series_id).turn is Turn.PREPARED


def test_with_too_little_news_at_the_moment_the_issue_is_skipped(
    engine: Engine,
) -> None:
    series_id = a_series(engine, news=2)
    staff_of(engine, "fr")
    turn(engine, series_id, at=AHEAD)

    turn(engine, series_id, at=MOMENT)

    assert made(engine) == []
    assert told(engine) == ["thin"]
    assert load(engine, series_id).next_at == FOLLOWING


def test_while_a_draft_waits_no_second_one_is_made(engine: Engine) -> None:
    series_id = a_series(engine, news=6, rule="every Tuesday 10:00")
    staff_of(engine, "fr")
    turn(engine, series_id, at=AHEAD)
    second = MOMENT + timedelta(days=7)
    with db.writing(engine) as session:
        for number in range(3):
            an_item(session, number, published_at=MOMENT)

    before = turn(engine, series_id, at=second - timedelta(hours=1))
    at_it = turn(engine, series_id, at=second)

    assert (before, at_it) == (None, None)
    assert len(made(engine)) == 1
    assert told(engine) == ["prepared", "open"]
    assert load(engine, series_id).turn is Turn.OPEN
    assert load(engine, series_id).next_at == second + timedelta(days=7)


def test_a_draft_decided_about_in_time_makes_way_for_the_next(engine: Engine) -> None:
    series_id = a_series(engine, rule="every Tuesday 10:00")
    issue_id = turn(engine, series_id, at=AHEAD)
    second = MOMENT + timedelta(days=7)
    with db.writing(engine) as session:
        for number in range(3):
            an_item(session, number, published_at=MOMENT)
        session.get_one(Issue, issue_id).state = IssueState.SENT

    following = turn(engine, series_id, at=second - timedelta(hours=1))

    assert following is not None
    assert len(made(engine)) == 2


def test_a_clock_that_is_late_prepares_what_is_still_ahead(engine: Engine) -> None:
    series_id = a_series(engine)

    turn(engine, series_id, at=MOMENT - timedelta(minutes=5))

    (issue,) = made(engine)
    assert issue.send_at == MOMENT


def test_within_the_limit_it_is_prepared_late_and_leaves_the_moment_to_people(
    engine: Engine,
) -> None:
    series_id = a_series(engine)
    staff_of(engine, "fr")

    turn(engine, series_id, at=MOMENT + LATE)

    (issue,) = made(engine)
    assert issue.send_at is None
    assert told(engine) == ["prepared late"]


def test_what_was_missed_is_said_and_not_made_up_for(engine: Engine) -> None:
    series_id = a_series(engine)
    staff_of(engine, "fr")

    turn(engine, series_id, at=MOMENT + timedelta(days=40))

    assert made(engine) == []
    assert told(engine) == ["missed"]
    assert load(engine, series_id).turn is Turn.MISSED
    assert load(engine, series_id).next_at > MOMENT + timedelta(days=40)  # type: ignore[operator]  # it is set


def test_a_paused_series_prepares_nothing(engine: Engine) -> None:
    series_id = a_series(engine)
    with db.writing(engine) as session:
        series.pause(session, series.get(session, series_id))

    turn(engine, series_id, at=AHEAD)

    assert made(engine) == []


def test_a_resumed_series_goes_on_from_now(engine: Engine) -> None:
    series_id = a_series(engine)
    with db.writing(engine) as session:
        series.pause(session, series.get(session, series_id))
        series.resume(session, series.get(session, series_id), now=MOMENT)

    assert load(engine, series_id).next_at == FOLLOWING


def test_prepared_by_hand_it_is_not_prepared_again(engine: Engine) -> None:
    series_id = a_series(engine)
    with db.writing(engine) as session:
        series.prepare_now(session, series.get(session, series_id), now=TODAY)

    turn(engine, series_id, at=AHEAD)

    assert len(made(engine)) == 1
    with db.writing(engine) as session, pytest.raises(NothingToPrepare, match="waits"):
        series.prepare_now(session, series.get(session, series_id), now=TODAY)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2026-03-29T01:00+00:00", "2026-04-05T00:30+00:00"),  # 03:00, then 02:30
        ("2026-10-25T00:30+00:00", "2026-11-01T01:30+00:00"),  # the first 02:30
    ],
)
def test_each_moment_has_one_issue_when_the_clocks_change(
    engine: Engine, first: str, second: str
) -> None:
    moment = datetime.fromisoformat(first)
    with time_machine.travel(moment - timedelta(days=5), tick=False):
        series_id = a_series(engine, news=0, rule="every Sunday 02:30", ahead=1)
        with db.writing(engine) as session:
            each = series.get(session, series_id)
            series.pause(session, each)
            series.resume(session, each, now=moment - timedelta(days=2))
            for number in range(3):
                an_item(session, number, published_at=moment - timedelta(hours=9))
    # Every minute of the night, as often as it is shown.
    night = [moment + timedelta(minutes=m) for m in range(-120, 180)]

    prepared = [turn(engine, series_id, at=at) for at in night]

    assert len([each for each in prepared if each]) == 1
    assert [issue.send_at for issue in made(engine)] == [moment]
    assert load(engine, series_id).next_at == datetime.fromisoformat(second)


def test_items_in_the_draft_are_kept(engine: Engine) -> None:
    series_id = a_series(engine, news=2)
    with db.writing(engine) as session:
        an_item(session, state=ItemState.INBOX)

    turn(engine, series_id, at=AHEAD)

    with db.reading(engine) as session:
        states = {item.state for item in session.exec(select(Item))}
    assert states == {ItemState.KEPT}
