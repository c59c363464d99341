import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What a program that was not started from the checkout finds beside itself.
_LOOK = """
import newsletter, subscribers
from newsletter import config
print(newsletter.__file__)
print(subscribers.__file__)
for parts in "templates/email", "templates/public", "locale", "web/static":
    found = config.find(*parts.split("/"))
    print(found, sum(1 for one in found.rglob("*") if one.is_file()))
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


def _python(installed: Path, folder: Path, *words: str) -> str:
    # The checkout is installed in this Python too; what comes first is found first.
    environment = {**os.environ, "PYTHONPATH": str(installed)}  # noqa: TID251  # for a child
    return _run([sys.executable, *words], cwd=folder, env=environment)


def _run(
    command: list[str | Path], *, cwd: Path = ROOT, env: dict[str, str] | None = None
) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
