"""The series of kills of `benchmarks.crash`, short enough for every run."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from benchmarks import crash
from benchmarks.killer import STAGES
from tests import factories

pytestmark = pytest.mark.slow


def test_nobody_is_lost_whenever_a_sender_is_killed(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = engine.url.render_as_string(hide_password=False)
    engine.dispose()

    tally = crash.run(
        tmp_path / "kills",
        url,
        kills=2 * len(STAGES),
        seed=1,
        secret_keys=factories.SECRETS,
    )

    with capsys.disabled():
        print("\n" + crash.say(engine.dialect.name, tally))  # noqa: T201  # asked for
    assert tally.is_sound, crash.say(engine.dialect.name, tally)
    assert set(tally.kills) == set(STAGES)
    assert tally.states["accepted"] == tally.readers
