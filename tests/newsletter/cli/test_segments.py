import json

from sqlalchemy import Engine

from newsletter import db
from tests.conftest import Run
from tests.factories import make_issue, make_list, make_segment, make_subscriber

RULE = "language=fr,none and not tag=schools"


def test_a_rule_is_saved_and_listed(run: Run) -> None:
    saved = run("segments", "add", "press", RULE, "--json")

    assert json.loads(saved.stdout) == {"id": 1, "name": "press", "rule": RULE}
    assert json.loads(run("segments", "list", "--json").stdout) == [
        {"name": "press", "rule": RULE}
    ]
    assert RULE in run("segments", "list").stdout


def test_a_saved_rule_is_confirmed_in_words(run: Run) -> None:
    assert f"Saved press: {RULE}" in run("segments", "add", "press", RULE).stdout


def test_a_wrong_rule_is_explained(run: Run) -> None:
    result = run("segments", "add", "press", "colour=red")

    assert result.exit_code == 1
    assert "At character 1, “colour”: nothing is called so" in result.stderr


def test_people_are_counted_by_language(run: Run, engine: Engine) -> None:
    with db.writing(engine) as session:
        make_subscriber(session, language="fr")
        make_subscriber(session, language="fr", tags=("schools",))
        make_subscriber(session, language=None)
        make_subscriber(session, list=make_list(session, slug="other"))
    run("segments", "add", "press", RULE)

    counted = json.loads(run("segments", "count", "press", "--json").stdout)

    assert counted == {
        "segment": "press",
        "total": 2,
        "languages": {"fr": 1, "none": 1},
    }
    assert "Total     2" in run("segments", "count", "press").stdout
    other = run("segments", "count", "press", "--list", "other", "--json")
    assert json.loads(other.stdout)["total"] == 1


def test_an_unknown_segment_is_answered_with_those_there_are(run: Run) -> None:
    result = run("segments", "count", "press")

    assert result.exit_code == 1
    assert "There is no segment called “press”; there is: none." in result.stderr


def test_a_rule_is_tried_without_saving_it(run: Run, engine: Engine) -> None:
    with db.writing(engine) as session:
        make_subscriber(session, email="anne@example.org", name="Anne")
        make_subscriber(session, email="bart@example.org", language=None)

    tried = json.loads(
        run("segments", "try", "language=fr,none", "--sample", "1", "--json").stdout
    )

    assert tried == {
        "rule": "language=fr,none",
        "total": 2,
        "languages": {"fr": 1, "none": 1},
        "sample": [{"email": "anne@example.org", "name": "Anne", "language": "fr"}],
    }
    shown = run("segments", "try", "language=fr").stdout
    assert "Total     1" in shown
    assert "anne@example.org  Anne  fr" in shown
    assert json.loads(run("segments", "list", "--json").stdout) == []


def test_a_rule_that_selects_nobody_says_so(run: Run) -> None:
    assert "Total     0" in run("segments", "try", "tag=nobody").stdout


def test_a_rule_is_changed(run: Run) -> None:
    run("segments", "add", "press", RULE)

    changed = run("segments", "change", "press", "tag=press")

    assert "Saved press: tag=press" in changed.stdout
    assert json.loads(run("segments", "list", "--json").stdout) == [
        {"name": "press", "rule": "tag=press"}
    ]


def test_a_rule_is_removed(run: Run) -> None:
    run("segments", "add", "press", RULE)

    assert "Removed press." in run("segments", "remove", "press").stdout

    assert run("segments", "remove", "press").exit_code == 1


def test_a_rule_that_an_issue_goes_to_stays(run: Run, engine: Engine) -> None:
    with db.writing(engine) as session:
        segment = make_segment(session, name="press")
        make_issue(session, title="May", segment_id=segment.id)

    result = run("segments", "remove", "press")

    assert result.exit_code == 1
    assert "Issue 1 “May” (draft) goes to “press”" in result.stderr
