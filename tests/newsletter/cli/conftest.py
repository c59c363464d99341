"""A list of people as a spreadsheet writes it."""

from pathlib import Path

import pytest

TABLE = """E-mail;Nom;Langue;Groupe
anne@example.org;Anne;Français;presse
bart@example.org;[/red];Nederlands;
nobody;x;fr;
"""
WORDS = "They asked for it in writing, 2026."


@pytest.fixture
def people_csv(tmp_path: Path) -> str:
    """The path of a file with two people and one who is none."""
    path = tmp_path / "people.csv"
    path.write_text(TABLE, encoding="utf-8")
    return str(path)
