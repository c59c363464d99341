"""What an edition keeps for the web when it is frozen."""

import threading
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import db, editions, jobs
from newsletter.config import Settings
from newsletter.models import Edition, IssueState, ItemType
from subscribers.clock import utcnow
from tests import factories

BRUSSELS = ZoneInfo("Europe/Brussels")


def frozen(session: Session, settings: Settings, **facts: object) -> Edition:
    """Freeze an issue of one event and return its French edition."""
    event = {"title": "La fête", "summary": "Avec « musique ».", "body": ""}
    item = factories.make_item(
        session, texts={"fr": event}, type=ItemType.EVENT, **facts
    )
    issue = factories.make_issue(session, items=[item], languages=("fr",))
    editions.freeze(session, issue, settings, now=utcnow())
    return editions.editions_of(session, issue)[0]


def test_an_event_is_told_with_its_hours_where_it_is(
    session: Session, settings: Settings
) -> None:
    start = datetime(2026, 12, 12, 18, 0, tzinfo=BRUSSELS)

    edition = frozen(
        session,
        settings,
        starts_at=start,
        ends_at=start + timedelta(hours=4),
        place="Rue du Four 8",
        timezone="Europe/Brussels",
    )

    (fact,) = edition.facts
    assert fact["startDate"] == "2026-12-12T18:00:00+01:00"
    assert fact["endDate"] == "2026-12-12T22:00:00+01:00"
    assert fact["location"]["address"] == "Rue du Four 8"
    assert fact["inLanguage"] == "fr"


def test_an_event_of_whole_days_is_told_without_hours(
    session: Session, settings: Settings
) -> None:
    start = datetime(2026, 12, 12, 0, 0, tzinfo=BRUSSELS)

    edition = frozen(
        session, settings, starts_at=start, all_day=True, timezone="Europe/Brussels"
    )

    assert edition.facts[0]["startDate"] == "2026-12-12"
    assert "endDate" not in edition.facts[0]
    assert "location" not in edition.facts[0]


def test_words_are_kept_folded_those_of_the_subject_first(
    session: Session, settings: Settings
) -> None:
    edition = frozen(session, settings, starts_at=utcnow())

    subject, _, body = edition.searchable.partition("\n")
    assert subject.startswith("subject")
    assert "la fete" in body
    assert "avec musique" in body


def test_a_card_that_cannot_be_kept_does_not_keep_a_letter_back(
    session: Session, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    blocked = settings.model_copy(update={"data_dir": tmp_path / "file"})

    edition = frozen(session, blocked, starts_at=utcnow())

    assert edition.card == ""
    assert edition.frozen_at is not None


def test_letters_of_an_earlier_version_are_found_after_a_while(
    engine: Engine, settings: Settings
) -> None:
    with db.writing(engine) as session:
        for number in range(7):
            issue = factories.make_issue(session, languages=("fr",))
            edition = editions.editions_of(session, issue)[0]
            edition.web = f"<article><p>Une loutre, {number} &amp; plus</p></article>"
            edition.frozen_at, issue.state = utcnow(), IssueState.SENT
        factories.make_issue(session, languages=("fr",))  # a draft

    jobs.fill_in_archive(engine, settings, stop=threading.Event())

    with db.reading(engine) as session:
        assert not editions.is_anything_missing(session)
        rows = session.exec(select(Edition)).all()
    assert sum("une loutre" in row.searchable for row in rows) == 7
    assert sum(bool(row.card) for row in rows) == 7


@pytest.mark.parametrize(
    ("article", "words"),
    [
        ("<p>a &lt;b&gt; c</p>", "a <b> c"),
        ('<header class="letter-head"><h1>x</h1></header><p>y</p>', "y"),
        ('<p>y</p><p class="letter-links"><a href="z">more</a></p>', "y"),
        ('<img alt="a &gt; b"><p>y</p>', "y"),
    ],
)
def test_the_words_of_an_article_are_those_somebody_wrote(
    article: str, words: str
) -> None:
    assert editions.words_of(article) == words
