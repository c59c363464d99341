"""A sender's bookkeeping: outcomes into the ledger, claims and editions out of it.

Every function blocks on the database and runs in one thread of its own, so that the
sockets stay busy meanwhile.
"""

import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from newsletter import db, deliveries, editions, i18n, issues
from newsletter.bounces import replies
from newsletter.config import Settings
from newsletter.deliveries import Accepted, Claim, Queue, Result, Taken
from newsletter.errors import KeyMissing, LedgerUnavailable, UnsafeValue
from newsletter.messages import Compiled
from newsletter.models import Edition, Issue
from newsletter.relays import Profile
from newsletter.sending import faults
from newsletter.sending.lease import Lease
from newsletter.sending.outgoing import Outcomes
from newsletter.sending.pacing import Pacer, Slot
from newsletter.sending.routes import Routes
from newsletter.sending.watch import Watch
from newsletter.smtp import Outcome

logger = logging.getLogger(__name__)

# Seconds between two looks at what changes rarely: which issues run, what is due
# again, the database's clock.
LOOK_EVERY = 0.5


@dataclass(frozen=True)
class Answer:
    """What a turn brought."""

    claims: list[Claim]
    slots: dict[int, Slot]  # by claim, for those that need one
    halted: frozenset[int]  # issues of which nothing may leave any more
    is_dry: bool  # nothing else is due, as far as this sender can see
    profile: Profile | None  # the relay as it stands
    connections: int  # how many this sender may have open


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
        routes: Routes,
    ) -> None:
        """Keep the books of `sender` for one relay, and one issue or (None) all."""
        self._engine, self._settings = engine, settings
        self._sender, self._issue_id, self._relay = sender, issue_id, relay
        self._routes = routes
        self._turns = deliveries.Turns(engine, sender=sender, relay=relay)
        self._quick = deliveries.quick_turns(engine, sender=sender, relay=relay)
        self.recent: deque[tuple[float, list[str]]] = deque()  # see Outgoing
        self._pacer = Pacer(engine, sender=sender, recent=lambda: list(self.recent))
        self._profile: Profile | None = None  # once it was looked up
        self._others: list[str] = []  # relays besides
        self._lease = Lease(engine, sender=sender)
        self._queues: deque[Queue] = deque()  # those that are past a gentle start
        self._open: set[Queue] = set()
        self._compiled: dict[tuple[int, str], Compiled] = {}  # by Queue
        self._stuck: set[int] = set()  # issues whose messages cannot be built
        self._halted: frozenset[int] = frozenset()
        # What a look around found.
        self._mine: list[int] = []  # issues that go by this relay
        self._gentle: list[Queue] = []  # queues that start gently
        self._is_due_again = self._is_dry = False
        self._looked_at = float("-inf")
        self._clock = Watch()
        self._is_unsure = False  # a turn was lost; claims of it may be committed

    def edition(self, issue_id: int, language: str) -> Compiled | None:
        """Return what an issue says in a language; None if it cannot be written."""
        return self._compiled.get((issue_id, language))

    def turn(
        self,
        outcomes: Outcomes,
        *,
        want: int,
        held: Collection[int],
        in_use: int,
    ) -> Answer:
        """Record outcomes and claim up to `want` rows; look around, if it is time.

        `held` are the rows this sender knows of, `in_use` how many connections it has
        open. Raises LedgerUnavailable; the same outcomes may then be recorded again.
        """
        try:
            if self._is_unsure:
                self._let_go(held)
            if outcomes.others:
                self._record(outcomes.others)
            self._look_if_due(held, in_use)
            claims, slots = self._paced(outcomes.accepted, want)
            self._compile(claims)
        except (DBAPIError, LedgerUnavailable) as error:
            self._is_unsure = True
            raise LedgerUnavailable(str(error)) from error
        except Exception:
            self._is_unsure = True  # what was claimed is known to nobody
            raise
        return self._answer(claims, slots)

    def _answer(self, claims: list[Claim], slots: dict[int, Slot]) -> Answer:
        halted, is_dry = self._halted | self._stuck, self._is_dry and not claims
        return Answer(claims, slots, halted, is_dry, self._profile, self._lease.granted)

    def turn_quickly(
        self, outcomes: Outcomes, *, want: int, then: Callable[[Answer | None], None]
    ) -> bool:
        """Take a turn from the event loop, if it is like nearly all of them.

        That is: only acceptances to record, and more of a known queue to claim. False
        when it is not, and for a turn that must wait: `turn` takes that one. `then`
        gets the answer, or None after a failure: the same outcomes may then be
        recorded again.
        """
        if self._is_rare(outcomes):
            return False
        queue = self._queues[0]
        # One that is not compiled stays the next, so that `turn` compiles it.
        if queue not in self._compiled or (want <= 0 and outcomes.accepted):
            return False
        if want <= 0:
            then(self._answer([], {}))  # nothing to do
            return True
        self._queues.rotate(-1)

        # Until it has ended well: a line that breaks may have carried it all the same.
        self._is_unsure = True
        return self._quick.take(
            outcomes.accepted,
            queue=queue,
            many=want,
            now=self._clock.now(),
            then=partial(self._taken, queue, then),
        )

    def _taken(
        self,
        queue: Queue,
        then: Callable[[Answer | None], None],
        found: Taken | None,
        error: Exception | None,
    ) -> None:
        if found is None:
            logger.error("a turn at the ledger failed: %s", error)
            then(None)
            return
        self._is_unsure = False
        claims, looked_at = found
        if not looked_at and queue in self._queues:
            self._queues.remove(queue)
        then(self._answer(claims, {}))

    @property
    def ends_at_once(self) -> bool:
        """Whether a quick turn is over before a letter could be missed."""
        return self._quick.ends_at_once

    def _is_rare(self, outcomes: Outcomes) -> bool:
        rare = outcomes.others or self._is_unsure or self._gentle or self._is_due_again
        late = time.monotonic() - self._looked_at >= LOOK_EVERY
        waits = self._profile is None or self._pacer.may_limit(self._profile)
        return bool(rare) or late or not self._queues or waits

    def pause_stranded(self, outcome: Outcome) -> None:
        """Pause what no relay is left for, with the words of the last as the reason."""
        because = faults.sentence(outcome)
        with db.writing(self._engine) as session:
            for issue in issues.list_sending(session, issue_id=self._issue_id):
                if issue.id in self._routes.stranded():
                    issues.pause(session, issue, because=because)

    def pause_failing(self, error: BaseException) -> None:
        """Pause what goes by this relay: an error of our own does not mend itself."""
        because = faults.own_sentence(error)
        with db.writing(self._engine) as session:
            for issue in issues.list_sending(session, issue_id=self._issue_id):
                # Without a first look nobody knows which those are.
                if self._profile is None or issue.id in self._mine:
                    issues.pause(session, issue, because=because)

    def close_quick(self) -> None:
        """Close what the event loop uses, from the event loop."""
        self._quick.close()

    def close(self) -> None:
        """Give back the connections to the relay, and close that to the ledger."""
        with contextlib.suppress(DBAPIError):  # it runs out by itself
            self._lease.give_back(self._profile)
        self._turns.close()

    # Outcomes.

    def _record(self, results: Sequence[Result]) -> None:
        with db.writing(self._engine) as session:
            now = db.now(session)
            rejected = deliveries.record(
                session,
                results,
                sender=self._sender,
                now=now,
                on_unknown=self._settings.on_unknown,
            )
            replies.heed(session, self._settings.keys, rejected, now=now)
            pauses = faults.pause_for(session, results, now=now)
            for issue_id, because in pauses.items():
                issues.pause(session, session.get_one(Issue, issue_id), because=because)
        if pauses:
            self._looked_at = float("-inf")  # so that this very turn sees it
        if self._profile is not None:
            self._pacer.complain(self._profile, results, now=now)

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

    def _paced(
        self, accepted: Sequence[Accepted], want: int
    ) -> tuple[list[Claim], dict[int, Slot]]:
        """Claim no more than may leave, and say when where that matters."""
        profile = self._profile
        if profile is None or not self._pacer.is_limiting(profile):
            return self._claim(accepted, want), {}
        claims = self._claim(accepted, self._pacer.allow(profile, want))
        return self._pacer.place(profile, claims)

    def _claim(self, accepted: Sequence[Accepted], want: int) -> list[Claim]:
        """Record what was accepted and claim from each queue in turn."""
        if accepted and (self._gentle or self._is_due_again):
            # These claims are commits of their own: room must be made for them first.
            self._turns.take(accepted, queue=None, many=0, now=self._clock.now())
            accepted = ()
        claims = self._claim_rarely(want) if want > 0 else []
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
        return claims

    def _next_queue(self) -> Queue | None:
        """Return the next queue: issues and languages take turns, large or small."""
        if not self._queues:
            return None
        self._queues.rotate(-1)
        return self._queues[-1]

    def _look_if_due(self, held: Collection[int], in_use: int) -> None:
        """Learn what changes rarely, if it is time or nothing is known to be queued."""
        if self._queues and time.monotonic() - self._looked_at < LOOK_EVERY:
            return
        with db.reading(self._engine) as session:
            now = self._clock.set(db.now(session))
            running = deliveries.being_sent(session, self._issue_id)
            found = self._routes.look(session, running)
            self._profile = found.get(self._relay)
            self._others = [name for name in found if name != self._relay]
            mine = [i for i in running if self._routes.relay_of(i) == self._relay]
            queues = [q for issue in mine for q in deliveries.queues(session, issue)]
            self._is_due_again = deliveries.anything_due_again(
                session, mine, now=now, others=self._others
            )
        self._looked_at = time.monotonic()
        self._mine = mine
        self._halted = frozenset(issue for issue, _ in self._compiled) - set(running)
        self._is_dry = not queues and not self._is_due_again
        if not self._settings.gentle_start:
            self._open.update(queues)
        self._gentle = [queue for queue in queues if queue not in self._open]
        # Their order stays, so that no queue is served twice before another.
        left = [queue for queue in queues if queue in self._open]
        self._queues = deque(sorted(left, key=self._place))
        self._pause_lost(self._routes.lost)
        if self._profile is not None:
            self._lease.renew(
                self._profile, in_use=in_use, is_idle=self._is_dry and not held
            )

    def _claim_rarely(self, want: int) -> list[Claim]:
        """Claim what only a look around finds: gentle starts, and what is due again."""
        claims: list[Claim] = []
        gentle, self._gentle = self._gentle, []
        for queue in gentle:
            claims += self._start_gently(queue, want - len(claims))
        if self._is_due_again and len(claims) < want:
            self._is_due_again = False
            claims += self._retry(want - len(claims))
        return claims

    def _place(self, queue: Queue) -> int:
        return self._queues.index(queue) if queue in self._queues else -1

    def _retry(self, want: int) -> list[Claim]:
        with db.writing(self._engine) as session:
            return deliveries.retry(
                session,
                self._mine,
                sender=self._sender,
                limit=want,
                now=db.now(session),
                relay=self._relay,
                others=self._others,
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
                self._queues.append(queue)
                return []
            if trial.is_refused:
                issue = session.get_one(Issue, queue.issue_id)
                issues.pause(
                    session, issue, because=faults.refused_sentence(trial, queue)
                )
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
        self._pause_lost(stuck)

    def _pause_lost(self, reasons: Mapping[int, str]) -> None:
        """Pause issues that cannot go on, each with its reason."""
        if not reasons:
            return
        with db.writing(self._engine) as session:
            for issue_id, because in reasons.items():
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
            return i18n.kept(error)
        self._compiled[queue] = compiled
        return ""
