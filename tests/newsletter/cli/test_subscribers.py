import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter import db
from newsletter.cli import program
from newsletter.cli.subscribers import telling
from newsletter.models import DeliveryState
from subscribers import optout
from subscribers.models import Channel
from tests.conftest import Run
from tests.factories import (
    make_delivery,
    make_issue,
    make_list,
    make_subscriber,
    subscription_of,
)

TABLE = """E-mail;Nom;Langue;Groupe
anne@example.org;Anne;Français;presse
bart@example.org;[/red];Nederlands;
nobody;x;fr;
"""
WORDS = "They asked for it in writing, 2026."


@pytest.fixture
def people_csv(tmp_path: Path) -> str:
    path = tmp_path / "people.csv"
    path.write_text(TABLE, encoding="utf-8")
    return str(path)


def test_an_import_answers_with_a_verdict_per_row(run: Run, people_csv: str) -> None:
    result = run("subscribers", "import", people_csv, "--consent", WORDS, "--json")

    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {
        "import_id": 1,
        "rows": 3,
        "new": 2,
        "updated": 0,
        "unchanged": 0,
        "refused": [
            {
                "row": 4,
                "value": "nobody",
                "reason": "An email address must have an @-sign.",
            }
        ],
        "refused_total": 1,
        "stayed_out": 0,
        "stayed_out_because": {},
        "notes": [
            {
                "row": 3,
                "value": "[/red]",
                "reason": "This is not a name; the person is taken without one.",
            }
        ],
        "notes_total": 1,
        "dry_run": False,
    }


def test_an_import_tells_a_person_the_same(run: Run, people_csv: str) -> None:
    result = run("subscribers", "import", people_csv, "--consent", WORDS)

    assert result.exit_code == 0, result.output
    assert "3 rows: 2 new, 0 updated, 0 unchanged, 1 refused, 0 stayed out." in (
        result.stdout
    )
    assert "nobody" in result.stdout
    assert "[/red]" in result.stdout


def test_a_trial_run_says_so_and_takes_nobody(run: Run, people_csv: str) -> None:
    words = ("subscribers", "import", people_csv, "--consent", WORDS, "--dry-run")

    assert "A trial run: nothing was written." in run(*words).stdout
    assert json.loads(run(*words, "--json").stdout)["new"] == 2


def test_pasted_text_comes_by_standard_input(run: Run) -> None:
    pasted = "Anne <anne@example.org>, bart@example.org"

    result = run(
        "subscribers", "import", "-", "--consent", WORDS, "--json", stdin=pasted
    )

    assert json.loads(result.stdout)["new"] == 2


def test_a_long_list_of_refusals_is_cut_on_a_terminal(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("email\n" + "nobody\n" * 25 + "anne@example.org\n")

    result = run("subscribers", "import", str(path), "--consent", WORDS)

    assert "… and 5 more: see --json." in result.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["people.csv"], "An import needs the words these people agreed to."),
        (["nowhere.csv", "--consent", WORDS], "Cannot read nowhere.csv: No such file"),
        (["people.csv", "--consent", WORDS, "--list", "zz"], "no list called zz"),
    ],
)
def test_an_import_that_cannot_be_is_refused_with_a_reason(
    run: Run,
    people_csv: str,
    words: list[str],
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(Path(people_csv).parent)

    result = run("subscribers", "import", *words)

    assert result.exit_code == 1
    assert sentence in result.stderr


def test_who_stayed_out_is_told_with_the_reason(
    run: Run, people_csv: str, engine: Engine
) -> None:
    with db.writing(engine) as session:
        anne = make_subscriber(session, email="anne@example.org")
        handle = subscription_of(session, anne).handle
        optout.unsubscribe(session, handle, channel=Channel.PAGE)

    result = run("subscribers", "import", people_csv, "--consent", WORDS)

    assert "stayed out, unsubscribed: 1" in result.stdout


def test_a_bar_is_drawn_on_a_terminal_and_lines_elsewhere(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with telling.bar(visible=True) as lines:
        assert lines is not None
        for _ in range(40):
            lines(12_000_000, 49_000_000)
    assert capsys.readouterr().err == "Read 12 of 49 MB.\n" * 2

    monkeypatch.setenv("FORCE_COLOR", "1")
    with telling.bar(visible=True) as drawn:
        assert drawn is not None
        drawn(50, 100)
    assert "Importing" in capsys.readouterr().err

    with telling.bar(visible=False) as nothing:
        assert nothing is None


def test_an_update_is_asked_for(run: Run, people_csv: str, engine: Engine) -> None:
    with db.writing(engine) as session:
        make_subscriber(session, email="anne@example.org", language="de")

    words = ("subscribers", "import", people_csv, "--consent", WORDS, "--json")

    assert json.loads(run(*words).stdout)["updated"] == 0
    assert json.loads(run(*words, "--update").stdout)["updated"] == 1


def test_people_are_listed(run: Run, engine: Engine) -> None:
    with db.writing(engine) as session:
        other = make_list(session, slug="press")
        make_subscriber(session, email="anne@example.org", tags=("b", "a"))
        make_subscriber(session, email="bart@example.org", language="nl", list=other)

    def listed(*words: str) -> list[dict[str, object]]:
        found = json.loads(run("subscribers", "list", "--json", *words).stdout)
        assert isinstance(found, list)
        return found

    anne = {"email": "anne@example.org", "language": "fr", "tags": ["a", "b"]}
    bart = {"email": "bart@example.org", "language": "nl", "tags": []}
    assert listed() == [anne, bart]
    assert listed("--limit", "1") == [anne]
    assert listed("--language", "nl") == [bart]
    assert listed("--list", "press") == [bart]
    run("segments", "add", "labelled", "tag=a")
    assert listed("--segment", "labelled") == [anne]
    assert listed("--segment", "labelled", "--list", "press") == []
    assert listed("--state", "unsubscribed") == []
    assert "anne@example.org  fr        a, b" in run("subscribers", "list").stdout


def test_one_person_is_shown_with_all_that_is_known(run: Run, engine: Engine) -> None:
    with db.writing(engine) as session:
        anne = make_subscriber(
            session,
            email="anne@example.org",
            tags=("press",),
            second_language="de",
            attributes={"city": "Namur"},
        )
        issue = make_issue(session, title="Issue of May")
        make_delivery(
            session, issue=issue, subscriber=anne, state=DeliveryState.ACCEPTED
        )
        handle = subscription_of(session, anne).handle
        optout.unsubscribe(session, handle, channel=Channel.ONE_CLICK)

    shown = json.loads(run("subscribers", "show", "ANNE@example.org", "--json").stdout)

    assert (shown["email"], shown["language"]) == ("anne@example.org", "fr")
    assert shown["tags"] == ["press"]
    assert [row["state"] for row in shown["subscriptions"]] == ["unsubscribed"]
    assert [(row["kind"], row["channel"]) for row in shown["consents"]] == [
        ("granted", "form"),
        ("withdrawn", "one-click"),
    ]
    first = shown["consents"][0]
    assert first["words"] == "Yes, send me the newsletter."
    proof = {"asked_at", "at", "version", "form", "language", "message_id", "filename"}
    assert proof <= first.keys()
    assert (shown["second_language"], shown["attributes"]) == ("de", {"city": "Namur"})
    assert [(row["title"], row["state"]) for row in shown["deliveries"]] == [
        ("Issue of May", "accepted")
    ]


def test_one_person_is_shown_on_a_terminal(run: Run, people_csv: str) -> None:
    run("subscribers", "import", people_csv, "--consent", WORDS)

    output = run("subscribers", "show", "anne@example.org").stdout

    assert "anne@example.org, language fr" in output
    assert "Tags: presse" in output
    assert "Deliveries: none" in output
    assert "confirmed" in output


def test_nobody_is_shown_with_a_sentence(run: Run) -> None:
    result = run("subscribers", "show", "anne@example.org")

    assert result.exit_code == 1
    assert "Nobody here has the address anne@example.org." in result.stderr


def test_what_people_are_called_is_no_markup(
    capsys: pytest.CaptureFixture[str],
) -> None:
    program.table(["Name"], [("[/red] :smile: [b]x",)])

    assert "[/red] :smile: [b]x" in capsys.readouterr().out
