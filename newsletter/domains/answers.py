"""What the DNS answered, as a value (pure)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

# A name that has existed for as long as the DNS. While it does not resolve, it is we
# who are cut off, and nothing can be said about anybody else's.
CONTROL = "iana.org"


class Found(StrEnum):
    """How a question ended."""

    RECORDS = "records"
    NO_NAME = "no such name"  # NXDOMAIN: nothing stands at or below the name
    NO_DATA = "no data"  # the name is there, records of this kind are not
    FAILED = "failed"  # SERVFAIL, REFUSED: the zone or its servers are broken
    TIMEOUT = "timeout"
    CUT_OFF = "cut off"  # no name at all is found from here, so this one says nothing
    NOT_ASKED = "not asked"  # offline, or too many questions


@dataclass(frozen=True)
class Answer:
    """The end of one question. Every text in it was written by strangers.

    A TXT value is joined from its strings, with octets beyond UTF-8 as \\xNN; an MX
    value reads `10 mail.example.org`. Names are in lower case without a final dot.
    """

    found: Found
    values: tuple[str, ...] = ()
    alias: str = ""  # where CNAMEs led, if the name is an alias
    authentic: bool = False  # the resolver checked signatures (DNSSEC)

    @property
    def is_known(self) -> bool:
        """Whether the DNS said yes or no, as opposed to nothing."""
        return self.found in {Found.RECORDS, Found.NO_NAME, Found.NO_DATA}


class Resolver(Protocol):
    """Whatever answers questions; it never raises."""

    def ask(self, name: str, kind: str, *, seconds: float) -> Answer:
        """Return the records of a kind, within so many seconds."""
        ...
