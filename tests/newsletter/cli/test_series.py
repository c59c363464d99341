"""`newsletter series` and `newsletter issues approve`, as somebody types them."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from newsletter import db
from subscribers.clock import utcnow
from tests import factories
from tests.conftest import Run
from tests.newsletter.series.desk import an_item

ADD = (
    "series",
    "add",
    "newsletter",
    "--title",
    "fr=Nouvelles de {month}",
    "--title",
    "News of {month}",
    "--rule",
    "le premier mardi du mois à 10 h",
)


@pytest.fixture(autouse=True)
def _news(engine: Engine) -> None:
    with db.writing(engine) as session:
        factories.make_subscriber(session)
        for number in range(3):
            an_item(session, number, published_at=utcnow() - timedelta(hours=number))


def answer(run: Run, *words: str) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_series_is_made_and_said_back(run: Run) -> None:
    made = answer(run, *ADD)

    assert made["rule"] == "first Tuesday 10:00"
    assert made["says"] == "first Tuesday at 10:00"
    assert made["titles"] == {"fr": "Nouvelles de {month}", "": "News of {month}"}
    assert (made["ahead"], made["at_least"]) == (48, 3)
    assert len(made["moments"]) == 5
    assert made["next"] == made["moments"][0]["at"]
    assert answer(run, "series", "show", "1") == made
    assert answer(run, "series", "list") == [made]


def test_a_rule_may_end_in_its_time_zone(run: Run) -> None:
    rule = ("--rule", "first Tuesday 10:00 Europe/Lisbon")

    made = answer(run, *ADD, *rule)
    other = run(*ADD, *rule, "--timezone", "Europe/Brussels")
    unknown = run(*ADD, "--rule", "first Tuesday 10:00 Europe/Bruxelles")

    assert (made["rule"], made["timezone"]) == ("first Tuesday 10:00", "Europe/Lisbon")
    assert "the time zone chosen is Europe/Brussels" in other.stderr
    assert "Europe/Bruxelles is not a time zone" in unknown.stderr
    assert (other.exit_code, unknown.exit_code) == (1, 1)


def test_a_person_reads_the_same(run: Run) -> None:
    run(*ADD)

    shown = run("series", "show", "1").stdout
    listed = run("series", "list").stdout

    assert "first Tuesday at 10:00" in shown
    assert "Nouvelles de {month}" in shown
    assert "newsletter" in listed


@pytest.mark.parametrize(
    ("option", "value", "why"),
    [
        ("--rule", "every two weeks on Monday 08:00", "Weeks cannot be counted"),
        ("--title", "News of {weather}", "nothing else"),
        ("--title", "it=Notizie", "not a language of the list"),
        ("--timezone", "Mars/Olympus", "not a time zone"),
        ("--ahead", "0", "hours ahead"),
        ("--at-least", "0", "at least 1"),
    ],
)
def test_what_cannot_work_is_refused(
    run: Run, option: str, value: str, why: str
) -> None:
    result = run(*ADD, option, value)

    assert result.exit_code == 1
    assert why in result.stderr
    assert answer(run, "series", "list") == []


@pytest.mark.parametrize(
    ("verb", "number"), [("show", "99999999999999"), ("remove", "7"), ("prepare", "0")]
)
def test_a_series_that_is_not_there_is_said(run: Run, verb: str, number: str) -> None:
    result = run("series", verb, number)

    assert result.exit_code == 1
    assert "There is no series" in result.stderr


def test_a_dry_run_shows_what_would_be_taken_and_changes_nothing(run: Run) -> None:
    run(*ADD)

    proposed = answer(run, "series", "prepare", "1", "--dry-run")
    told = run("series", "prepare", "1", "--dry-run").stdout

    assert [one["title"] for one in proposed["items"]] == [
        "Nouvelle 0",
        "Nouvelle 1",
        "Nouvelle 2",
    ]
    assert proposed["enough"]
    assert "Nouvelle 0" in told
    assert answer(run, "issues", "list") == []


def test_prepared_approved_and_scheduled(run: Run) -> None:
    series = answer(run, *ADD)

    issue = answer(run, "series", "prepare", "1")
    early = run("issues", "send", "1", "--now")
    (listed,) = answer(run, "issues", "list")
    approved = answer(run, "issues", "approve", "1")

    assert issue["send_at"] is not None
    assert early.exit_code == 1
    assert "waits for approval" in early.stderr
    assert listed["waits_for_approval"]
    assert approved["state"] == "scheduled"
    assert approved["send_at"] == issue["send_at"]
    assert approved["approved"]
    assert approved["approved_by"]
    assert approved["estimate"]["readers"] == 1
    assert answer(run, "series", "show", "1")["next"] != series["next"]


def test_approving_says_when_and_to_how_many(run: Run) -> None:
    run(*ADD)
    run("series", "prepare", "1")

    said = run("issues", "approve", "1").stdout

    assert "is approved by" in said
    assert "It leaves on " in said
    assert "1 reader" in said


@pytest.mark.parametrize(
    "change",
    [
        ("write", "1", "--language", "fr", "--intro", "Bonjour."),
        ("arrange", "1", "--items", "3,1"),
        ("decide", "1", "--missing", "leave-out"),
    ],
)
def test_a_change_after_approval_says_that_it_is_withdrawn(
    run: Run, change: tuple[str, ...]
) -> None:
    run(*ADD)
    run("series", "prepare", "1")
    run("issues", "approve", "1")

    changed = run("issues", *change)

    assert changed.exit_code == 0, changed.output
    assert "needs another approval" in changed.stdout.replace("\n", " ")
    assert answer(run, "issues", "status", "1")["state"] == "draft"


def test_an_issue_that_cannot_go_out_is_not_approved(run: Run) -> None:
    run("issues", "create", "--title", "Empty")

    result = run("issues", "approve", "1")

    assert result.exit_code == 1
    assert "cannot go out" in result.stderr


def test_a_list_may_ask_for_approval(run: Run) -> None:
    asked = answer(run, "lists", "set", "newsletter", "--approval")
    kept = answer(run, "lists", "set", "newsletter")
    free = answer(run, "lists", "set", "newsletter", "--no-approval")

    assert (asked["approval"], kept["approval"], free["approval"]) == (
        True,
        True,
        False,
    )


def test_a_discarded_draft_makes_way(run: Run) -> None:
    run(*ADD)
    run("series", "prepare", "1")
    refused = run("series", "prepare", "1")

    gone = answer(run, "issues", "discard", "1")
    again = run("issues", "discard", "1")

    assert "newsletter issues discard 1" in refused.stderr
    assert gone["state"] == "cancelled"
    assert again.exit_code == 1
    assert answer(run, "series", "prepare", "1")["number"] == 1


def test_it_is_paused_resumed_and_removed(run: Run) -> None:
    made = answer(run, *ADD)

    paused = answer(run, "series", "pause", "1")
    resumed = answer(run, "series", "resume", "1")
    removed = answer(run, "series", "remove", "1")

    assert (paused["active"], paused["next"], paused["moments"]) == (False, None, [])
    assert resumed["next"] == made["next"]
    assert removed == {"id": 1, "removed": True}
    assert answer(run, "series", "list") == []
