import json
from typing import Any

import pytest
from sqlalchemy import Engine

from newsletter import db, relays
from newsletter.config import Settings
from tests.conftest import Run


@pytest.fixture(autouse=True)
def _two_relays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_SMTP_URL", "smtp://u:hush@smtp-relay.brevo.com")
    monkeypatch.setenv("NEWSLETTER_RELAYS", "backup=smtp://u:hush@mail.example.org")


def shown(run: Run, name: str = "main") -> Any:
    return json.loads(run("relays", "show", name, "--json").stdout)


def test_every_relay_is_listed_without_its_password(run: Run) -> None:
    run("relays", "set", "backup", "--per-hour", "100", "--group", "gmail=60")

    told = run("relays", "list")
    found = json.loads(run("relays", "list", "--json").stdout)

    assert [each["name"] for each in found] == ["main", "backup"]
    assert found[1]["per_hour"] == 100
    assert "100 an hour" in told.stdout
    assert "hush" not in told.stdout + json.dumps(found)


def test_the_preset_of_its_host_is_proposed_and_not_yet_used(run: Run) -> None:
    answer = run("relays", "show", "main")

    assert "This looks like Brevo." in answer.stdout
    assert "newsletter relays set main --preset brevo" in answer.stdout
    assert shown(run)["per_day"] is None


def test_what_is_stated_is_shown_with_who_says_so(run: Run) -> None:
    answer = run(
        *("relays", "set", "main", "--preset", "brevo", "--connections", "2"),
        *("--messages-per-connection", "20", "--per-second", "5"),
        *("--per-minute", "60", "--group", "gmail=30", "--group", "hotmail.com=20"),
    )

    facts = shown(run)
    assert answer.exit_code == 0
    assert "free plan" in answer.stdout
    assert facts["preset"] == "brevo"
    assert [facts[name] for name in relays.FIGURES] == [2, 20, 5, 60, None, 300]
    assert facts["groups"] == {"gmail": 30, "microsoft": 20}
    assert facts["sources"]["per_day"] == "preset brevo"
    assert facts["sources"]["connections"] == "stated"


def test_a_preset_can_be_overruled_and_forgotten(run: Run) -> None:
    run("relays", "set", "main", "--preset", "brevo")

    run("relays", "set", "main", "--per-day", "0")
    overruled = shown(run)
    run("relays", "set", "main", "--reset")

    assert (overruled["preset"], overruled["per_day"]) == ("brevo", None)
    assert (shown(run)["preset"], shown(run)["sources"].get("per_day")) == ("", None)


def test_what_is_used_and_slowed_down_is_shown(
    run: Run, engine: Engine, settings: Settings
) -> None:
    run("relays", "set", "main", "--per-day", "300")
    with db.writing(engine) as session:
        now = db.now(session)
        main = relays.get(session, settings, "main")
        relays.reserve(session, main, want=12, now=now)
        relays.lease(session, main, holder="anne", want=3, now=now)
        relays.brake(session, main, "gmail", now=now)

    answer = run("relays", "show", "main").stdout

    assert "300, 12 used" in answer
    assert "3 in use" in answer
    assert "gmail slowed down" in answer
    assert "50%" in answer


# The words after `relays`, and what the sentence must name.
REFUSED = [
    (("show", "pigeon"), "no relay called pigeon"),
    (("set", "pigeon", "--per-day", "1"), "no relay called pigeon"),
    (("set", "main", "--preset", "pigeon"), "no preset pigeon"),
    (("set", "main", "--per-day", "9999999999"), "per day"),
    (("set", "main", "--group", "pigeons=5"), "pigeons is neither"),
]


@pytest.mark.parametrize(("words", "named"), REFUSED)
def test_what_cannot_work_is_refused_with_a_sentence(
    words: tuple[str, ...], named: str, run: Run
) -> None:
    answer = run("relays", *words)

    assert answer.exit_code == 1
    assert answer.stderr.startswith("newsletter: ")
    assert named in answer.stderr


@pytest.mark.parametrize(
    "words",
    [("--group", "gmail"), ("--group", "gmail=x"), ("--connections", "0")],
)
def test_what_makes_no_sense_is_wrong_use(words: tuple[str, ...], run: Run) -> None:
    assert run("relays", "set", "main", *words).exit_code == 2
