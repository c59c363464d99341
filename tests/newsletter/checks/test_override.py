"""What stands in the way, who lets it through, and what blocks again."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from newsletter import checks, db, editions, trials
from newsletter.checks import Memory, Override
from newsletter.checks.proof import Mail
from newsletter.config import Settings
from newsletter.errors import IssueNotReady
from newsletter.models import Issue, IssueState, ItemType, LinkState
from newsletter.trials import Trial
from subscribers.clock import utcnow
from tests import factories
from tests.conftest import Run

WHY = Override("It is a report of the event.", "ines@example.org")


@pytest.fixture
def past(engine: Engine) -> int:
    """A draft whose event is over, for three readers."""
    with db.writing(engine) as session:
        for _ in range(3):
            factories.make_subscriber(session, language="fr")
        over = factories.make_item(
            session,
            texts={"fr": {"title": "La fête"}},
            type=ItemType.EVENT,
            starts_at=utcnow() - timedelta(days=2),
        )
        return factories.make_issue(session, items=[over], languages=["fr"]).id or 0


def require(
    engine: Engine, settings: Settings, issue_id: int, override: Override | None
) -> Issue:
    with db.writing(engine) as session:
        issue = session.get_one(Issue, issue_id)
        checks.require_ready(
            session, issue, settings=settings, now=db.now(session), override=override
        )
        return issue


def test_what_must_be_fixed_stands_in_the_way(
    engine: Engine, settings: Settings, past: int
) -> None:
    with pytest.raises(IssueNotReady, match=r"(?s)event is over .* --override"):
        require(engine, settings, past, None)


def test_an_override_keeps_reason_name_and_keys(
    engine: Engine, settings: Settings, past: int
) -> None:
    issue = require(engine, settings, past, WHY)

    assert (issue.override, issue.override_by) == (WHY.reason, WHY.by)
    assert [key.split(":")[0] for key in issue.overridden] == ["event-past"]


def test_what_was_let_through_does_not_block_again(
    engine: Engine, settings: Settings, past: int
) -> None:
    require(engine, settings, past, WHY)

    assert require(engine, settings, past, None).id == past


def test_something_new_blocks_again_and_adds_its_reason(
    engine: Engine, settings: Settings, past: int
) -> None:
    require(engine, settings, past, WHY)
    with db.writing(engine) as session:
        issue = session.get_one(Issue, past)
        editions.write(session, issue, language="fr", intro="Bonjour [nom],")

    with pytest.raises(IssueNotReady, match="placeholder"):
        require(engine, settings, past, None)
    issue = require(engine, settings, past, Override("It is a joke.", "bart"))

    assert issue.override == "It is a report of the event.\nIt is a joke."
    assert (issue.override_by, len(issue.overridden)) == ("bart", 2)


def test_some_things_nobody_can_override(
    engine: Engine, settings: Settings, past: int
) -> None:
    with db.writing(engine) as session:
        issue = session.get_one(Issue, past)
        editions.write(session, issue, language="fr", subject="")

    with pytest.raises(IssueNotReady, match="There is no subject: 3 people"):
        require(engine, settings, past, WHY)
    with db.reading(engine) as session:
        assert session.get_one(Issue, past).override == ""


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_an_override_without_a_reason_is_none(
    engine: Engine, settings: Settings, past: int, reason: str
) -> None:
    with pytest.raises(IssueNotReady):
        require(engine, settings, past, Override(reason, "ines"))


def test_a_server_that_does_not_answer_stands_in_nobodys_way(
    engine: Engine, settings: Settings
) -> None:
    with db.writing(engine) as session:
        factories.make_subscriber(session, language="fr")
        item = factories.make_item(session)
        issue = factories.make_issue(session, items=[item], languages=["fr"])
        broken = {item.url: Trial(LinkState.BROKEN, 404)}
        trials.keep(session, broken, now=db.now(session))

    report_of = require(engine, settings, issue.id or 0, None)

    assert report_of.state is IssueState.DRAFT


def test_a_memory_spares_what_has_not_changed(
    engine: Engine, settings: Settings, past: int
) -> None:
    made: list[str] = []

    class Counting(Memory):
        """Notes what it does not know."""

        def recall(self, key: str, make: Callable[[], Mail]) -> Mail:
            def noted() -> Mail:
                made.append(key)
                return make()

            return super().recall(key, noted)

    memory = Counting()

    def look() -> None:
        with db.reading(engine) as session:
            issue = session.get_one(Issue, past)
            now = db.now(session)
            checks.run(session, issue, settings=settings, now=now, memory=memory)

    look()
    look()
    assert len(made) == 1
    with db.writing(engine) as session:
        issue = session.get_one(Issue, past)
        editions.write(session, issue, language="fr", intro="Bonjour")
    look()
    assert len(made) == 2


def test_the_command_names_everything_and_says_so_with_its_code(
    run: Run, past: int
) -> None:
    answer = run("issues", "check", str(past), "--language", "fr")

    assert answer.exit_code == 1
    assert answer.stdout.startswith("Une chose à corriger avant le départ")
    assert "“La fête”" in answer.stdout
    assert "✕     Date: Cet événement sera passé" in answer.stdout


def test_the_command_answers_machines_with_places_and_keys(run: Run, past: int) -> None:
    answer = json.loads(run("issues", "check", str(past), "--json").stdout)

    (finding,) = answer["must_fix"]
    assert finding["check"] == "event-past"
    assert finding["overridable"] is True
    assert finding["place"]["field"] == "date"
    assert "subject-missing" in answer["passed"]


def test_the_command_line_overrides_with_a_reason(
    run: Run, engine: Engine, past: int
) -> None:
    refused = run("issues", "schedule", str(past), "--at", "2099-01-01 09:00")
    done = run(
        *("issues", "schedule", str(past), "--at", "2099-01-01 09:00"),
        *("--override", "A report."),
    )

    assert (refused.exit_code, done.exit_code) == (1, 0)
    with db.reading(engine) as session:
        issue = session.get_one(Issue, past)
    assert (issue.state, issue.override) == (IssueState.SCHEDULED, "A report.")
    assert issue.override_by.endswith("command line)")
    # What is let through is no reason to fail any more.
    assert run("issues", "check", str(past)).exit_code == 0
