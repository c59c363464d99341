"""Give each claim the moment at which its message may leave, where there are limits.

The slots are those that `relays` reserves over all senders. Claims that get none go
back at once, so that nothing is held that could not leave.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine

from newsletter import db, deliveries, relays
from newsletter.deliveries import Claim, Result
from newsletter.relays import Profile, Slots
from newsletter.smtp import Verdict

# Seconds between two looks at which groups are under a brake.
_LOOK_EVERY = 3.0
_MINUTE = 60.0
_TOO_FAST = re.compile(r"\b4\.7\.28\b|\brate|too (many|fast)|throttl|slow down", re.I)


class Slot(NamedTuple):
    """When a message may leave, and until when at last, by the monotonic clock."""

    at: float
    until: float


Recent = Callable[[], Sequence[tuple[float, list[str]]]]  # moments and addresses


class Pacer:
    """The limits and the brakes of one relay, as one sender keeps to them."""

    def __init__(self, engine: Engine, *, sender: str, recent: Recent) -> None:
        """Slow down by what `recent` says was accepted lately."""
        self._engine, self._sender, self._recent = engine, sender, recent
        self._braked: dict[str, float] = {}
        self._looked_at = float("-inf")
        self._again_at = float("-inf")
        self._slots: list[Slot] = []

    def is_limiting(self, profile: Profile) -> bool:
        """Whether a message may have to wait for a slot."""
        if time.monotonic() - self._looked_at > _LOOK_EVERY:
            with db.reading(self._engine) as session:
                now = db.now(session)
                self._braked = relays.braked(session, profile, now=now)
            self._looked_at = time.monotonic()
        return self.may_limit(profile)

    def may_limit(self, profile: Profile) -> bool:
        """Say the same, as far as it is known without asking the database."""
        return bool(profile.is_limited or profile.domains or self._braked)

    def allow(self, profile: Profile, want: int) -> int:
        """Reserve slots for as many as may leave soon, and return how many."""
        self._slots = []
        if not (profile.is_limited or "" in self._braked) or want <= 0:
            return max(want, 0)
        if time.monotonic() < self._again_at:
            return 0
        self._slots, again_at = self._reserve(profile, want, "")
        self._again_at = again_at
        return len(self._slots)

    def place(
        self, profile: Profile, claims: list[Claim]
    ) -> tuple[list[Claim], dict[int, Slot]]:
        """Return the claims that may leave, and the slots of those that need one.

        Others are put off to when their group of domains has room again.
        """
        free = iter(self._slots)
        placed = {claim.id: slot for claim, slot in zip(claims, free, strict=False)}
        groups: dict[str, list[Claim]] = {}
        for claim in claims:
            group = profile.limited_group(claim.address, braked=self._braked)
            if group:
                groups.setdefault(group, []).append(claim)
        late: set[int] = set()
        for group, members in groups.items():
            late.update(self._place_group(profile, group, members, placed))
        return [claim for claim in claims if claim.id not in late], placed

    def _place_group(
        self,
        profile: Profile,
        group: str,
        members: list[Claim],
        placed: dict[int, Slot],
    ) -> list[int]:
        """Give slots to readers of a group; put off the others and return their ids."""
        slots, again_at = self._reserve(profile, len(members), group)
        for claim, slot in zip(members, slots, strict=False):
            # Its own slot of the whole relay, if it has one, is within this one.
            placed[claim.id] = max(slot, placed.get(claim.id, slot))
        late = [claim.id for claim in members[len(slots) :]]
        if late:
            with db.writing(self._engine) as session:
                now = db.now(session)
                wait = max(again_at - time.monotonic(), 1.0)
                deliveries.put_off(
                    session, late, sender=self._sender, seconds=wait, now=now
                )
        return late

    def _reserve(
        self, profile: Profile, want: int, group: str
    ) -> tuple[list[Slot], float]:
        """Return slots, and from when on it makes sense to ask again."""
        begun = time.monotonic()
        with db.writing(self._engine) as session:
            now = db.now(session)
            found = relays.reserve(session, profile, want=want, now=now, group=group)
        return _slots(found, now, begun)

    def complain(
        self, profile: Profile, results: Sequence[Result], *, now: datetime
    ) -> None:
        """Slow down where replies ask for it."""
        groups = {_complaint(result) for result in results} - {None}
        if not groups:
            return
        since = time.monotonic() - _MINUTE
        seen = Counter(
            relays.group_of(address)
            for at, addresses in self._recent()
            if at > since
            for address in addresses
        )
        with db.writing(self._engine) as session:
            for group in sorted(group for group in groups if group is not None):
                many = seen[group] if group else seen.total()
                relays.brake(session, profile, group, now=now, seen=many)
        self._looked_at = float("-inf")


def _slots(found: Slots, now: datetime, begun: float) -> tuple[list[Slot], float]:
    patience = found.patience.total_seconds()
    moments = [begun + (moment - now).total_seconds() for moment in found.moments]
    again = found.again_at
    again_at = begun + (again - now).total_seconds() if again else float("-inf")
    return [Slot(at, at + patience) for at in moments], again_at


def _complaint(result: Result) -> str | None:
    """Return the group that a reply asks to be slower with, "" for the whole relay."""
    outcome = result.outcome
    if outcome.code is None or not 400 <= outcome.code < 500:
        return None
    if outcome.verdict is Verdict.RETURNED:
        return ""
    # Not every 4.7.z: greylisting wants one message later, not all of them slower.
    if outcome.code == 421 or _TOO_FAST.search(outcome.reply):
        return relays.group_of(result.claim.address)
    return None
