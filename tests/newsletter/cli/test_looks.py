import json
from pathlib import Path

from tests.conftest import Run
from tests.newsletter.looks.test_change import drawing
from tests.newsletter.rendering.test_own_template import GOOD

LOOK = ("lists", "look", "newsletter")


def test_a_look_is_set_and_shown(run: Run, tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    logo.write_bytes(drawing())

    told = run(
        *(*LOOK, "--design", "news", "--titles", "serif", "--accent", "#FFE600"),
        *("--logo", str(logo), "--json"),
    )

    look = json.loads(told.stdout)
    assert look.pop("logo").startswith("/media/")
    assert look == {
        "slug": "newsletter",
        "design": "news",
        "titles": "serif",
        "accent": "#ffe600",
        "accent_by_day": "#7a6e00",
        "accent_by_night": "#ffe600",
        "template": "",
    }


def test_a_template_is_kept_until_it_is_taken_away(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "own.mjml"
    file.write_text(GOOD, encoding="utf-8")

    run(*LOOK, "--template", str(file))
    kept = json.loads(run(*LOOK, "--json").stdout)
    run(*LOOK, "--no-template", "--no-logo")
    gone = json.loads(run(*LOOK, "--json").stdout)

    assert kept["template"] == f"{len(GOOD)} characters"
    assert gone["template"] == gone["logo"] == ""


def test_a_template_that_cannot_be_used_is_refused_by_line(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "own.mjml"
    file.write_text("<mjml>\n<mj-body>\n<script/>", encoding="utf-8")

    refused = run(*LOOK, "--template", str(file))

    assert refused.exit_code == 1
    assert "Line 3, column 1: <script> may not stand in a template." in refused.stderr


def test_what_is_no_text_is_no_template(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "own.mjml"
    file.write_bytes(b"\xff\xfe\x00")

    refused = run(*LOOK, "--template", str(file))

    assert (refused.exit_code, "not text in UTF-8" in refused.stderr) == (1, True)


def test_one_cannot_have_both(run: Run, tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    logo.write_bytes(drawing())

    assert run(*LOOK, "--no-logo", "--logo", str(logo)).exit_code == 2
