"""What a sender has in hand: claims that wait, letters on their way, outcomes.

The connections take letters from here and bring their outcomes back. All of it runs
in the thread of the event loop, so that nothing is ever locked.
"""

from collections import Counter, deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol, cast

from newsletter.deliveries import Accepted, Claim, Result
from newsletter.errors import UnsafeValue
from newsletter.messages import Compiled, Reader
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


class Outgoing:
    """The source of every connection of one sender."""

    def __init__(
        self, office: Office, *, edition: Callable[[int, str], Compiled | None]
    ) -> None:
        """Send for `office`; `edition` finds what an issue says in a language."""
        self._office, self._edition = office, edition
        self._ready: deque[Claim] = deque()
        self._returns: Counter[int] = Counter()
        self._accepted: list[Accepted] = []
        self._others: list[Result] = []
        self.ids: set[int] = set()  # of claims that are not yet recorded
        self.halted: Collection[int] = frozenset()  # issues of which nothing may leave
        self._refused: set[int] = set()  # the same, until that is recorded
        self.stopping = False
        self.has_succeeded = False  # something was accepted since this was unset

    @property
    def waiting(self) -> int:
        """How many claims no connection has taken yet."""
        return len(self._ready)

    @property
    def held(self) -> int:
        """How many claims are not yet recorded, wherever they are."""
        return len(self.ids)

    @property
    def unrecorded(self) -> int:
        """How many outcomes wait to be recorded."""
        return len(self._accepted) + len(self._others)

    def add(self, claims: Collection[Claim]) -> None:
        """Take what was claimed."""
        self._ready.extend(claims)
        self.ids.update([claim.id for claim in claims])

    def return_all(self, outcome: Outcome | None = None) -> None:
        """Bring back every claim that no connection has taken."""
        while self._ready:
            self._done(self._ready.popleft(), outcome or Outcome(Verdict.RETURNED))

    def collect(self) -> Outcomes:
        """Hand over the outcomes that are to be recorded."""
        collected = Outcomes(self._accepted, self._others)
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
        while self._ready:
            claim = self._ready.popleft()
            if not self._may_begin(claim):
                self._done(claim, Outcome(Verdict.RETURNED))
                continue
            letter = self._write(claim)
            if letter is not None:
                return letter
        return None

    def may_leave(self, letter: Letter) -> bool:
        """Whether nothing has happened meanwhile that keeps the letter here."""
        return self._may_begin(cast(Claim, letter.about))

    def settle(self, letter: Letter, outcome: Outcome) -> None:
        """Keep the outcome of a letter for the ledger."""
        claim = cast(Claim, letter.about)
        if outcome.verdict is Verdict.ACCEPTED:
            self.has_succeeded = True
            self._accepted.append(
                Accepted(claim.id, claim.attempt, outcome.code, outcome.reply)
            )
            self._office.outcomes_wait()
            return
        if outcome.fault is Fault.CONNECTION and outcome.verdict is Verdict.RETURNED:
            outcome = self._suspected(claim, outcome)
        self._done(claim, outcome)

    def closed(self, connection: Connection, *, lost: bool) -> None:
        """Pass it on to who opens connections."""
        self._office.gone(connection, lost=lost)

    def _may_begin(self, claim: Claim) -> bool:
        halted = claim.issue_id in self.halted or claim.issue_id in self._refused
        return not (halted or self.stopping) and self._office.may_send()

    def _write(self, claim: Claim) -> Letter | None:
        compiled = self._edition(claim.issue_id, claim.language)
        if compiled is None:
            self._done(claim, Outcome(Verdict.RETURNED))
            return None
        _, _, _, _, address, handle, since_on, dated_at = claim
        reader = Reader(claim.id, address, handle, since_on, dated_at)
        try:
            raw = compiled.build(reader)
        except UnsafeValue as error:
            refused = Outcome(Verdict.REJECTED, None, str(error), Fault.RECIPIENT)
            self._done(claim, refused)
            return None
        return Letter(Envelope(compiled.sender(), address, raw, str(claim.id)), claim)

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
