"""`newsletter issues render`: an edition in files, as anybody or one person gets it."""

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, issues, items, jobs
from newsletter.config import Settings
from newsletter.models import Issue
from newsletter.smtp.mailbox import received
from subscribers import addresses, suppressions
from subscribers.models import (
    Consent,
    Subscriber,
    Subscription,
    SubscriptionState,
    SuppressionReason,
)
from subscribers.tokens import TEST_HANDLE, KeyRing
from tests import factories
from tests.conftest import Run

FILES = ["issue.html", "issue.mjml", "issue.txt", "message.eml"]
CHOSEN = datetime(2025, 3, 3, 12, tzinfo=UTC)


@pytest.fixture
def issue_id(engine: Engine) -> str:
    """An issue in French and Dutch, and Anne, who chose French in March 2025."""
    with db.writing(engine) as session:
        item = factories.make_item(session, texts={"fr": {"title": "Le pont"}})
        issue = factories.make_issue(session, items=[item], languages=("fr", "nl"))
        factories.make_subscriber(session, email="anne@example.org", language="fr")
        consent = session.exec(select(Consent)).one()
        consent.at = CHOSEN
        session.add(consent)
        return str(issue.id)


def told(run: Run, issue_id: str, out: Path, *words: str, code: int = 0) -> Any:
    result = run("issues", "render", issue_id, "--out", str(out), *words, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def change(engine: Engine, **columns: Any) -> None:
    """Change Anne, or how she stands with the list."""
    with db.writing(engine) as session:
        reader = session.exec(select(Subscriber)).first()
        standing = session.exec(select(Subscription)).first()
        assert reader is not None
        for name, value in columns.items():
            owner = standing if hasattr(standing, name) else reader
            setattr(owner, name, value)
            session.add(owner)


def leave(engine: Engine, settings: Settings, issue_id: str) -> None:
    """Send the issue to everybody."""
    with db.writing(engine) as session:
        issue = issues.get_issue(session, int(issue_id))
        issues.schedule(session, issue, at=db.now(session), now=db.now(session))
    jobs.start_due_issues(engine, settings, holder="test")
    jobs.send_issue(engine, settings, int(issue_id), stop=threading.Event())


def test_an_edition_is_written_in_four_files(
    run: Run, issue_id: str, tmp_path: Path
) -> None:
    facts = told(run, issue_id, tmp_path / "look", "--language", "nl")

    files = {path.name: path.read_bytes() for path in (tmp_path / "look").iterdir()}
    assert sorted(files) == FILES
    assert facts["html_bytes"] == len(files["issue.html"])
    assert facts["message_bytes"] == len(files["message.eml"])
    assert TEST_HANDLE.encode() in files["message.eml"].replace(b"=\r\n", b"")
    assert b"<mjml" in files["issue.mjml"]


def test_one_person_gets_exactly_what_is_written(
    run: Run, issue_id: str, tmp_path: Path, engine: Engine, settings: Settings
) -> None:
    before = told(run, issue_id, tmp_path / "before", "--as", "Anne@example.org")
    leave(engine, settings, issue_id)

    after = told(run, issue_id, tmp_path / "after", "--as", "anne@example.org")

    sent = received(settings.mailbox_dir)[0].raw
    assert (tmp_path / "after" / "message.eml").read_bytes() == sent
    assert before["because"] == (
        "anne@example.org gets FR, because they chose it on 3 March 2025."
    )
    assert after["because"].endswith("; the letter is accepted.")
    html = [
        (tmp_path / when / "issue.html").read_text() for when in ("before", "after")
    ]
    assert html[0] == html[1]


def test_what_left_is_shown_as_it_left(
    run: Run, issue_id: str, tmp_path: Path, engine: Engine, settings: Settings
) -> None:
    leave(engine, settings, issue_id)
    with db.writing(engine) as session:
        item = items.get_item(session, 1)
        items.translate(session, item, language="fr", title="Le tunnel")

    facts = told(run, issue_id, tmp_path, "--language", "fr")

    assert facts["changed_since"] is True
    assert "Le pont" in (tmp_path / "issue.html").read_text()
    assert "Le tunnel" in (tmp_path / "issue.mjml").read_text()


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"language": "fr-BE"}, "gets FR, because it is the language we know of them, "
         "and it is the nearest to fr-BE."),
        ({"language": "nl"}, "gets NL, because it is the language we know of them."),
        ({"language": "ar", "second_language": "nl"}, "gets NL, because there is no "
         "edition in ar, and nl is their second language."),
        ({"language": "ar"}, "gets FR, because there is no edition in ar, and it is "
         "the list’s first language."),
        ({"language": None}, "gets FR, because they never chose one, and it is the "
         "list’s first language."),
    ],
)  # fmt: skip
def test_the_reason_for_a_language_is_told(
    run: Run, issue_id: str, tmp_path: Path, engine: Engine,
    columns: dict[str, Any], sentence: str,
) -> None:  # fmt: skip
    change(engine, **columns)

    facts = told(run, issue_id, tmp_path, "--as", "anne@example.org")

    assert facts["because"] == f"anne@example.org {sentence}"


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"state": SubscriptionState.UNSUBSCRIBED, "unsubscribed_at": CHOSEN},
         "this person unsubscribed on 3 March 2025."),
        ({"state": SubscriptionState.PAUSED,
          "paused_until": datetime(2099, 3, 3, 12, tzinfo=UTC)},
         "this person is pausing until 3 March 2099."),
        ({"state": SubscriptionState.UNCONFIRMED}, "has not confirmed yet."),
    ],
)  # fmt: skip
def test_whoever_gets_nothing_is_told_why(
    run: Run, issue_id: str, tmp_path: Path, engine: Engine,
    columns: dict[str, Any], sentence: str,
) -> None:  # fmt: skip
    change(engine, **columns)

    facts = told(run, issue_id, tmp_path / "x", "--as", "anne@example.org", code=1)

    assert facts["because"].endswith(sentence)
    assert not (tmp_path / "x").exists()


def test_strangers_suppressed_and_others_get_nothing(
    run: Run, issue_id: str, tmp_path: Path, engine: Engine, keys: KeyRing
) -> None:
    with db.writing(engine) as session:
        other = factories.make_list(session)
        factories.make_subscriber(session, email="bart@example.org", list=other)
        cris = factories.make_subscriber(session, email="cris@example.org")
        suppressions.suppress(
            session, keys, addresses.normalise(cris.email),
            reason=SuppressionReason.COMPLAINT,
        )  # fmt: skip
        issue = session.get_one(Issue, int(issue_id))
        issue.segment_id = factories.make_segment(session, name="dutch").id

    said = [
        told(run, issue_id, tmp_path, "--as", f"{who}@example.org", code=1)["because"]
        for who in ("nobody", "bart", "cris", "anne")
    ]

    assert "nobody here has this address" in said[0]
    assert "is not on the list “Newsletter”" in said[1]
    assert "is suppressed (complaint)" in said[2]
    assert "is not in the segment “dutch”" in said[3]


def test_whoever_came_later_or_left_in_time_gets_nothing(
    run: Run, issue_id: str, tmp_path: Path, engine: Engine, settings: Settings
) -> None:
    with db.writing(engine) as session:
        issue = issues.get_issue(session, int(issue_id))
        issues.schedule(session, issue, at=db.now(session), now=db.now(session))
    jobs.start_due_issues(engine, settings, holder="test")
    change(engine, state=SubscriptionState.UNSUBSCRIBED)
    with db.writing(engine) as session:
        factories.make_subscriber(session, email="late@example.org")
    jobs.send_issue(engine, settings, int(issue_id), stop=threading.Event())

    said = [
        told(run, issue_id, tmp_path, "--as", f"{who}@example.org", code=1)["because"]
        for who in ("anne", "late")
    ]

    assert "had left, paused or been suppressed" in said[0]
    assert "was not on the list when the issue started" in said[1]


def test_a_pause_that_is_over_is_none(
    run: Run, issue_id: str, tmp_path: Path, engine: Engine
) -> None:
    over = CHOSEN + timedelta(days=1)
    change(engine, state=SubscriptionState.PAUSED, paused_until=over)

    assert told(run, issue_id, tmp_path, "--as", "anne@example.org")["language"] == "fr"


@pytest.mark.parametrize(
    "words", [(), ("--language", "fr", "--as", "anne@example.org")]
)
def test_one_of_both_is_needed(
    run: Run, issue_id: str, tmp_path: Path, words: tuple[str, ...]
) -> None:
    result = run("issues", "render", issue_id, "--out", str(tmp_path), *words)

    assert result.exit_code == 2
