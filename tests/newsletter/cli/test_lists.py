import json

import pytest
from sqlalchemy import Engine

from newsletter import db
from subscribers import lists
from subscribers.models import MissingPolicy, UnknownPolicy
from tests.conftest import Run

PRESS = ("lists", "add", "press", "--name", "Presse", "--from", "Anne <a@example.org>")


def test_a_list_is_made_and_shown(run: Run) -> None:
    made = run(
        *("lists", "add", "press", "--json", "--languages", "fr,nl"),
        *("--name", "fr=Presse", "--name", "nl=Pers"),
        *("--from", "Anne Exemple <anne@example.org>", "--reply-to", "b@example.org"),
        *("--legal", "Exemple asbl", "--legal", "nl=Voorbeeld vzw"),
        *("--missing", "leave-out", "--on-unknown", "hold"),
        *("--timezone", "Europe/Paris"),
    )

    shown = json.loads(run("lists", "show", "press", "--json").stdout)

    assert json.loads(made.stdout) == shown
    assert shown == {
        "slug": "press",
        "names": {"fr": "Presse", "nl": "Pers"},
        "from": "Anne Exemple <anne@example.org>",
        "reply_to": "b@example.org",
        "legal": {"fr": "Exemple asbl", "nl": "Voorbeeld vzw"},
        "languages": ["fr", "nl"],
        "missing": "leave-out",
        "on_unknown": "hold",
        "timezone": "Europe/Paris",
        "relays": [],
        "approval": False,
        "list_id": "press.example.org",
    }


def test_a_list_follows_the_settings_until_told_otherwise(
    run: Run, engine: Engine
) -> None:
    run(*PRESS)

    with db.reading(engine) as session:
        made = lists.get(session, "press")
    assert made.languages == ["fr", "nl", "de", "en"]
    assert made.names == dict.fromkeys(made.languages, "Presse")
    assert made.on_unknown is None
    assert made.missing is MissingPolicy.SHOW


def test_only_what_is_named_changes(run: Run, engine: Engine) -> None:
    run(*PRESS, "--legal", "Exemple asbl", "--on-unknown", "hold")

    answer = run("lists", "set", "press", "--name", "de=Presseverteiler")

    with db.reading(engine) as session:
        changed = lists.get(session, "press")
    assert answer.exit_code == 0
    assert changed.names["de"] == "Presseverteiler"
    assert changed.names["fr"] == "Presse"
    assert changed.legal["fr"] == "Exemple asbl"
    assert changed.on_unknown is UnknownPolicy.HOLD


def test_a_list_prefers_relays_until_it_does_not(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_RELAYS", "backup=smtp://mail.example.org")

    chosen = run("lists", "set", "newsletter", "--relays", "backup, main", "--json")
    again = run("lists", "set", "newsletter", "--relays", "", "--json")

    assert json.loads(chosen.stdout)["relays"] == ["backup", "main"]
    assert json.loads(again.stdout)["relays"] == []


def test_its_list_id_outlives_a_new_sender(run: Run) -> None:
    run(*PRESS)

    answer = run("lists", "set", "press", "--from", "a@other.example.com", "--json")

    assert json.loads(answer.stdout)["list_id"] == "press.example.org"


def test_the_lists_are_told_default_first(run: Run) -> None:
    run(*PRESS)

    told = json.loads(run("lists", "list", "--json").stdout)

    assert [one["slug"] for one in told] == ["newsletter", "press"]
    assert "Presse" in run("lists", "list").stdout


def test_a_freemail_sender_is_made_but_warned_about(run: Run) -> None:
    answer = run(*PRESS[:-1], "Anne <anne@gmail.com>", "--json")

    assert answer.exit_code == 0
    assert "receivers refuse newsletters from gmail.com" in answer.stderr
    assert json.loads(answer.stdout)["slug"] == "press"


# The words after `lists`, and what the sentence must name.
REFUSED = [
    (("add", "Press List", "--name", "x", "--from", "a@example.org"), "Press List"),
    (("add", "newsletter", "--name", "x", "--from", "a@example.org"), "newsletter"),
    (("add", "press", "--name", "x"), "sender"),
    (("add", "press", "--from", "a@example.org"), "name"),
    (("set", "newsletter", "--from", "nobody"), "nobody"),
    (("set", "newsletter", "--from", "A\nBcc: x <a@example.org>"), "one line"),
    (("set", "newsletter", "--name", "fr=A\r\nB"), "one line"),
    (("set", "newsletter", "--name", "it=Notizie"), "it is not a language"),
    (("set", "newsletter", "--languages", "fr,klingon"), "klingon"),
    (("set", "newsletter", "--languages", ","), "one language"),
    (("set", "newsletter", "--timezone", "Mars/Olympus"), "Mars/Olympus"),
    (("set", "newsletter", "--relays", "main,backup"), "no relay called backup"),
    (("set", "nowhere", "--name", "x"), "nowhere"),
    (("show", "nowhere"), "nowhere"),
]


@pytest.mark.parametrize(("words", "named"), REFUSED)
def test_what_cannot_work_is_refused_with_a_sentence(
    words: tuple[str, ...], named: str, run: Run
) -> None:
    before = run("lists", "list", "--json").stdout

    answer = run("lists", *words)

    assert answer.exit_code == 1
    assert answer.stderr.startswith("newsletter: ")
    assert named in answer.stderr
    assert run("lists", "list", "--json").stdout == before


def test_an_unknown_policy_is_wrong_use(run: Run) -> None:
    answer = run("lists", "set", "newsletter", "--missing", "whatever")

    assert answer.exit_code == 2
