import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from newsletter.cli import app

ROOT = Path(__file__).parents[2]


def _instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [
        (word, rest.strip())
        for word, _, rest in (line.partition(" ") for line in joined.splitlines())
        if word
    ]


STEPS = _instructions()
# What follows the last FROM is the image that runs.
LAST = max(place for place, (word, _) in enumerate(STEPS) if word == "FROM")
BUILD, RUN = STEPS[:LAST], STEPS[LAST:]


def _last(word: str) -> str:
    return [rest for found, rest in RUN if found == word][-1]


def test_both_stages_start_from_the_oldest_python_we_promise() -> None:
    bases = [rest.split()[0] for word, rest in STEPS if word == "FROM"]

    assert bases == ["python:3.11-slim", "python:3.11-slim"]


def test_everything_installed_is_pinned_by_hash() -> None:
    installs = [line for word, line in STEPS if word == "RUN" and "pip install" in line]

    assert len(installs) == 2
    assert "--require-hashes" in installs[0]
    assert "-r requirements.lock" in installs[0]
    assert {"--no-deps", "--no-build-isolation"} <= set(shlex.split(installs[1]))


def test_it_runs_as_a_numbered_user_without_rights() -> None:
    user, _, group = _last("USER").partition(":")

    assert int(user) > 0
    assert int(group) > 0


def test_the_data_folder_is_a_volume_the_program_knows() -> None:
    environment = dict(
        word.split("=", 1)
        for found, rest in RUN
        if found == "ENV"
        for word in shlex.split(rest)
    )

    assert _last("VOLUME") == environment["NEWSLETTER_DATA_DIR"] == "/data"


def test_its_health_is_asked_without_tools_the_image_lacks() -> None:
    check = _last("HEALTHCHECK")

    command = json.loads(check.partition("CMD ")[2])

    assert command[:2] == ["python", "-c"]
    assert "/healthz" in command[2]
    compile(command[2], "healthcheck", "exec")


def test_it_is_stopped_the_way_the_sender_understands() -> None:
    assert _last("STOPSIGNAL") == "SIGTERM"


def test_the_command_exists_and_listens_for_the_outside() -> None:
    program, *words = json.loads(_last("CMD"))

    answer = CliRunner().invoke(app, [words[0], "--help"])

    assert program == "newsletter"
    assert answer.exit_code == 0, answer.output
    assert " ".join(words[1:]) == "--host 0.0.0.0 --port 8000"
    assert _last("EXPOSE") == "8000"


@pytest.mark.parametrize(
    "source",
    [source for word, rest in BUILD if word == "COPY" for source in rest.split()[:-1]],
)
def test_what_it_copies_is_there_and_not_ignored(source: str) -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert (ROOT / source).exists()
    assert f"!{source}" in ignored


def test_nothing_else_enters_the_build() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert "*" in ignored
    assert "!data" not in ignored
    assert "!.env" not in ignored
