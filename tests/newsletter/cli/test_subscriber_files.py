import json
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db
from newsletter.cli.subscribers import telling
from newsletter.models import Delivery, DeliveryState
from subscribers import exporting, optout, people
from subscribers.models import Channel
from tests.conftest import Run
from tests.factories import (
    make_delivery,
    make_subscriber,
    subscription_of,
)
from tests.newsletter.cli.conftest import WORDS


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


def test_only_some_of_somebody_is_updated(
    run: Run, people_csv: str, engine: Engine
) -> None:
    with db.writing(engine) as session:
        make_subscriber(session, email="anne@example.org", name="A.", language="de")

    result = run(
        *("subscribers", "import", people_csv, "--consent", WORDS, "--json"),
        *("--update-field", "name", "--update-field", "tags"),
    )

    assert json.loads(result.stdout)["updated"] == 1
    shown = json.loads(run("subscribers", "show", "anne@example.org", "--json").stdout)
    assert (shown["name"], shown["language"]) == ("Anne", "de")
    assert shown["tags"] == ["presse"]


def test_a_trial_run_shows_the_columns_and_the_languages(
    run: Run, people_csv: str
) -> None:
    words = ("subscribers", "import", people_csv, "--consent", WORDS, "--dry-run")

    told = run(*words).stdout
    answer = json.loads(run(*words, "--json").stdout)

    assert "Langue" in told
    assert told.index("Taken for") < told.index("3 rows:")
    assert answer["columns"][2] == {
        "index": 2,
        "heading": "Langue",
        "role": "language",
        "name": "",
        "cells": ["Français", "Nederlands", "fr"],
    }
    assert {"value": "Nederlands", "language": "nl", "count": 1} in answer["languages"]


def test_a_trial_run_of_addresses_alone_speaks_of_no_language(run: Run) -> None:
    pasted = "anne@example.org\nbart@example.org\n"
    words = ("subscribers", "import", "-", "--consent", WORDS, "--dry-run")

    assert "Languages" not in run(*words, stdin=pasted).stdout


def test_a_column_is_named_where_a_guess_is_wrong(run: Run) -> None:
    pasted = "Work,Home\nanne@example.org,a@example.net\n"
    words = ("subscribers", "import", "-", "--consent", WORDS, "--json")

    right = run(*words, "--column", "email=Home", stdin=pasted)
    wrong = run(*words, "--column", "email=Nowhere", stdin=pasted)
    unsaid = run(*words, "--column", "email", stdin=pasted)

    assert json.loads(right.stdout)["new"] == 1
    assert (wrong.exit_code, unsaid.exit_code) == (1, 2)
    assert "There is no such column; the file has: Work, Home." in wrong.stderr
    assert run("subscribers", "show", "a@example.net").exit_code == 0


def test_imports_are_listed_and_taken_back(run: Run, people_csv: str) -> None:
    told = run("subscribers", "import", people_csv, "--consent", WORDS).stdout
    assert "`newsletter subscribers undo-import 1` takes it back" in told

    (entry,) = json.loads(run("subscribers", "imports", "--json").stdout)
    assert (entry["id"], entry["file"], entry["list"]) == (
        *(1, "people.csv"),
        "newsletter",
    )
    assert (entry["counts"]["new"], entry["undone_at"]) == (2, None)

    assert (
        "2 deleted who came by it alone"
        in run("subscribers", "undo-import", "1").stdout
    )
    assert "people.csv" in run("subscribers", "imports").stdout
    again = run("subscribers", "undo-import", "1")
    assert (again.exit_code, again.stderr) == (
        *(1, "newsletter: Import 1 was taken back already.\n"),
    )


def test_an_import_is_taken_back_for_a_script(
    run: Run, people_csv: str, engine: Engine
) -> None:
    run("subscribers", "import", people_csv, "--consent", WORDS)
    with db.writing(engine) as session:
        anne = people.get(session, "anne@example.org")
        make_delivery(session, subscriber=anne, state=DeliveryState.ACCEPTED)

    result = run("subscribers", "undo-import", "1", "--json")

    assert json.loads(result.stdout) == {
        "import_id": 1,
        "deleted": 2,
        "removed": 0,
        "restored": 0,
        "stayed": 0,
    }
    with db.reading(engine) as session:
        row = session.exec(select(Delivery)).one()
        assert (row.subscriber_id, row.address, row.state) == (
            *(None, ""),
            DeliveryState.ACCEPTED,
        )


@pytest.mark.parametrize("name", ["people.csv", "people.XLSX"])
def test_people_are_written_to_a_file_and_read_back(
    run: Run, people_csv: str, tmp_path: Path, name: str
) -> None:
    run("subscribers", "import", people_csv, "--consent", WORDS)
    out = tmp_path / "out" / name
    out.parent.mkdir()

    result = run("subscribers", "export", str(out))

    assert result.stdout.replace("\n", "") == f"Wrote 2 people to {out}."
    assert out.stat().st_mode & 0o777 == 0o600
    assert [*out.parent.iterdir()] == [out]
    again = run(
        *("subscribers", "import", str(out), "--consent", WORDS, "--json", "--update")
    )
    assert json.loads(again.stdout)["unchanged"] == 2


def test_a_file_is_replaced_only_when_asked(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("mine")

    refused = run("subscribers", "export", str(path))
    assert (refused.exit_code, path.read_text()) == (1, "mine")
    assert "is there already; --force replaces it." in refused.stderr

    forced = run("subscribers", "export", str(path), "--force", "--json")
    assert json.loads(forced.stdout) == {"file": str(path), "rows": 0}
    assert path.read_text("utf-8-sig").startswith("email,name,")


def test_fewer_people_are_written_when_asked(run: Run, people_csv: str) -> None:
    run("subscribers", "import", people_csv, "--consent", WORDS)
    run("segments", "add", "dutch", "language=nl")

    def written(*words: str) -> list[str]:
        lines = run("subscribers", "export", "-", *words).stdout.splitlines()[1:]
        return [line.partition("@")[0] for line in lines]

    assert written() == ["anne", "bart"]
    assert written("--segment", "dutch") == ["bart"]
    assert written("--language", "fr", "--list", "newsletter") == ["anne"]
    assert written("--state", "unsubscribed") == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["people.ods"], 2),
        (["-", "--json"], 2),
        (["people.csv", "--segment", "nobody"], 1),
        (["nowhere/people.csv"], 1),
    ],
)
def test_an_export_that_cannot_be_is_refused_and_leaves_nothing(
    run: Run,
    words: list[str],
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)

    assert run("subscribers", "export", *words).exit_code == code
    assert [*folder.iterdir()] == []


def test_an_export_that_breaks_off_leaves_nothing(
    run: Run, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.writing(engine) as session:
        make_subscriber(session)
    monkeypatch.setattr(exporting, "_LAST_ROW", 1)
    folder = tmp_path / "here"
    folder.mkdir()

    result = run("subscribers", "export", str(folder / "people.xlsx"))

    assert result.exit_code == 1
    assert "export them as CSV" in result.stderr
    assert [*folder.iterdir()] == []
