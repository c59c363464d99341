import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

ROOT = Path(__file__).parents[2]
# What a program that was not started from the checkout finds beside itself.
_LOOK = """
import newsletter, subscribers
from newsletter import config
print(newsletter.__file__)
print(subscribers.__file__)
for parts in (
    "templates/email templates/public locale fonts web/static demo/content"
    " demo/pictures"
).split():
    found = config.find(*parts.split("/"))
    print(found, sum(1 for one in found.rglob("*") if one.is_file()))
"""

_LATER = """
revision = "9999"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and unpack it the way pip does."""
    wheels, target = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("site")
    _run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", wheels])
    wheel = next(wheels.glob("newsletter-*.whl"))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install"]
    _run([*pip, "-q", "--no-deps", "--no-index", "--target", target, wheel])
    return target


@pytest.mark.slow
def test_a_wheel_holds_everything_the_program_needs(
    installed: Path, tmp_path: Path
) -> None:
    lines = _python(installed, tmp_path, "-c", _LOOK).splitlines()

    assert all(line.startswith(str(installed)) for line in lines), lines
    assert all(int(line.rpartition(" ")[2]) > 0 for line in lines[2:]), lines


@pytest.mark.slow
def test_a_wheel_sets_up_its_database(installed: Path, tmp_path: Path) -> None:
    first = _python(installed, tmp_path, "-m", "newsletter", "migrate")
    second = _python(installed, tmp_path, "-m", "newsletter", "migrate")

    assert first.startswith("Applied 0001 First tables.")
    assert second == "The database is up to date.\n"
    assert (tmp_path / "data" / "newsletter.db").exists()


@pytest.mark.slow
def test_a_newer_version_upgrades_sqlite_by_itself_and_asks_on_postgresql(
    installed: Path, tmp_path: Path, environment: dict[str, str], engine: Engine
) -> None:
    newer = tmp_path / "newer"
    shutil.copytree(installed, newer)
    steps = newer / "newsletter" / "migrations" / "versions"
    (steps / "9999_later.py").write_text(_LATER.format(head=_head(engine)))
    command = ("-m", "newsletter", "lists", "list", "--json")

    answer = _attempt(newer, tmp_path, *command, env=environment)

    if engine.dialect.name == "sqlite":
        assert answer.returncode == 0
    else:
        assert answer.returncode == 1
        assert answer.stderr == (
            "newsletter: The database is of an older version. "
            "Run `newsletter migrate` first.\n"
        )
        _attempt(newer, tmp_path, "-m", "newsletter", "migrate", env=environment)
    assert _head(engine) == "9999"


def _head(engine: Engine) -> str:
    with engine.connect() as connection:
        head: str = connection.execute(
            text("SELECT version_num FROM alembic_version")
        ).scalar_one()
    return head


def _python(installed: Path, folder: Path, *words: str) -> str:
    inherited = dict(os.environ)  # noqa: TID251  # for a child
    done = _attempt(installed, folder, *words, env=inherited)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _attempt(
    installed: Path, folder: Path, *words: str, env: dict[str, str]
) -> "subprocess.CompletedProcess[str]":
    # The checkout is installed in this Python too; what comes first is found first.
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**env, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )


def _run(command: list[str | Path]) -> None:
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
