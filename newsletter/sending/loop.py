"""Send what is due, by every relay at once, until nothing is.

One office for each relay, and one holder for all: its heartbeat says that their
claims are their own.
"""

import asyncio
import contextlib
import logging
import threading
import time

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from newsletter.config import MAIN, Settings
from newsletter.sending.books import Books
from newsletter.sending.holder import FENCED_AFTER, HEARTBEAT_EVERY, Holder
from newsletter.sending.office import Office, Sent
from newsletter.sending.routes import Routes

try:
    from uvloop import new_event_loop
except ImportError:  # where there is none, asyncio's own does the same, slower
    from asyncio import new_event_loop  # type: ignore[assignment]  # as good

logger = logging.getLogger(__name__)

# Seconds between two turns while nothing is to be recorded: a pause acts as fast.
POLL_EVERY = 0.1


def send(
    engine: Engine,
    settings: Settings,
    *,
    stop: threading.Event,
    issue_id: int | None = None,
    progress: Sent | None = None,
) -> Sent:
    """Send what is due, of one issue or of all, until nothing is or `stop` is set.

    What is in flight when `stop` is set is finished and recorded; what was claimed
    and has not begun goes back to the queue.
    """
    sent = progress or Sent()
    with (
        Holder(engine, settings.data_dir) as holder,
        asyncio.Runner(loop_factory=new_event_loop) as runner,
    ):
        house = _House(holder, stop)
        routes = Routes(settings)
        for name in (MAIN, *settings.more_relays):
            books = Books(
                engine,
                settings,
                sender=holder.id,
                issue_id=issue_id,
                relay=name,
                routes=routes,
            )
            house.offices.append(
                Office(settings, books, routes, relay=name, may_send=house.may_send)
            )
        sent.offices = house.offices
        runner.run(house.run())
    return sent


class _House:
    """The offices of one sender, its heartbeat, and when all of it ends."""

    def __init__(self, holder: Holder, stop: threading.Event) -> None:
        self._holder, self._stop = holder, stop
        self._beaten_at = time.monotonic()
        self.offices: list[Office] = []

    def may_send(self) -> bool:
        """Whether no other sender may by now have taken this one's rows."""
        return time.monotonic() - self._beaten_at <= FENCED_AFTER

    async def run(self) -> None:
        """Run every office until all are idle: one may take over another's work."""
        helping = [
            asyncio.create_task(self._beat()),
            asyncio.create_task(self._watch()),
        ]
        try:
            await asyncio.gather(*(office.run() for office in self.offices))
        finally:
            for task in helping:
                task.cancel()
            await asyncio.gather(*helping, return_exceptions=True)

    async def _watch(self) -> None:
        """Look at what no reply tells: an order to stop, pauses, rows that fall due."""
        while True:
            over = self._stop.is_set() or not self.may_send()
            if over or all(office.is_idle for office in self.offices):
                for office in self.offices:
                    office.end()
            await asyncio.sleep(POLL_EVERY)
            for office in self.offices:
                office.look()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_EVERY)
            with contextlib.suppress(OperationalError, TimeoutError):
                beating = asyncio.to_thread(self._holder.beat)
                if await asyncio.wait_for(beating, timeout=FENCED_AFTER):
                    self._beaten_at = time.monotonic()
                else:
                    self._beaten_at = float("-inf")
            if not self.may_send():
                logger.error("no heartbeat for too long: this sender stops")
                for office in self.offices:
                    office.abandon()
