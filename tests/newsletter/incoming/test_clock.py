"""The clock looks into mailboxes, where there are any."""

import threading
import time

import pytest
from sqlalchemy import Engine

from newsletter import scheduler
from newsletter.bounces import Effect
from newsletter.config import Settings
from tests import maildrop
from tests.maildrop import Maildrop
from tests.newsletter.incoming.test_poll import effects, reports


def test_a_mailbox_is_polled_while_the_clock_runs(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "POLL_EVERY", 1)
    drop = Maildrop(reports(engine, 1))

    with maildrop.serving(drop):
        watched = settings.model_copy(update={"bounce_mailbox": drop.url})
        clock = scheduler.Clock(engine, watched, shares=False)
        clock.start()
        until = time.monotonic() + 30
        while drop.messages and time.monotonic() < until:
            threading.Event().wait(0.1)
        clock.stop()

    assert drop.messages == []
    assert effects(engine) == [Effect.SUPPRESSED]
