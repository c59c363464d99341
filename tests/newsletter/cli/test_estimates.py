"""How long it takes is said before an issue leaves."""

import json

import pytest
from sqlalchemy import Engine

from newsletter import db
from newsletter.config import Span
from newsletter.relays.windows import keeps
from tests import factories
from tests.conftest import Run


@pytest.fixture
def issue_id(engine: Engine) -> str:
    """A draft for seven readers, four of them at Gmail."""
    with db.writing(engine) as session:
        for number in range(7):
            domain = "gmail.com" if number < 4 else "example.org"
            factories.make_subscriber(session, email=f"r{number}@{domain}")
        item = factories.make_item(session)
        return str(factories.make_issue(session, items=[item]).id)


DAYS = "7 readers through relay main. Takes 3 days because of the limit of 3 a day."


def test_a_check_says_how_long_it_takes(run: Run, issue_id: str) -> None:
    run("relays", "set", "main", "--per-day", "3")

    answer = run("issues", "check", issue_id)

    assert DAYS in answer.stdout


def test_a_check_says_it_to_machines_too(run: Run, issue_id: str) -> None:
    run("relays", "set", "main", "--per-day", "3")

    answer = run("issues", "check", issue_id, "--json")

    assert json.loads(answer.stdout)["estimate"] == {
        "readers": 7,
        "relay": "main",
        "sending_seconds": 0,
        "elapsed_seconds": 2 * keeps(Span.DAY).total_seconds(),
        "days": 3,
        "because": {"limit": 3, "per": "day", "group": ""},
    }


def test_scheduling_says_how_long_it_will_take(run: Run, issue_id: str) -> None:
    run("relays", "set", "main", "--per-day", "3")

    answer = run("issues", "schedule", issue_id, "--at", "2099-01-01 09:00")

    assert DAYS in answer.stdout


def test_sending_says_how_long_it_will_take(run: Run, issue_id: str) -> None:
    answer = run("issues", "send", issue_id, "--now")

    assert "7 readers through relay main. Takes a minute at most" in answer.stdout


def test_readers_of_a_slow_group_are_counted(run: Run, issue_id: str) -> None:
    run("relays", "set", "main", "--group", "gmail=1")

    answer = run("issues", "check", issue_id)

    reason = "Takes 4 min because of the limit of 1 a minute (gmail)."
    assert reason in answer.stdout


@pytest.mark.parametrize("languages", [["fr"], []])
def test_an_issue_without_readers_has_no_estimate(
    run: Run, engine: Engine, languages: list[str]
) -> None:
    with db.writing(engine) as session:
        empty = factories.make_issue(session, languages=languages).id

    answer = run("issues", "check", str(empty), "--json")

    assert json.loads(answer.stdout)["estimate"] is None


def test_a_list_whose_relay_is_gone_cannot_send(
    run: Run, engine: Engine, issue_id: str
) -> None:
    with db.writing(engine) as session:
        factories.the_list(session).relays = ["gone"]

    checked = run("issues", "check", issue_id)
    sent = run("issues", "send", issue_id, "--now")

    assert "goes through gone" in checked.stdout
    assert (checked.exit_code, sent.exit_code) == (1, 1)
