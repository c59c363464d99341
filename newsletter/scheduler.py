"""The clock: a few ticks in memory that ask the database what is due."""

import logging
import secrets
import threading
from collections.abc import Callable
from functools import partial

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine

from newsletter import doctor, guards, incoming, jobs, shares
from newsletter.config import Settings

logger = logging.getLogger(__name__)

# Seconds between two questions. Starting within five seconds is promised.
START_EVERY = 1
SEND_EVERY = 1
WATCH_EVERY = 10
RECOVER_EVERY = 10
ANSWER_EVERY = 1
PREPARE_EVERY = 10
PURGE_EVERY = 3600
FILL_IN_EVERY = 60
POLL_EVERY = 60
NARROW_EVERY = 60
TRY_EVERY = 60
LOOK_EVERY = 60


class Clock:
    """Ticks in threads of this process; start and stop it once."""

    def __init__(self, engine: Engine, settings: Settings, *, shares: bool) -> None:
        """Make a clock that sends, or that hands out `shares` for workers to send."""
        self._engine, self._settings, self._shares = engine, settings, shares
        self._holder = secrets.token_hex(8)
        self._stop = threading.Event()
        self._pollers = [incoming.Poller(each) for each in settings.bounce_mailboxes]
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(7)},
            # A tick that comes late runs once and at once; two never run together.
            job_defaults={
                "coalesce": True,
                "max_instances": 1,
                "misfire_grace_time": None,
            },
            timezone="UTC",
        )

    def start(self) -> None:
        """Begin to tick; rows of a sender that died with the last run come first."""
        # A send that outlasts its interval is no news: claims decide, not ticks.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._tick(self._watch, WATCH_EVERY)
        self._tick(self._recover, RECOVER_EVERY)
        self._tick(self._start_due, START_EVERY)
        self._tick(self._hand_out if self._shares else self._send, SEND_EVERY)
        self._tick(self._answer, ANSWER_EVERY)
        self._tick(self._prepare, PREPARE_EVERY)
        self._tick(self._purge, PURGE_EVERY)
        self._tick(self._fill_in, FILL_IN_EVERY)
        if self._pollers:
            self._tick(self._poll, POLL_EVERY)
        self._tick(self._narrow, NARROW_EVERY)
        self._tick(self._try_links, TRY_EVERY)
        self._tick(self._look_at_domains, LOOK_EVERY)
        # Not quietly: nothing may leave before this has been looked at.
        self._watch()
        self._quietly(self._recover)
        self._scheduler.start()

    def stop(self) -> None:
        """Finish what is in flight, return the rest to the queue, and end."""
        self._stop.set()
        self._scheduler.shutdown(wait=True)

    def _tick(self, job: Callable[[], None], seconds: int) -> None:
        self._scheduler.add_job(
            self._quietly, "interval", args=(job,), seconds=seconds, id=job.__name__
        )

    def _quietly(self, job: Callable[[], None]) -> None:
        """Run one tick; whatever goes wrong, the next one comes."""
        if self._stop.is_set():
            return
        try:
            job()
        except Exception:  # the job loop: it logs and goes on
            logger.exception("a tick failed; the next one tries again")

    def _watch(self) -> None:
        guards.watch(self._engine, self._settings, shares=self._shares)

    def _recover(self) -> None:
        jobs.recover(self._engine, self._settings)
        if self._shares:
            shares.rescue(self._engine)

    def _start_due(self) -> None:
        jobs.start_due_issues(self._engine, self._settings, holder=self._holder)

    def _send(self) -> None:
        jobs.send_due(self._engine, self._settings, stop=self._stop)

    def _hand_out(self) -> None:
        shares.hand_out(self._engine, self._settings)
        jobs.close_issues(self._engine)

    def _answer(self) -> None:
        jobs.answer(self._engine, self._settings, stop=self._stop)

    def _prepare(self) -> None:
        jobs.prepare_series(self._engine, self._settings)

    def _purge(self) -> None:
        jobs.purge(self._engine)

    def _fill_in(self) -> None:
        jobs.fill_in_archive(self._engine, self._settings, stop=self._stop)

    def _poll(self) -> None:
        keys = self._settings.keys
        for each in self._pollers:
            # One that fails keeps none of the others waiting.
            self._quietly(
                partial(each.poll_if_rested, self._engine, keys, stop=self._stop)
            )

    def _narrow(self) -> None:
        jobs.narrow_pictures(self._engine, self._settings)

    def _try_links(self) -> None:
        jobs.try_links(self._engine, self._settings, stop=self._stop)

    def _look_at_domains(self) -> None:
        jobs.look_at_domains(
            self._engine, self._settings, doctor.names(), stop=self._stop
        )
