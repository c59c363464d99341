"""Keep every connection busy until nothing is due.

Connections take letters from `Outgoing` and bring outcomes back; the clerk's thread
takes turns at the ledger: each writes down what was answered and claims as much
again. Rows in `sending` never exceed twice the connections plus one prefetch of the
same size, and an outcome waits 50 ms at most to be written down.
"""

import asyncio
import contextlib
import logging
import threading
import time
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from newsletter import smtp
from newsletter.config import Settings
from newsletter.sending.books import Answer, Books
from newsletter.sending.clerk import Clerk
from newsletter.sending.holder import FENCED_AFTER, HEARTBEAT_EVERY, Holder
from newsletter.sending.outgoing import Outcomes, Outgoing
from newsletter.smtp import Connection, Manners, Outcome, RelayUnavailable, Verdict

try:
    from uvloop import new_event_loop
except ImportError:  # where there is none, asyncio's own does the same, slower
    from asyncio import new_event_loop  # type: ignore[assignment]  # as good

logger = logging.getLogger(__name__)

RECORD_EVERY = 0.05  # seconds
# Seconds between two turns while nothing is to be recorded: a pause acts as fast.
POLL_EVERY = 0.1
# Seconds between attempts to reach a relay that does not answer.
BACK_OFF = (1, 2, 5, 15, 30, 60, 120, 300)


@dataclass
class Sent:
    """What one run of the loop did, readable while it goes on."""

    settled: int = 0  # outcomes recorded
    relay_trouble: str = ""  # why no connection can be opened, in the relay's words
    most_held: int = 0  # the largest number of rows this sender had in `sending`


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
        books = Books(
            engine, settings, sender=holder.id, issue_id=issue_id, relay="main"
        )
        runner.run(_Loop(settings, holder, books, stop, sent).run())
    return sent


class _Loop:
    """The office of one sender: its connections, its turns, its heartbeat."""

    def __init__(
        self,
        settings: Settings,
        holder: Holder,
        books: Books,
        stop: threading.Event,
        sent: Sent,
    ) -> None:
        self._settings, self._holder, self._books = settings, holder, books
        self._stop, self.sent = stop, sent
        self._most = 4 * settings.connections
        self._outgoing = Outgoing(self, edition=books.edition)
        self._manners = Manners()
        self._open: list[Connection] = []
        self._opening: set[asyncio.Task[None]] = set()
        self._ended = asyncio.Event()
        self._is_taking_turn = self._has_failed = False
        self._timer: asyncio.TimerHandle | None = None
        self._beaten_at = time.monotonic()
        # While the relay is out of reach, nothing is claimed and nobody is to blame.
        self._rest_until, self._failures = 0.0, 0

    async def run(self) -> None:
        """Send until nothing is due, or until told to stop."""
        self._loop = asyncio.get_running_loop()
        self._clerk = Clerk(self._loop)
        heart = asyncio.create_task(self._keep_beating())
        watch = asyncio.create_task(self._keep_watching())
        try:
            if await self._clerk.do(self._books.anything_due):
                self._open_more()
                await self._ended.wait()
            await self._wind_up()
        finally:
            for task in (heart, watch):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            await self._clerk.do(self._books.close)
            await self._clerk.stop()

    async def _wind_up(self) -> None:
        """Finish what is in flight, then write down every last outcome."""
        self._outgoing.stopping = True
        for task in list(self._opening):
            task.cancel()
        await asyncio.gather(*self._opening, return_exceptions=True)
        self._outgoing.return_all()
        await asyncio.gather(*(c.close() for c in list(self._open)))
        while self._outgoing.unrecorded or self._is_taking_turn:
            if self._timer is None or not self._has_failed:
                self._take_turn()
            await asyncio.sleep(0.01)

    # What the source of the connections asks.

    def outcomes_wait(self) -> None:
        """Record at once when half of what may be held is answered, or soon."""
        if self._outgoing.unrecorded * 2 >= self._most // 2:
            self._take_turn()
        elif self._timer is None and not self._is_taking_turn:
            self._timer = self._loop.call_later(RECORD_EVERY, self._take_turn)

    def gone(self, connection: Connection, *, lost: bool) -> None:
        """Open another in its place; rest first when it broke without having sent."""
        if connection in self._open:
            self._open.remove(connection)
        if self._outgoing.has_succeeded:
            self._failures, self._outgoing.has_succeeded = 0, False
        elif lost:
            self._rest("the relay broke the connection off")
        self._open_more()

    def may_send(self) -> bool:
        """Whether no other sender may by now have taken this one's rows."""
        return time.monotonic() - self._beaten_at <= FENCED_AFTER

    # Turns at the ledger.

    def _take_turn(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._is_taking_turn:
            return
        self._is_taking_turn = True
        outcomes = self._outgoing.collect()
        want = self._most - self._outgoing.held + outcomes.many
        if not self._open or self._outgoing.stopping or not self.may_send():
            want = 0
        held = frozenset(self._outgoing.ids)
        self._clerk.ask(
            lambda: self._books.turn(outcomes, want=want, held=held),
            lambda answer, error: self._answered(answer, error, outcomes),
        )

    def _answered(
        self, answer: Answer | None, error: BaseException | None, outcomes: Outcomes
    ) -> None:
        self._is_taking_turn, self._has_failed = False, answer is None
        if answer is None:
            logger.error("a turn at the ledger failed and is taken again: %s", error)
            self._outgoing.put_back(outcomes)
            self._timer = self._loop.call_later(1, self._take_turn)
            return
        self._outgoing.recorded(outcomes)
        self._outgoing.halted = answer.halted
        self._outgoing.add(answer.claims)
        self.sent.settled += outcomes.many
        self.sent.most_held = max(self.sent.most_held, self._outgoing.held)
        if answer.is_dry and not self._outgoing.held:
            self._ended.set()
        if self._outgoing.stopping:
            self._outgoing.return_all()  # claimed by the last turn before the end
        if self._outgoing.waiting:
            for connection in list(self._open):
                connection.wake()
            self._open_more()
        if self._outgoing.unrecorded:
            self.outcomes_wait()

    # Connections.

    def _open_more(self) -> None:
        """Open as many connections as there are letters for, at least one."""
        if self._outgoing.stopping or self._ended.is_set():
            return
        if time.monotonic() < self._rest_until:
            if not self._open:
                self._outgoing.return_all()
            return
        busy = len(self._open) + len(self._opening)
        many = max(self._outgoing.waiting, 0 if busy else 1)
        for _ in range(min(many, self._settings.connections - busy)):
            task = asyncio.create_task(self._connect())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _connect(self) -> None:
        connection = smtp.connect(self._settings, self._outgoing, manners=self._manners)
        try:
            await connection.open()
        except RelayUnavailable as error:
            self.sent.relay_trouble = str(error)
            if error.outcome.verdict is Verdict.HELD:
                await self._give_up(error.outcome)
            else:
                self._rest(str(error))
            return
        self.sent.relay_trouble = ""
        self._open.append(connection)
        # A connection may have ended as soon as it began.
        if not connection.is_open:
            self._open.remove(connection)
        elif not self._outgoing.waiting:
            self._take_turn()

    def _rest(self, why: str) -> None:
        """Leave the relay alone for a while, longer each time."""
        now = time.monotonic()
        if now < self._rest_until:
            return
        wait = BACK_OFF[min(self._failures, len(BACK_OFF) - 1)]
        self._failures += 1
        self._rest_until = now + wait
        self.sent.relay_trouble = self.sent.relay_trouble or why
        logger.warning("the relay is left alone for %s s: %s", wait, why)
        if not self._open:
            self._outgoing.return_all()
        self._loop.call_later(wait, self._open_more)

    async def _give_up(self, outcome: Outcome) -> None:
        """Pause everything: no connection can be had until somebody mends it."""
        await self._clerk.do(lambda: self._books.pause_all(outcome))
        self._ended.set()

    # Time.

    async def _keep_watching(self) -> None:
        """Look at what no reply tells: an order to stop, pauses, rows that fall due."""
        while True:
            await asyncio.sleep(POLL_EVERY)
            if self._stop.is_set() or not self.may_send():
                self._ended.set()
            elif self._timer is None:
                self._take_turn()

    async def _keep_beating(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_EVERY)
            with contextlib.suppress(OperationalError, TimeoutError):
                beat = asyncio.to_thread(self._holder.beat)
                if await asyncio.wait_for(beat, timeout=FENCED_AFTER):
                    self._beaten_at = time.monotonic()
                else:
                    self._beaten_at = float("-inf")
            if not self.may_send():
                logger.error("no heartbeat for too long: this sender stops")
                for connection in list(self._open):
                    connection.abandon()
