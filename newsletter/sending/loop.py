"""Keep every connection busy until nothing is due.

One feeder claims small windows, one task per connection hands messages over, one
recorder writes outcomes in groups at most 50 ms old. The database is used from
threads, so that sockets never wait for it. Rows in `sending` never exceed twice the
connections plus one prefetch of the same size.
"""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from newsletter import db, deliveries, editions, issues, smtp
from newsletter.config import Settings
from newsletter.deliveries import Claim, Result
from newsletter.errors import KeyMissing, UnsafeValue
from newsletter.messages import Compiled, Reader
from newsletter.models import Edition, Issue
from newsletter.sending.faults import pause_for, sentence
from newsletter.sending.holder import FENCED_AFTER, HEARTBEAT_EVERY, Holder
from newsletter.smtp import Connection, Fault, Outcome, RelayUnavailable, Verdict

logger = logging.getLogger(__name__)

RECORD_EVERY = 0.05  # seconds
# Seconds between attempts to reach a relay that does not answer.
BACK_OFF = (1, 2, 5, 15, 30, 60, 120, 300)


@dataclass
class Sent:
    """What one run of the loop did, readable while it goes on."""

    settled: int = 0  # outcomes recorded
    relay_trouble: str = ""  # why no connection can be opened, in the relay's words
    paused: set[int] = field(default_factory=set)


def send(
    engine: Engine,
    settings: Settings,
    *,
    stop: threading.Event,
    issue_id: int | None = None,
    progress: Sent | None = None,
    connect: Callable[[Settings], Connection] = smtp.connect,
) -> Sent:
    """Send what is due, of one issue or of all, until nothing is or `stop` is set.

    What is in flight when `stop` is set is finished and recorded; what was claimed
    and has not begun goes back to the queue.
    """
    with Holder(engine, settings.data_dir) as holder:
        loop = _Loop(engine, settings, holder, stop, issue_id, progress or Sent())
        asyncio.run(loop.run(connect))
        return loop.sent


class _Loop:
    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        holder: Holder,
        stop: threading.Event,
        issue_id: int | None,
        sent: Sent,
    ) -> None:
        self._engine, self._settings, self._holder = engine, settings, holder
        self._stop, self._issue_id, self.sent = stop, issue_id, sent
        self._window = 2 * settings.connections
        self._queue: asyncio.Queue[Claim | None] = asyncio.Queue()
        self._results: list[Result] = []
        self._outstanding = 0  # claimed and not yet recorded
        self._wake = asyncio.Event()
        self._ended = asyncio.Event()
        self._compiled: dict[tuple[int, str], Compiled] = {}
        self._beaten_at = time.monotonic()
        # While the relay is out of reach, nothing is claimed and nobody is to blame.
        self._rest_until, self._failures = 0.0, 0
        self._unreachable = Outcome(Verdict.RETURNED)

    async def run(self, connect: Callable[[Settings], Connection]) -> None:
        connections = [
            connect(self._settings) for _ in range(self._settings.connections)
        ]
        heart = asyncio.create_task(self._keep_beating(connections))
        recorder = asyncio.create_task(self._keep_recording())
        try:
            if await self._reach_relay(connections[0]):
                await self._send_over(connections)
        finally:
            # Never cancelled: an outcome on its way to the database would be lost.
            self._ended.set()
            await recorder
            await asyncio.gather(*(connection.close() for connection in connections))
            heart.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await heart

    async def _send_over(self, connections: list[Connection]) -> None:
        # One task that fails ends the others: a feeder must not wait for workers
        # that are gone.
        async with asyncio.TaskGroup() as tasks:
            for connection in connections:
                tasks.create_task(self._work(connection))
            tasks.create_task(self._feed(len(connections)))

    async def _reach_relay(self, connection: Connection) -> bool:
        """Open the first connection: nothing is claimed for a relay out of reach."""
        for wait in (*BACK_OFF, *[BACK_OFF[-1]] * 1000):
            if self._stop.is_set() or not await asyncio.to_thread(self._anything_due):
                return False
            try:
                await connection.open()
            except RelayUnavailable as error:
                self.sent.relay_trouble = str(error)
                logger.warning("the relay is out of reach: %s", error)
                if error.outcome.verdict is Verdict.HELD:
                    await asyncio.to_thread(self._pause_all, error.outcome)
                    return False
                await self._sleep(wait)
            else:
                self.sent.relay_trouble = ""
                return True
        return False

    async def _feed(self, workers: int) -> None:
        """Claim windows while rows are due; then tell every worker to end."""
        while not self._stop.is_set() and not self._is_fenced():
            await self._sleep(self._rest_until - time.monotonic())
            claims = await asyncio.to_thread(self._claim)
            if not claims and not self._outstanding:
                break
            self._outstanding += len(claims)
            for claim in claims:
                self._queue.put_nowait(claim)
            # Without a claim too: what is in flight may come back to the queue.
            await self._next_record()
            while self._outstanding > self._window:
                await self._next_record()
        for _ in range(workers):
            self._queue.put_nowait(None)

    async def _next_record(self) -> None:
        if self._outstanding:
            self._wake.clear()
            await self._wake.wait()

    async def _work(self, connection: Connection) -> None:
        sent_here = 0
        while (claim := await self._queue.get()) is not None:
            if self._must_not_leave(claim):
                self._done(claim, Outcome(Verdict.RETURNED))
                continue
            if sent_here >= self._settings.messages_per_connection:
                await connection.close()
                sent_here = 0
            outcome = await self._attempt(connection, claim)
            sent_here = sent_here + 1 if connection.is_open else 0
            self._done(claim, outcome)

    def _must_not_leave(self, claim: Claim) -> bool:
        stopped = self._stop.is_set() or self._is_fenced()
        return stopped or claim.issue_id in self.sent.paused

    async def _attempt(self, connection: Connection, claim: Claim) -> Outcome:
        try:
            envelope = self._envelope(claim)
        except UnsafeValue as error:
            return Outcome(Verdict.REJECTED, None, str(error), Fault.RECIPIENT)
        if not connection.is_open and not await self._reopen(connection):
            return self._unreachable
        return await connection.deliver(
            envelope, may_leave=lambda: not self._is_fenced()
        )

    async def _reopen(self, connection: Connection) -> bool:
        """Open a connection again; while the relay rests, do not even try."""
        if time.monotonic() < self._rest_until:
            return False
        try:
            await connection.open()
        except RelayUnavailable as error:
            wait = BACK_OFF[min(self._failures, len(BACK_OFF) - 1)]
            self._failures += 1
            self._rest_until = time.monotonic() + wait
            self._unreachable = error.outcome
            self.sent.relay_trouble = str(error)
            return False
        self._failures = 0
        self.sent.relay_trouble = ""
        return True

    def _done(self, claim: Claim, outcome: Outcome) -> None:
        if outcome.verdict is Verdict.HELD:
            self.sent.paused.add(claim.issue_id)
        self._results.append(Result(claim, outcome))

    def _envelope(self, claim: Claim) -> smtp.Envelope:
        compiled = self._compiled[claim.issue_id, claim.language]
        reader = Reader(
            claim.id, claim.address, claim.handle, claim.since_on, claim.dated_at
        )
        return smtp.Envelope(compiled.sender(), claim.address, compiled.build(reader))

    async def _keep_recording(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), RECORD_EVERY)
            await self._flush()

    async def _flush(self) -> None:
        """Write down what is known; tried until it succeeds, for it is the truth."""
        while self._results:
            results, self._results = self._results, []
            while not await self._recorded(results):
                await asyncio.sleep(1)
            self._outstanding -= len(results)
            self.sent.settled += len(results)
            self._wake.set()

    async def _recorded(self, results: list[Result]) -> bool:
        try:
            await asyncio.to_thread(self._record, results)
        except OperationalError:
            logger.exception("outcomes could not be recorded, trying again")
            return False
        return True

    async def _keep_beating(self, connections: list[Connection]) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_EVERY)
            with contextlib.suppress(OperationalError, TimeoutError):
                beat = asyncio.to_thread(self._holder.beat)
                if await asyncio.wait_for(beat, timeout=FENCED_AFTER):
                    self._beaten_at = time.monotonic()
                else:
                    self._beaten_at = -FENCED_AFTER
            if self._is_fenced():
                logger.error("no heartbeat for too long: this sender stops")
                for connection in connections:
                    connection.abandon()

    def _is_fenced(self) -> bool:
        """Whether others may by now have taken our rows, so that none may leave."""
        return time.monotonic() - self._beaten_at > FENCED_AFTER

    async def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._stop.is_set():
            await asyncio.sleep(min(0.1, seconds))

    # What follows runs in threads.

    def _anything_due(self) -> bool:
        with db.reading(self._engine) as session:
            return deliveries.anything_due(
                session, now=db.now(session), issue_id=self._issue_id
            )

    def _claim(self) -> list[Claim]:
        with db.writing(self._engine) as session:
            claims = deliveries.claim(
                session,
                sender=self._holder.id,
                limit=self._window,
                now=db.now(session),
                issue_id=self._issue_id,
            )
        stuck: dict[int, str] = {}
        with db.reading(self._engine) as session:
            for claim in claims:
                try:
                    self._compile(session, claim.issue_id, claim.language)
                except (KeyMissing, UnsafeValue) as error:
                    stuck[claim.issue_id] = str(error)
        self._hold(stuck)
        return claims

    def _hold(self, stuck: dict[int, str]) -> None:
        """Pause issues whose messages cannot be built; nothing of them may leave."""
        if not stuck:
            return
        self.sent.paused.update(stuck)
        with db.writing(self._engine) as session:
            for issue_id, because in stuck.items():
                issues.pause(session, session.get_one(Issue, issue_id), because=because)

    def _compile(self, session: Session, issue_id: int, language: str) -> None:
        if (issue_id, language) in self._compiled:
            return
        query = select(Edition).where(
            Edition.issue_id == issue_id, Edition.language == language
        )
        edition = session.exec(query).one()
        self._compiled[issue_id, language] = editions.compiled(
            edition, self._settings.keys, self._settings.dkim_keys
        )

    def _record(self, results: list[Result]) -> None:
        with db.writing(self._engine) as session:
            now = db.now(session)
            deliveries.record(
                session,
                results,
                sender=self._holder.id,
                now=now,
                on_unknown=self._settings.on_unknown,
            )
            for issue_id, because in pause_for(session, results, now=now).items():
                issues.pause(session, session.get_one(Issue, issue_id), because=because)

    def _pause_all(self, outcome: Outcome) -> None:
        with db.writing(self._engine) as session:
            for issue in issues.list_sending(session, issue_id=self._issue_id):
                issues.pause(session, issue, because=sentence(outcome))
