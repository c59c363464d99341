import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from newsletter import checks, config, db, demo, editions, staff
from newsletter.config import Settings
from newsletter.demo import NotForDemo
from newsletter.editions import CellState
from newsletter.migrations import ready
from newsletter.models import (
    Asset,
    Decision,
    Edition,
    Issue,
    IssueState,
    Item,
    ItemText,
    Role,
    Staff,
)
from subscribers import lists, segments
from subscribers.clock import utcnow
from subscribers.models import (
    Consent,
    MailingList,
    Segment,
    Subscriber,
    Subscription,
)
from tests import factories

TABLES = (
    MailingList,
    Subscriber,
    Subscription,
    Consent,
    Segment,
    Item,
    ItemText,
    Asset,
    Issue,
    Edition,
    Decision,
    Staff,
)


def sent(session: Session) -> Issue:
    """Return the issue that leaves at once."""
    return session.exec(select(Issue).order_by(col(Issue.id))).first() or Issue()


def counts(session: Session) -> dict[str, int]:
    return {
        table.__name__: session.exec(select(func.count()).select_from(table)).one()
        for table in TABLES
    }


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database with the sample, shared by the tests that only read it."""
    folder = tmp_path_factory.mktemp("prepared")
    settings = config.load(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'newsletter.db'}",
        secret_keys=factories.SECRETS,
    )
    engine = db.make_engine(settings.database)
    ready.ensure(engine, settings)
    demo.prepare(engine, settings)
    yield engine
    engine.dispose()


def test_it_brings_the_sample_into_an_empty_database(
    engine: Engine, settings: Settings
) -> None:
    demo.prepare(engine, settings)

    with db.reading(engine) as session:
        assert counts(session) == {
            "MailingList": 1,
            "Subscriber": 24,
            "Subscription": 24,
            "Consent": 24,
            "Segment": 1,
            "Item": 18,
            "ItemText": 50,
            "Asset": 8,
            "Issue": 2,
            "Edition": 8,
            "Decision": 7,
            "Staff": 1,
        }


def test_a_second_time_changes_nothing_and_gives_the_same_login(
    sqlite_engine: Engine, settings: Settings
) -> None:
    first = demo.prepare(sqlite_engine, settings)
    with db.reading(sqlite_engine) as session:
        before = counts(session)

    second = demo.prepare(sqlite_engine, settings)

    with db.reading(sqlite_engine) as session:
        assert counts(session) == before
    assert second == first


def test_the_issue_is_due_at_once(prepared: Engine) -> None:
    with db.reading(prepared) as session:
        issue = sent(session)

    assert issue.state is IssueState.SCHEDULED
    assert issue.send_at is not None
    assert issue.send_at <= utcnow()


def test_the_gaps_are_settled_as_the_sample_says(prepared: Engine) -> None:
    with db.reading(prepared) as session:
        matrix = editions.coverage(session, sent(session))
    states = Counter(cell.state for row in matrix.rows for cell in row.cells)

    assert states == {
        CellState.READY: 37,
        CellState.SHOWN: 5,
        CellState.LEFT_OUT: 2,
    }


def test_the_draft_shows_what_a_draft_can_lack(prepared: Engine) -> None:
    with db.reading(prepared) as session:
        draft = session.exec(select(Issue).order_by(col(Issue.id).desc())).first()
        assert draft
        matrix = editions.coverage(session, draft)
    states = {cell.state for row in matrix.rows for cell in row.cells}

    assert draft.state is IssueState.DRAFT
    assert {CellState.SOURCE_CHANGED, CellState.READY} < states
    assert matrix.gaps() > 0


def test_two_readers_never_named_a_language(prepared: Engine) -> None:
    with db.reading(prepared) as session:
        rows = session.exec(select(Subscriber.language)).all()

    assert Counter(rows) == {"fr": 7, "nl": 6, "de": 4, "en": 5, None: 2}


def test_the_segment_selects_the_press(prepared: Engine) -> None:
    with db.reading(prepared) as session:
        press = segments.get(session, "press")
        found = segments.count(
            session, lists.get(session).id or 0, segment=press, now=utcnow()
        )

    assert found == {"fr": 2, "nl": 1, "de": 1, "en": 1}


def test_the_login_works_and_its_password_is_for_the_owner_alone(
    sqlite_engine: Engine, settings: Settings
) -> None:
    login = demo.prepare(sqlite_engine, settings)

    kept = settings.data_dir / "demo-login.txt"
    with db.reading(sqlite_engine) as session:
        person = staff.authenticate(session, login.email, login.password)
    assert person is not None
    assert person.role is Role.ADMIN
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_lost_password_file_brings_a_new_password(
    sqlite_engine: Engine, settings: Settings
) -> None:
    first = demo.prepare(sqlite_engine, settings)
    (settings.data_dir / "demo-login.txt").unlink()

    second = demo.prepare(sqlite_engine, settings)

    with db.reading(sqlite_engine) as session:
        assert staff.authenticate(session, second.email, second.password)
    assert second.password != first.password


def test_an_interrupted_start_is_finished_by_the_next(
    sqlite_engine: Engine, settings: Settings
) -> None:
    settings.data_dir.mkdir()
    settings.media_dir.write_text("a file where the folder of pictures belongs")
    with pytest.raises(OSError, match="media"):
        demo.prepare(sqlite_engine, settings)
    settings.media_dir.unlink()

    demo.prepare(sqlite_engine, settings)

    with db.reading(sqlite_engine) as session:
        assert counts(session)["Item"] == 18
        assert counts(session)["Subscriber"] == 24


def test_it_stays_out_of_a_database_with_people_of_its_own(
    sqlite_engine: Engine, settings: Settings
) -> None:
    with db.writing(sqlite_engine) as session:
        factories.make_subscriber(session)

    with pytest.raises(NotForDemo, match="already holds people"):
        demo.prepare(sqlite_engine, settings)

    with db.reading(sqlite_engine) as session:
        senders = session.exec(select(col(MailingList.sender_address))).all()
    assert "lettre@marelle.example" not in senders


def test_it_refuses_a_relay_that_leads_out(sqlite_engine: Engine) -> None:
    outward = config.load(
        smtp_url="smtp://relay.example.org", secret_keys=factories.SECRETS
    )

    with pytest.raises(NotForDemo, match="NEWSLETTER_SMTP_URL"):
        demo.prepare(sqlite_engine, outward)


def test_the_sample_passes_every_check(tmp_path: Path) -> None:
    settings = config.load(data_dir=tmp_path, secret_keys=factories.SECRETS)
    engine = db.make_engine(settings.database)
    ready.ensure(engine, settings)
    demo.prepare(engine, settings)

    with db.reading(engine) as session:
        issue = sent(session)
        report = checks.run(session, issue, settings=settings, now=db.now(session))
    engine.dispose()

    assert [checks.describe(each) for each in report.findings] == []
