"""A world that answers as it should, but for what a test changes."""

from datetime import datetime, timedelta

from newsletter.config import Relay
from newsletter.doctor import World
from newsletter.doctor.visits import Visit
from newsletter.smtp import Greeting
from subscribers.clock import utcnow
from tests.newsletter.doctor.zone import Records, Zone, records

OFFERS = ("8BITMIME", "AUTH", "DSN", "PIPELINING", "SIZE", "SMTPUTF8")


def later(days: float = 60) -> datetime:
    return utcnow() + timedelta(days=days)


class Outside:
    """Pages and relays that answer as they should."""

    def visit(self, method: str, url: str, seconds: float) -> Visit:
        return Visit(method, 200, version="TLSv1.3", expires_at=later())

    def greet(self, relay: Relay, seconds: float) -> Greeting:
        return Greeting(
            offers=OFFERS,
            methods=("PLAIN",),
            size=10_000_000,
            starttls=True,
            version="TLSv1.3",
            expires_at=later(),
        )


def world(changes: Records | None = None) -> World:
    outside = Outside()
    return World(Zone(records(changes or {})), outside.visit, outside.greet)
