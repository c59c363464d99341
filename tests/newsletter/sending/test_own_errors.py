"""Errors of our own in turns at the ledger: tried again, then a person is told."""

import threading

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, issues, jobs
from newsletter.config import Settings
from newsletter.models import Edition, Issue, IssueState
from newsletter.sending import office
from newsletter.sending.faults import own_sentence
from subscribers.clock import utcnow
from tests.newsletter.sending.sent import an_issue, report, run
from tests.relay import Relay

READERS = 30


@pytest.fixture
def direct(settings: Settings, relay: Relay) -> Settings:
    return settings.model_copy(update={"smtp_url": relay.url, "gentle_start": 0})


@pytest.fixture
def broken(engine: Engine, direct: Settings) -> int:
    """An issue whose frozen form no version of the program could have written."""
    issue_id = an_issue(engine, READERS)
    jobs.start_due_issues(engine, direct, holder="test")
    envelope_of(engine, issue_id, {"nobody": "knows this"})
    return issue_id


def envelope_of(
    engine: Engine, issue_id: int, envelope: dict[str, str]
) -> dict[str, str]:
    """Put another frozen envelope in the place of the French one; return that."""
    with db.writing(engine) as session:
        query = select(Edition).where(
            Edition.issue_id == issue_id, Edition.language == "fr"
        )
        edition = session.exec(query).one()
        before, edition.envelope = edition.envelope, envelope
        return before


def test_an_error_that_does_not_pass_pauses_the_issue_in_plain_words(
    engine: Engine,
    direct: Settings,
    relay: Relay,
    broken: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(office, "OWN_ERRORS_FOR", 2)

    run(engine, direct, seconds=20)

    found = report(engine, broken)
    assert found.state is IssueState.PAUSED
    with db.reading(engine) as session:
        because = session.get_one(Issue, broken).paused_because
    assert because == own_sentence(TypeError())
    # Nothing of it stays claimed, however often it was tried.
    assert found.states["queued"] == READERS
    assert relay.messages == []


def test_an_error_that_passes_in_time_pauses_nothing(
    engine: Engine, direct: Settings, relay: Relay
) -> None:
    issue_id = an_issue(engine, READERS)
    jobs.start_due_issues(engine, direct, holder="test")
    whole = envelope_of(engine, issue_id, {"nobody": "knows this"})
    mending = threading.Timer(2.5, envelope_of, (engine, issue_id, whole))
    mending.start()

    run(engine, direct, seconds=30)
    mending.join()

    assert report(engine, issue_id).states["accepted"] == READERS
    assert len(relay.messages) == READERS


def test_resumed_once_it_is_mended_everybody_gets_it_once(
    engine: Engine,
    direct: Settings,
    relay: Relay,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(office, "OWN_ERRORS_FOR", 1)
    issue_id = an_issue(engine, READERS)
    jobs.start_due_issues(engine, direct, holder="test")
    whole = envelope_of(engine, issue_id, {"nobody": "knows this"})
    run(engine, direct, seconds=20)
    envelope_of(engine, issue_id, whole)
    with db.writing(engine) as session:
        issues.resume(session, session.get_one(Issue, issue_id), now=utcnow())

    run(engine, direct)

    assert len({mail.recipient for mail in relay.messages}) == READERS
    assert len(relay.messages) == READERS
