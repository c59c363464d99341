"""What stands in the way is one sentence on stderr, never a traceback."""

from pathlib import Path

from typer.testing import CliRunner

from newsletter.cli import app
from tests.conftest import Run


def test_a_database_that_cannot_be_opened_is_said_plainly(tmp_path: Path) -> None:
    answer = CliRunner(env={"NEWSLETTER_DATABASE_URL": f"sqlite:///{tmp_path}"}).invoke(
        app, ["lists", "list"]
    )

    assert answer.exit_code == 1
    assert answer.stderr.startswith("newsletter: ")
    assert "Traceback" not in answer.stderr


def test_a_file_that_is_no_database_is_said_plainly(tmp_path: Path) -> None:
    wrong = tmp_path / "news.db"
    wrong.write_bytes(b"a picture, perhaps" * 100)

    answer = CliRunner(env={"NEWSLETTER_DATABASE_URL": f"sqlite:///{wrong}"}).invoke(
        app, ["lists", "list"]
    )

    assert answer.exit_code == 1
    assert "not a database" in answer.stderr
    assert wrong.read_bytes() == b"a picture, perhaps" * 100


def test_a_file_that_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    answer = run(
        "subscribers", "import", str(tmp_path / "people.csv"), "--list", "press"
    )

    assert answer.exit_code != 0
    assert "people.csv" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_setting_that_cannot_work_names_itself() -> None:
    answer = CliRunner(env={"NEWSLETTER_DATABASE_URL": "mysql://db/news"}).invoke(
        app, ["lists", "list"]
    )

    assert answer.exit_code == 1
    assert "NEWSLETTER_DATABASE_URL: " in answer.stderr
