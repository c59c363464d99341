"""The connections that one sender may have open to a relay, of all that it takes."""

import time

from sqlalchemy import Engine

from newsletter import db, relays
from newsletter.relays import Profile

# Seconds; a lease runs out after 30.
_RENEW_EVERY = 1.0


class Lease:
    """A sender's share of a relay's connections, renewed while it has work."""

    def __init__(self, engine: Engine, *, sender: str) -> None:
        """Hold nothing yet."""
        self._engine, self._sender = engine, sender
        self._renewed_at = float("-inf")
        self.granted = 0
        self._had = 0  # granted before

    def renew(self, profile: Profile, *, in_use: int, is_idle: bool) -> None:
        """Ask for all connections there are, if it is time; for none while idle.

        With fewer than it has in use the sender closes some, and the next renewal,
        which comes at once, lets others have them.
        """
        if is_idle:
            self.give_back(profile)
            return
        shrinks = self._had > self.granted and in_use <= self.granted
        late = time.monotonic() - self._renewed_at > _RENEW_EVERY
        if self.granted and not shrinks and not late:
            return
        with db.writing(self._engine) as session:
            granted = relays.lease(
                session,
                profile,
                holder=self._sender,
                want=self.granted if shrinks else profile.connections,
                now=db.now(session),
            )
        self._had = self.granted if not shrinks else granted
        self.granted = granted
        self._renewed_at = time.monotonic()

    def give_back(self, profile: Profile | None) -> None:
        """Let others have the connections."""
        if not self.granted or profile is None:
            return
        with db.writing(self._engine) as session:
            relays.give_back(session, profile, holder=self._sender)
        self.granted = self._had = 0
