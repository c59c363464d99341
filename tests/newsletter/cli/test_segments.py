import json

from sqlalchemy import Engine

from newsletter import db
from tests.conftest import Run
from tests.factories import make_list, make_subscriber

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
    assert "There is no segment called 'press'; there is: none." in result.stderr
