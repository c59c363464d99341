"""A sender's bookkeeping: outcomes into the ledger, claims and editions out of it.

Every function blocks on the database and runs in one thread of its own, so that the
sockets stay busy meanwhile.
"""

import logging
import time
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from newsletter import db, deliveries, editions, issues
from newsletter.config import Settings
from newsletter.deliveries import Accepted, Claim, Queue, Result
from newsletter.errors import KeyMissing, LedgerUnavailable, UnsafeValue
from newsletter.messages import Compiled
from newsletter.models import Edition, Issue
from newsletter.sending.faults import pause_for, refused_sentence, sentence
from newsletter.sending.outgoing import Outcomes
from newsletter.smtp import Outcome
from subscribers.clock import utcnow

logger = logging.getLogger(__name__)

# Seconds between two looks at what changes rarely: which issues run, what is due
# again, the database's clock.
LOOK_EVERY = 0.3


@dataclass(frozen=True)
class Answer:
    """What a turn brought."""

    claims: list[Claim]
    halted: frozenset[int]  # issues of which nothing may leave any more
    is_dry: bool  # nothing else is due, as far as this sender can see


class Books:
    """The ledger and the editions, as one sender uses them."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        *,
        sender: str,
        issue_id: int | None,
        relay: str,
    ) -> None:
        """Keep the books of `sender`, who sends one issue or (None) all."""
        self._engine, self._settings = engine, settings
        self._sender, self._issue_id, self._relay = sender, issue_id, relay
        self._turns = deliveries.Turns(engine, sender=sender, relay=relay)
        self._queues: deque[Queue] = deque()  # those that are past a gentle start
        self._open: set[Queue] = set()
        self._compiled: dict[Queue, Compiled] = {}
        self._stuck: set[int] = set()  # issues whose messages cannot be built
        self._halted: frozenset[int] = frozenset()
        self._looked_at = float("-inf")
        self._clock = _Clock()
        self._is_unsure = False  # a turn was lost; claims of it may be committed

    def edition(self, issue_id: int, language: str) -> Compiled | None:
        """Return what an issue says in a language; None if it cannot be written."""
        return self._compiled.get(Queue(issue_id, language))

    def turn(
        self,
        outcomes: Outcomes,
        *,
        want: int,
        held: Collection[int],
    ) -> Answer:
        """Record outcomes and claim up to `want` rows; look around, if it is time.

        `held` are the rows this sender knows of. Raises LedgerUnavailable; the same
        outcomes may then be recorded again.
        """
        try:
            if self._is_unsure:
                self._let_go(held)
            if outcomes.others:
                self._record(outcomes.others)
            claims, is_dry = self._claim(outcomes.accepted, want)
            self._compile(claims)
        except (DBAPIError, LedgerUnavailable) as error:
            self._is_unsure = True
            raise LedgerUnavailable(str(error)) from error
        return Answer(claims, self._halted | self._stuck, is_dry)

    def anything_due(self) -> bool:
        """Whether there is a row to try now."""
        with db.reading(self._engine) as session:
            return deliveries.anything_due(
                session, now=db.now(session), issue_id=self._issue_id
            )

    def pause_all(self, outcome: Outcome) -> None:
        """Pause what is being sent, with the relay's words as the reason."""
        because = sentence(outcome)
        with db.writing(self._engine) as session:
            for issue in issues.list_sending(session, issue_id=self._issue_id):
                issues.pause(session, issue, because=because)

    def close(self) -> None:
        """Close the connection that turns were taken on."""
        self._turns.close()

    # Outcomes.

    def _record(self, results: Sequence[Result]) -> None:
        with db.writing(self._engine) as session:
            now = db.now(session)
            deliveries.record(
                session,
                results,
                sender=self._sender,
                now=now,
                on_unknown=self._settings.on_unknown,
            )
            pauses = pause_for(session, results, now=now)
            for issue_id, because in pauses.items():
                issues.pause(session, session.get_one(Issue, issue_id), because=because)
        if pauses:
            self._looked_at = float("-inf")  # so that this very turn sees it

    def _let_go(self, held: Collection[int]) -> None:
        """Return the claims of a turn whose answer was lost with its connection."""
        with db.writing(self._engine) as session:
            rows = deliveries.let_go(
                session, sender=self._sender, keep=held, now=db.now(session)
            )
        self._is_unsure = False
        if rows:
            logger.warning("%s claims that got lost went back to the queue", rows)

    # Claims.

    def _claim(
        self, accepted: Sequence[Accepted], want: int
    ) -> tuple[list[Claim], bool]:
        """Record what was accepted and claim from each queue in turn.

        Also tells whether nothing is left to claim.
        """
        claims: list[Claim] = []
        is_dry = False
        if not self._queues or time.monotonic() - self._looked_at > LOOK_EVERY:
            claims, is_dry = self._look_around(want)
        queue = self._next_queue() if len(claims) < want else None
        while accepted or queue is not None:
            many = want - len(claims)
            taken, looked_at = self._turns.take(
                accepted, queue=queue, many=many, now=self._clock.now()
            )
            accepted = ()
            claims += taken
            if queue is not None and not looked_at:
                self._queues.remove(queue)
            queue = self._next_queue() if len(claims) < want else None
        return claims, is_dry and not claims

    def _next_queue(self) -> Queue | None:
        """Return the next queue: issues and languages take turns, large or small."""
        if not self._queues:
            return None
        self._queues.rotate(-1)
        return self._queues[-1]

    def _look_around(self, want: int) -> tuple[list[Claim], bool]:
        """Find the queues, stop what was paused, claim retries and gentle starts.

        Also tells whether there is nothing at all.
        """
        with db.reading(self._engine) as session:
            now = self._clock.set(db.now(session))
            running = deliveries.being_sent(session, self._issue_id)
            queues = [q for issue in running for q in deliveries.queues(session, issue)]
            retries = deliveries.anything_due_again(session, running, now=now)
        self._halted = frozenset(q.issue_id for q in self._compiled) - set(running)
        self._looked_at = time.monotonic()
        if not self._settings.gentle_start:
            self._open.update(queues)
        claims: list[Claim] = []
        for queue in set(queues) - self._open:
            claims += self._start_gently(queue, want - len(claims))
        if retries and len(claims) < want:
            claims += self._retry(want - len(claims))
        # Their order stays, so that no queue is served twice before another.
        left = [queue for queue in queues if queue in self._open]
        self._queues = deque(sorted(left, key=self._place))
        return claims, not queues and not retries

    def _place(self, queue: Queue) -> int:
        return self._queues.index(queue) if queue in self._queues else -1

    def _retry(self, want: int) -> list[Claim]:
        with db.writing(self._engine) as session:
            return deliveries.retry(
                session,
                sender=self._sender,
                limit=want,
                now=db.now(session),
                issue_id=self._issue_id,
                relay=self._relay,
            )

    def _start_gently(self, queue: Queue, want: int) -> list[Claim]:
        """Claim the first few of a queue; open it once their outcomes allow."""
        with db.writing(self._engine) as session:
            now = db.now(session)
            trial = deliveries.trial(
                session, queue, size=self._settings.gentle_start, now=now
            )
            if trial.is_open:
                self._open.add(queue)
                return []
            if trial.is_refused:
                issue = session.get_one(Issue, queue.issue_id)
                issues.pause(session, issue, because=refused_sentence(trial, queue))
                return []
            return deliveries.claim_trial(
                session,
                queue,
                sender=self._sender,
                limit=min(want, trial.room),
                now=now,
                relay=self._relay,
            )

    def _compile(self, claims: Sequence[Claim]) -> None:
        """Cut the editions that were not needed before; pause what cannot be built."""
        new = {Queue(c.issue_id, c.language) for c in claims} - self._compiled.keys()
        new = {queue for queue in new if queue.issue_id not in self._stuck}
        if not new:
            return
        with db.reading(self._engine) as session:
            stuck = {q.issue_id: why for q in new if (why := self._cut(session, q))}
        self._stuck |= stuck.keys()
        with db.writing(self._engine) as session:
            for issue_id, because in stuck.items():
                issues.pause(session, session.get_one(Issue, issue_id), because=because)

    def _cut(self, session: Session, queue: Queue) -> str:
        """Compile an edition; return why it cannot be."""
        query = select(Edition).where(
            Edition.issue_id == queue.issue_id, Edition.language == queue.language
        )
        edition = session.exec(query).one()
        settings = self._settings
        try:
            compiled = editions.compiled(edition, settings.keys, settings.dkim_keys)
        except (KeyMissing, UnsafeValue) as error:
            return str(error)
        self._compiled[queue] = compiled
        return ""


class _Clock:
    """The database's clock, without asking it each time."""

    def __init__(self) -> None:
        self._read, self._at = utcnow(), float("-inf")

    def set(self, now: datetime) -> datetime:
        self._read, self._at = now, time.monotonic()
        return now

    def now(self) -> datetime:
        return self._read + timedelta(seconds=time.monotonic() - self._at)
