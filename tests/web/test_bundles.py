"""The scripts that are served are made of the sources that lie here."""

import hashlib
from pathlib import Path

import pytest

from newsletter import config

_ASSETS = Path(config.__file__).parents[1] / "web" / "assets"


def _sources(folder: Path) -> list[Path]:
    found = []
    for path in sorted(folder.iterdir(), key=lambda each: each.name):
        if path.is_dir() and path.name != "node_modules":
            found += _sources(path)
        elif path.suffix == ".js" or path.name in {"package.json", "package-lock.json"}:
            found.append(path)
    return found


@pytest.mark.parametrize("name", ["desk.js", "composer.js", "outline.js"])
def test_a_script_is_made_of_its_sources(name: str) -> None:
    made = hashlib.sha256(b"".join(map(Path.read_bytes, _sources(_ASSETS))))
    first, _, _ = config.find("web", "static", name).read_text().partition("\n")

    assert first == f"/* made of {made.hexdigest()[:16]} */"
