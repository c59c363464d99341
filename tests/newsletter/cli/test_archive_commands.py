"""`issues visibility` and `issues correct`."""

import json

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, editions
from newsletter.config import Settings
from newsletter.models import Issue, IssueState
from subscribers.clock import utcnow
from tests import factories
from tests.conftest import Run

# What the commands say does not depend on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def sent(engine: Engine, settings: Settings) -> str:
    """Make an issue that has left and return its number."""
    with db.writing(engine) as session:
        issue = factories.make_issue(session, languages=("fr",), slug="numero")
        editions.freeze(session, issue, settings, now=utcnow())
        issue.state, issue.started_at = IssueState.SENT, utcnow()
        return str(issue.id)


def test_an_issue_is_made_for_those_who_may_find_it(run: Run, engine: Engine) -> None:
    made = run("issues", "create", "--title", "T", "--visibility", "unlisted", "--json")

    assert json.loads(made.stdout)["visibility"] == "unlisted"
    with db.reading(engine) as session:
        assert session.exec(select(Issue.visibility)).one() == "unlisted"


def test_visibility_can_change_after_sending_and_says_what_that_breaks(
    run: Run, engine: Engine, settings: Settings
) -> None:
    number = sent(engine, settings)

    private = run("issues", "visibility", number, "private")
    public = run("issues", "visibility", number, "public", "--json")

    assert "leads nowhere" in private.stdout
    assert json.loads(public.stdout) == {
        "id": int(number),
        "visibility": "public",
        "listed": True,
    }


def test_a_visibility_that_is_none_is_wrong_use(
    run: Run, engine: Engine, settings: Settings
) -> None:
    assert run("issues", "visibility", sent(engine, settings), "x").exit_code == 2


def test_a_correction_tells_where_it_stands(
    run: Run, engine: Engine, settings: Settings
) -> None:
    number = sent(engine, settings)

    said = run("issues", "correct", number, "--language", "fr", "--note", "18 h.")

    assert said.exit_code == 0, said.output
    assert "https://news.example.org/fr/numero" in said.stdout


@pytest.mark.parametrize(("language", "note"), [("fr", ""), ("xx", "18 h.")])
def test_a_correction_that_cannot_be_is_refused_in_a_sentence(
    run: Run, engine: Engine, settings: Settings, language: str, note: str
) -> None:
    number = sent(engine, settings)

    said = run("issues", "correct", number, "--language", language, "--note", note)

    assert said.exit_code == 1
    assert said.stderr.startswith("newsletter: ")
