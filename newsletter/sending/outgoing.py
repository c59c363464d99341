"""What a sender has in hand: claims that wait, letters on their way, outcomes.

The connections take letters from here and bring their outcomes back. All of it runs
in the thread of the event loop, so that nothing is ever locked.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Protocol

from newsletter.deliveries import Accepted, Claim, Result
from newsletter.errors import UnsafeValue
from newsletter.messages import Compiled, Reader
from newsletter.sending.pacing import Slot
from newsletter.smtp import (
    Connection,
    Envelope,
    Fault,
    Letter,
    Outcome,
    Verdict,
)

# A letter with which so many connections broke before its body is tried later: it
# may be what breaks them, and everybody behind it waits.
_SUSPECT = 3
_MANY = 5_000  # groups of outcomes: more than a minute of them


@dataclass(frozen=True)
class Outcomes:
    """What became of some claims; what the relay took is most of it, by far."""

    accepted: list[Accepted]
    others: list[Result]

    @property
    def many(self) -> int:
        """How many there are."""
        return len(self.accepted) + len(self.others)


class Office(Protocol):
    """Who runs the connections and takes turns at the ledger."""

    def outcomes_wait(self) -> None:
        """Take note that an outcome is to be recorded."""

    def gone(self, connection: Connection, *, lost: bool) -> None:
        """Take note that a connection ended."""

    def may_send(self) -> bool:
        """Whether this sender's claims still are its own."""

    def wake_at(self, moment: float) -> None:
        """Wake the connections then, by the monotonic clock: a slot is due."""


class Outgoing:
    """The source of every connection of one sender."""

    def __init__(
        self, office: Office, *, edition: Callable[[int, str], Compiled | None]
    ) -> None:
        """Send for `office`; `edition` finds what an issue says in a language."""
        self._office, self._edition = office, edition
        self._ready: deque[Claim] = deque()
        self._slotted: list[tuple[Slot, Claim]] = []  # a heap: the next slot first
        # What was accepted lately, and when: how fast each group of domains is served.
        self.recent: deque[tuple[float, list[str]]] = deque(maxlen=_MANY)
        self._addresses: list[str] = []
        self._returns: Counter[int] = Counter()
        self._accepted: list[Accepted] = []
        self._others: list[Result] = []
        self.ids: set[int] = set()  # of claims that are not yet recorded
        self.halted: Collection[int] = frozenset()  # issues of which nothing may leave
        self._refused: set[int] = set()  # the same, until that is recorded
        self.stopping = False
        self._has_succeeded = False

    @property
    def waiting(self) -> int:
        """How many claims no connection has taken yet."""
        return len(self._ready) + len(self._slotted)

    @property
    def held(self) -> int:
        """How many claims are not yet recorded, wherever they are."""
        return len(self.ids)

    @property
    def unrecorded(self) -> int:
        """How many outcomes wait to be recorded."""
        return len(self._accepted) + len(self._others)

    def succeeded(self) -> bool:
        """Whether anything was accepted since this was last asked."""
        accepted, self._has_succeeded = self._has_succeeded or self._accepted, False
        return bool(accepted)

    def add(self, claims: Collection[Claim], slots: Mapping[int, Slot]) -> None:
        """Take what was claimed, some of it to leave in a slot of its own."""
        if slots:
            for claim in claims:
                if claim.id in slots:
                    heappush(self._slotted, (slots[claim.id], claim))
            claims_ready = [claim for claim in claims if claim.id not in slots]
            self._ready.extend(claims_ready)
        else:
            self._ready.extend(claims)
        self.ids.update([claim.id for claim in claims])

    def return_all(self, outcome: Outcome | None = None) -> None:
        """Bring back every claim that no connection has taken."""
        returned = outcome or Outcome(Verdict.RETURNED)
        while self._ready:
            self._done(self._ready.popleft(), returned)
        while self._slotted:
            self._done(self._slotted.pop()[1], returned)

    def collect(self) -> Outcomes:
        """Hand over the outcomes that are to be recorded."""
        collected = Outcomes(self._accepted, self._others)
        if self._accepted:
            self._has_succeeded = True
            self.recent.append((time.monotonic(), self._addresses))
            self._addresses = []
        self._accepted, self._others = [], []
        return collected

    def put_back(self, outcomes: Outcomes) -> None:
        """Keep outcomes that could not be recorded."""
        self._accepted[:0] = outcomes.accepted
        self._others[:0] = outcomes.others

    def recorded(self, outcomes: Outcomes) -> None:
        """Let go of what was recorded; pauses are the ledger's to know from now on."""
        self.ids.difference_update([row.id for row in outcomes.accepted])
        self.ids.difference_update([result.claim.id for result in outcomes.others])
        if outcomes.others:
            waiting = (r for r in self._others if r.outcome.verdict is Verdict.HELD)
            self._refused = {result.claim.issue_id for result in waiting}

    # What connections call.

    def next(self) -> Letter | None:
        """Return the next letter that may begin."""
        while (claim := self._take()) is not None:
            if not self._may_begin(claim):
                self._done(claim, Outcome(Verdict.RETURNED))
                continue
            letter = self._write(claim)
            if letter is not None:
                return letter
        return None

    def _take(self) -> Claim | None:
        """Return the next claim whose time has come."""
        if not self._slotted:
            return self._ready.popleft() if self._ready else None
        while self._slotted:
            slot, claim = self._slotted[0]
            now = time.monotonic()
            if slot.at > now:
                self._office.wake_at(slot.at)
                break
            heappop(self._slotted)
            if now <= slot.until:
                return claim
            # Too late: the slot is lost, and another must be reserved.
            self._done(claim, Outcome(Verdict.RETURNED))
        return self._ready.popleft() if self._ready else None

    def may_leave(self, letter: Letter) -> bool:
        """Whether nothing has happened meanwhile that keeps the letter here."""
        claim: Claim = letter.about
        return self._may_begin(claim) and self._office.may_send()

    def settle(self, letter: Letter, outcome: Outcome) -> None:
        """Keep the outcome of a letter for the ledger."""
        claim: Claim = letter.about
        verdict, code, reply, _ = outcome
        if verdict is Verdict.ACCEPTED:
            self._accepted.append(Accepted(claim[0], claim[2], code, reply))
            self._addresses.append(claim[4])
            self._office.outcomes_wait()
            return
        if outcome.fault is Fault.CONNECTION and outcome.verdict is Verdict.RETURNED:
            outcome = self._suspected(claim, outcome)
        self._done(claim, outcome)

    def closed(self, connection: Connection, *, lost: bool) -> None:
        """Pass it on to who opens connections."""
        self._office.gone(connection, lost=lost)

    def _may_begin(self, claim: Claim) -> bool:
        issue_id = claim[1]
        halted = issue_id in self.halted or issue_id in self._refused
        return not (halted or self.stopping)

    def _write(self, claim: Claim) -> Letter | None:
        row, issue_id, _, language, address, handle, since_on, dated_at = claim
        compiled = self._edition(issue_id, language)
        if compiled is None:
            self._done(claim, Outcome(Verdict.RETURNED))
            return None
        reader = Reader(row, address, handle, since_on, dated_at)
        try:
            pieces = compiled.pieces(reader)
        except UnsafeValue as error:
            refused = Outcome(Verdict.REJECTED, None, str(error), Fault.RECIPIENT)
            self._done(claim, refused)
            return None
        sender = compiled.sender(reader)
        size = compiled.size(pieces)
        return Letter(Envelope(sender, address, pieces, str(row), size), claim)

    def _suspected(self, claim: Claim, outcome: Outcome) -> Outcome:
        self._returns[claim.id] += 1
        if self._returns[claim.id] < _SUSPECT:
            return outcome
        del self._returns[claim.id]
        return Outcome(Verdict.DEFERRED, None, outcome.reply, Fault.CONNECTION)

    def _done(self, claim: Claim, outcome: Outcome) -> None:
        if outcome.verdict is Verdict.HELD:
            self._refused.add(claim.issue_id)
        self._others.append(Result(claim, outcome))
        self._office.outcomes_wait()
