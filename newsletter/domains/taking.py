"""Ask whether the domain of an address takes mail at all."""

from datetime import datetime, timedelta
from threading import Lock

import dns.exception
import dns.resolver
from email_validator import EmailNotValidError, caching_resolver, validate_email

from newsletter.domains.answers import CONTROL
from subscribers.clock import utcnow

_CONTROL_FOR = timedelta(minutes=5)
_SECONDS = 3


class Domains:
    """A resolver with a memory; what it cannot find out, it does not hold against."""

    def __init__(self, resolver: dns.resolver.Resolver | None = None) -> None:
        self._plain = resolver
        self._resolver: dns.resolver.Resolver | None = None
        self._asked_at: datetime | None = None
        self._connected = False
        self._lock = Lock()

    def refuses_mail(self, email: str) -> bool:
        """Tell whether the domain of an address certainly takes no mail.

        True for a domain that does not exist, has nobody to take mail, or says by a
        null MX that it takes none (RFC 7505). Silence and failures are False.
        """
        resolver = self._ready()
        if resolver is None:
            return False
        try:
            validate_email(email, dns_resolver=resolver)
        except EmailNotValidError:
            return True
        return False

    def _ready(self) -> dns.resolver.Resolver | None:
        """Return the resolver while the control name resolves."""
        with self._lock:
            now = utcnow()
            if self._asked_at is None or now - self._asked_at > _CONTROL_FOR:
                self._asked_at, self._connected = now, self._is_connected()
            return self._resolver if self._connected else None

    def _is_connected(self) -> bool:
        try:
            if self._resolver is None:
                self._resolver = caching_resolver(
                    timeout=_SECONDS, dns_resolver=self._plain
                )
            self._resolver.resolve(CONTROL, "NS")
        except dns.exception.DNSException:
            return False
        return True
