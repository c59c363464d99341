"""Poll a mailbox: take what came back, remove only what is kept, leave the rest."""

import imaplib
import logging
import poplib
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError

from newsletter import db
from newsletter.config import Mailbox
from newsletter.errors import MailboxUnavailable
from newsletter.incoming import imap, pop3
from newsletter.incoming.inbox import Inbox
from newsletter.incoming.receiving import Received, receive
from newsletter.incoming.resting import Rest, Troubles
from subscribers.tokens import KeyRing

logger = logging.getLogger(__name__)

MOST = 500  # messages a visit
_LONGEST = 60.0  # seconds after which a visit takes no further message
# What a line that broke, or a server that does not make sense, looks like.
_BROKEN = (imaplib.IMAP4.abort, poplib.error_proto, OSError)


@dataclass
class Tally:
    """What visits to a mailbox came to."""

    taken: int = 0  # kept in the database and removed from the mailbox
    left: int = 0  # lies there for people
    troubled: int = 0  # could not be read or taken: lies there for another try
    is_complete: bool = True  # nothing is waiting that was not looked at

    def __add__(self, later: "Tally") -> "Tally":
        return Tally(
            self.taken + later.taken,
            self.left + later.left,
            later.troubled,
            later.is_complete,
        )

    def __str__(self) -> str:
        words = f"{self.taken} taken, {self.left} left for people"
        if self.troubled:
            words += f", {self.troubled} could not be read"
        return words if self.is_complete else f"{words}, more are waiting"

    def as_json(self) -> dict[str, Any]:
        """Return it as a command answers."""
        return asdict(self)


class Poller:
    """Visits one mailbox again and again, from one thread.

    Two machines that visit at once harm nothing: whatever both bring is taken once.
    """

    def __init__(self, mailbox: Mailbox) -> None:
        """Know nothing of the mailbox yet."""
        self.mailbox = mailbox
        # POP3 has no marks: after a restart these are read, and left, once more.
        self._left: set[str] = set()
        self._troubles = Troubles()
        self._rest = Rest()

    def poll_if_rested(
        self, engine: Engine, keys: KeyRing, *, stop: threading.Event
    ) -> None:
        """Visit, unless a failure was too short a time ago; say what went wrong."""
        if not self._rest.is_over:
            return
        try:
            tally = self.poll(engine, keys, stop=stop)
        except MailboxUnavailable as error:
            minutes = self._rest.begin() / 60
            logger.warning("%s (tried again in %.0f minutes)", error, minutes)
            return
        self._rest = Rest()
        if tally.taken:
            logger.info("%s messages were taken from a mailbox", tally.taken)

    def poll(self, engine: Engine, keys: KeyRing, *, stop: threading.Event) -> Tally:
        """Take what waits, at most 500 messages or for a minute.

        Raises MailboxUnavailable, and what the database raises when it is away; what
        was taken by then is removed by this visit or by the next one.
        """
        tally = Tally()
        self._visit(_Visit(engine, keys, stop, tally), self._troubles.avoid)
        if self._troubles.due(self._troubles.names):
            # In a session of their own: they may break it, and others lie behind.
            try:
                self._visit(_Visit(engine, keys, stop, tally), self._troubles.due)
            except MailboxUnavailable as error:
                logger.warning("%s, over a message that stays there", error)
        tally.troubled = len(self._troubles.names)
        return tally

    def _visit(self, visit: "_Visit", choose: Callable[[list[str]], list[str]]) -> None:
        with _opened(self.mailbox) as inbox:
            names = inbox.waiting()
            self._left.intersection_update(names)
            self._troubles.forget_all_but(names)
            chosen = [name for name in choose(names) if name not in self._left]
            for done, name in enumerate(chosen):
                if done >= MOST or visit.is_over:
                    visit.tally.is_complete = False
                    break
                self._deal_with(inbox, name, visit)
            inbox.finish()

    def _deal_with(self, inbox: Inbox, name: str, visit: "_Visit") -> None:
        """Deal with one message; only a broken line and the database end a visit."""
        self._troubles.note(name)  # until it is proven to be none
        try:
            raw = inbox.fetch(name)
            got = visit.receive(raw) if raw is not None else None
        except (*_BROKEN, OperationalError, InterfaceError):
            raise
        except Exception:  # the loop of a poll: it logs and goes on
            logger.exception("%s: message %s stays there", self.mailbox.name, name)
            return
        if got and got.is_kept:
            inbox.remove(name)
            visit.tally.taken += 1
        elif got:
            inbox.leave(name)
            self._left.add(name)
            visit.tally.left += 1
        self._troubles.end(name)


@dataclass(frozen=True)
class _Visit:
    engine: Engine
    keys: KeyRing
    stop: threading.Event
    tally: Tally
    began_at: float = field(default_factory=time.monotonic)

    @property
    def is_over(self) -> bool:
        return self.stop.is_set() or time.monotonic() > self.began_at + _LONGEST

    def receive(self, raw: bytes) -> Received:
        with db.writing(self.engine) as session:
            return receive(session, self.keys, raw, now=db.now(session))


def _opened(mailbox: Mailbox) -> AbstractContextManager[Inbox]:
    return imap.opened(mailbox) if mailbox.kind == "imap" else pop3.opened(mailbox)
