"""One sender at one relay: keeps every connection busy until nothing is due.

Connections take letters from `Outgoing` and bring outcomes back; the clerk's thread
takes turns at the ledger: each writes down what was answered and claims as much
again. Rows in `sending` never exceed twice the connections plus one prefetch of the
same size, and an outcome waits 50 ms at most to be written down.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from newsletter import smtp
from newsletter.config import Settings
from newsletter.errors import LedgerUnavailable
from newsletter.relays import Profile
from newsletter.sending.books import Answer, Books
from newsletter.sending.clerk import Clerk
from newsletter.sending.outgoing import Outcomes, Outgoing
from newsletter.sending.routes import Routes
from newsletter.smtp import Connection, Manners, RelayUnavailable, Verdict

logger = logging.getLogger(__name__)

RECORD_EVERY = 0.05  # seconds
# Seconds for which turns may fail for a reason that is not the database's.
OWN_ERRORS_FOR = 60
# Seconds after which a connection that is not used is closed.
_IDLE = 60
# Seconds between attempts to reach a relay that does not answer.
BACK_OFF = (1, 2, 5, 15, 30, 60, 120, 300)


@dataclass
class Sent:
    """What one run did by all relays, readable while it goes on."""

    offices: Sequence["Office"] = field(default_factory=list)

    @property
    def settled(self) -> int:
        """How many outcomes are recorded."""
        return sum(office.settled for office in self.offices)

    @property
    def most_held(self) -> int:
        """The largest number of rows that were in `sending` at once."""
        return sum(office.most_held for office in self.offices)

    @property
    def relay_trouble(self) -> str:
        """Why no connection can be opened, in the relay's words."""
        return next((each.trouble for each in self.offices if each.trouble), "")


class Office:
    """One sender at one relay: its connections and its turns at the ledger."""

    def __init__(
        self,
        settings: Settings,
        books: Books,
        routes: Routes,
        *,
        relay: str,
        may_send: Callable[[], bool],
    ) -> None:
        """Send by `relay`, for as long as `may_send` says that claims are our own."""
        self._settings, self._books = settings, books
        self._routes, self._relay, self.may_send = routes, relay, may_send
        self.settled = self.most_held = 0
        self.trouble = ""  # why no connection can be opened, in the relay's words
        self._profile: Profile | None = None
        self._connections = 0  # how many may be open
        self._outgoing = Outgoing(self, edition=books.edition)
        books.recent = self._outgoing.recent
        self._manners = Manners()
        self._open: list[Connection] = []
        self._opening: set[asyncio.Task[None]] = set()
        self._closing: dict[Connection, asyncio.Task[None]] = {}
        self._ended = asyncio.Event()
        self.is_idle = self._has_work = False
        self._is_taking_turn = self._has_failed = False
        self._failing_since: float | None = None  # with errors of our own
        self._timer: asyncio.TimerHandle | None = None  # for the next turn
        self._alarm: asyncio.TimerHandle | None = None  # for the next slot
        self._used_at = time.monotonic()
        # While the relay is out of reach, nothing is claimed and nobody is to blame.
        self._rest_until, self._failures = 0.0, 0

    async def run(self) -> None:
        """Send until told to end; then finish what is in flight."""
        self._loop = asyncio.get_running_loop()
        self._clerk = Clerk(self._loop)
        try:
            self._take_turn()
            await self._ended.wait()
            await self._wind_up()
        finally:
            self._books.close_quick()
            await self._clerk.do(self._books.close)
            await self._clerk.stop()

    def end(self) -> None:
        """Begin nothing more."""
        self._ended.set()

    def abandon(self) -> None:
        """Drop every connection whose final dot has not left."""
        for connection in [*self._open, *self._closing]:
            connection.abandon()

    def look(self) -> None:
        """Look at what no reply tells: pauses, rows that fall due, idle connections."""
        if self._timer is None and not self._ended.is_set():
            self._take_turn()
        if self._outgoing.held:
            self._used_at = time.monotonic()
        elif time.monotonic() - self._used_at > _IDLE:
            self._close(list(self._open))

    async def _wind_up(self) -> None:
        """Finish what is in flight, then write down every last outcome."""
        self._outgoing.stopping = True
        self._outgoing.return_all()
        for task in self._opening:
            task.cancel()
        await asyncio.gather(*self._opening, return_exceptions=True)
        self._close(list(self._open))
        await asyncio.gather(*self._closing.values())
        while self._outgoing.unrecorded or self._is_taking_turn:
            if self._timer is None or not self._has_failed:
                self._take_turn()
            await asyncio.sleep(0.01)

    # What the source of the connections asks.

    def outcomes_wait(self) -> None:
        """Record at once when half of what may be held is answered, or soon."""
        if self._is_taking_turn:
            return
        answered, waiting = self._outgoing.unrecorded, self._outgoing.waiting
        # Before the last claim is taken, so that no connection has to wait for more;
        # with it, where a turn is over before one could.
        spare = 0 if self._books.ends_at_once else self._connections // 2
        low = waiting <= spare and answered >= self._connections
        if low or answered >= 2 * self._connections:
            self._take_turn()
        elif self._timer is None:
            self._timer = self._loop.call_later(RECORD_EVERY, self._take_turn)

    def gone(self, connection: Connection, *, lost: bool) -> None:
        """Open another in its place; rest first when it broke without having sent."""
        if connection in self._open:
            self._open.remove(connection)
        if self._outgoing.succeeded():
            self._failures = 0
        elif lost:
            self._rest("the relay broke the connection off")
        self._open_more()

    def wake_at(self, moment: float) -> None:
        """Wake the connections when a slot is due."""
        if self._alarm is None:
            wait = max(moment - time.monotonic(), 0)
            self._alarm = self._loop.call_later(wait, self._alarmed)

    def _alarmed(self) -> None:
        self._alarm = None
        self._wake()

    def _wake(self) -> None:
        for connection in list(self._open):
            connection.wake()

    # Turns at the ledger.

    def _take_turn(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._is_taking_turn:
            return
        self._is_taking_turn = True
        outcomes = self._outgoing.collect()
        # Twice what is in flight, and once more: see the promise about the window.
        want = 4 * self._connections - self._outgoing.held + outcomes.many
        if not self._open or self._outgoing.stopping or not self.may_send():
            want = 0

        def answered(answer: Answer | None, error: BaseException | None = None) -> None:
            self._answered(answer, error, outcomes)

        if not self._books.turn_quickly(outcomes, want=want, then=answered):
            held = frozenset(self._outgoing.ids)
            self._clerk.ask(
                partial(
                    self._books.turn,
                    outcomes,
                    want=want,
                    held=held,
                    in_use=len(self._open) + len(self._opening) + len(self._closing),
                ),
                answered,
            )

    def _answered(
        self, answer: Answer | None, error: BaseException | None, outcomes: Outcomes
    ) -> None:
        self._is_taking_turn, self._has_failed = False, answer is None
        if answer is None:
            logger.error("a turn at the ledger failed and is taken again: %s", error)
            self._outgoing.put_back(outcomes)
            self._timer = self._loop.call_later(1, self._take_turn)
            if error is not None:
                self._heed(error)
            return
        self._failing_since = None
        self._outgoing.recorded(outcomes)
        self._outgoing.halted = answer.halted
        self._outgoing.add(answer.claims, answer.slots)
        self._profile, self._connections = answer.profile, answer.connections
        self.settled += outcomes.many
        self.most_held = max(self.most_held, self._outgoing.held)
        self._has_work = not answer.is_dry
        self.is_idle = answer.is_dry and not self._outgoing.held
        if self._outgoing.stopping:
            self._outgoing.return_all()  # claimed by the last turn before the end
        self._close(self._open[self._connections :])
        if self._outgoing.waiting:
            # Not now: this may be a connection's own call, amid an answer.
            self._loop.call_soon(self._wake)
        self._open_more()
        if self._outgoing.unrecorded:
            self.outcomes_wait()

    def _heed(self, error: BaseException) -> None:
        """Pause what goes by this relay when nothing but ourselves stands in the way.

        A database comes back; an error of ours would be met each second for ever.
        """
        now = time.monotonic()
        if isinstance(error, LedgerUnavailable):
            self._failing_since = None
            return
        since = self._failing_since = self._failing_since or now
        if now - since >= OWN_ERRORS_FOR:
            self._failing_since = None
            self._clerk.ask(partial(self._books.pause_failing, error), _paused)

    # Connections.

    def _open_more(self) -> None:
        """Open as many connections as there are letters for, at least one."""
        if self._outgoing.stopping or self._ended.is_set() or self._profile is None:
            return
        if time.monotonic() < self._rest_until:
            if not self._open:
                self._outgoing.return_all()
            return
        busy = len(self._open) + len(self._opening)
        # One that was out of reach is tried although others do its work meanwhile.
        tried = self._relay in self._routes.down
        many = max(self._outgoing.waiting, int((self._has_work or tried) and not busy))
        most = max(self._connections - len(self._closing), int(tried))
        for _ in range(min(many, most - busy)):
            task = asyncio.create_task(self._connect(self._profile))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    def _close(self, connections: Sequence[Connection]) -> None:
        """Close connections once what they have under way is finished."""
        for connection in connections:
            self._open.remove(connection)
            self._closing[connection] = asyncio.create_task(self._end(connection))

    async def _end(self, connection: Connection) -> None:
        await connection.close()
        del self._closing[connection]

    async def _connect(self, profile: Profile) -> None:
        connection = smtp.connect(
            self._settings,
            self._outgoing,
            relay=profile.address,
            messages=profile.messages_per_connection,
            manners=self._manners,
        )
        try:
            await connection.open()
        except RelayUnavailable as error:
            self.trouble = str(error)
            self._rest(str(error))
            if error.outcome.verdict is Verdict.HELD:
                # Nobody can log in until somebody mends it: whatever has no other
                # relay waits for that.
                pause = partial(self._books.pause_stranded, error.outcome)
                await self._clerk.do(pause)
            return
        self._routes.down.discard(self._relay)
        self.trouble = ""
        # A connection may have ended as soon as it began.
        if connection.is_open:
            self._open.append(connection)
            if not self._outgoing.waiting:
                self._take_turn()

    def _rest(self, why: str) -> None:
        """Leave the relay alone for a while, longer each time; others take its work."""
        now = time.monotonic()
        self._routes.down.add(self._relay)
        if now < self._rest_until:
            return
        wait = BACK_OFF[min(self._failures, len(BACK_OFF) - 1)]
        self._failures += 1
        self._rest_until = now + wait
        self.trouble = self.trouble or why
        logger.warning("relay %s is left alone for %s s: %s", self._relay, wait, why)
        if not self._open:
            self._outgoing.return_all()
        self._loop.call_later(wait, self._open_more)


def _paused(_nothing: None, error: BaseException | None) -> None:
    if error is not None:
        logger.error("what meets errors of our own could not be paused: %s", error)
