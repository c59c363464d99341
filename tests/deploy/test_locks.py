import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PROJECT["dependency-groups"]
RUN = [*PROJECT["project"]["dependencies"], *GROUPS["build"]]
DEV = [*RUN, *GROUPS["dev"]]
LOCKS = {"requirements.lock": RUN, "requirements-dev.lock": DEV}
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^ ;\\]+)", re.MULTILINE)


def _pins(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {canonicalize_name(name): version for name, version in _PIN.findall(text)}


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [(lock, wanted) for lock, all_of_it in LOCKS.items() for wanted in all_of_it],
)
def test_the_lock_holds_what_the_project_asks_for(lock: str, wanted: str) -> None:
    requirement = Requirement(wanted)

    pinned = _pins(lock).get(canonicalize_name(requirement.name))

    assert pinned, f"{requirement.name} is missing in {lock}"
    assert requirement.specifier.contains(pinned, prereleases=True)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_its_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")

    bare = [
        entry.splitlines()[0]
        for entry in re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
        if _PIN.match(entry) and "--hash=sha256:" not in entry
    ]

    assert bare == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place_to_fetch_from(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")

    assert not re.search(r"https?://|--(extra-)?index-url|file:", text)


def test_what_runs_and_what_is_tested_are_the_same_versions() -> None:
    run, dev = _pins("requirements.lock"), _pins("requirements-dev.lock")

    assert {name: dev.get(name) for name in run} == run
