import os
import re
import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
TARGETS = {"assets", "help", "run", "test", "check", "bench", "golden", "migration"}


def _make(*words: str) -> str:
    answer = subprocess.run(
        ["make", "-C", ROOT, *words], capture_output=True, text=True, check=True
    )
    return answer.stdout


def test_make_alone_lists_every_target() -> None:
    listed = set(re.findall(r"^  ([a-z]+)\s", _make(), re.MULTILINE))

    assert listed == TARGETS


def test_run_needs_the_run_lock_only() -> None:
    commands = _make("-n", "-W", "requirements.lock", "run", "PORT=8123")

    assert "requirements-dev.lock" not in commands
    assert "--require-hashes -r requirements.lock" in commands
    assert "newsletter demo --port 8123" in commands


def test_the_ci_runs_the_command_of_the_readme() -> None:
    script = ROOT / ".ci" / "run"

    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").rstrip().endswith("exec make test")


def test_the_commit_hooks_can_be_read() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")

    hooks = {
        hook["id"] for repo in yaml.safe_load(text)["repos"] for hook in repo["hooks"]
    }

    assert {"format", "lint", "check-yaml", "check-toml"} <= hooks
