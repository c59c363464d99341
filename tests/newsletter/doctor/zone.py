"""A resolver that answers from a table, and a patient whose zone is in order."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from newsletter import dkim
from newsletter.config import Relay
from newsletter.doctor import Diagnosis, Kind, Patient, Way
from newsletter.doctor.inquiry import Inquiry
from newsletter.domains import Answer, Found
from tests.newsletter.dkim.signed import key

Records = dict[str, Any]  # "name KIND" → values; None: that record is not there

DOMAIN = "news.example.org"
SELECTOR = f"nl2026a._domainkey.{DOMAIN}"
RELAY = "93.184.215.20"
GOOD: Records = {
    "iana.org NS": ["a.iana-servers.net"],
    f"{DOMAIN} MX": ["10 mx1.example.org", "20 mx2.example.org"],
    f"{DOMAIN} A": ["93.184.215.14"],
    f"{DOMAIN} TXT": ["v=spf1 ip4:93.184.215.20 ~all", "other=thing"],
    "example.org MX": ["10 mx1.example.org", "20 mx2.example.org"],
    "mx1.example.org A": ["93.184.215.15"],
    "mx2.example.org A": ["93.184.215.16"],
    "mail.example.org A": [RELAY],
    f"{SELECTOR} TXT": [],
    "_dmarc.example.org TXT": [
        "v=DMARC1; p=reject; np=reject; rua=mailto:dmarc@example.org"
    ],
    "20.215.184.93.in-addr.arpa PTR": ["mail.example.org"],
}
BROKEN = Answer(Found.FAILED)
SILENT = Answer(Found.TIMEOUT)


class Zone:
    """Answers from a table; names in it exist, and so do those above them."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.asked: list[str] = []

    def ask(self, name: str, kind: str, *, seconds: float) -> Answer:
        assert seconds > 0
        self.asked.append(f"{name} {kind}")
        return self._ask(name, kind, hops=0)

    def _ask(self, name: str, kind: str, *, hops: int) -> Answer:
        values = self.records.get(f"{name} {kind}", self.records.get(f"{name} *"))
        if isinstance(values, Answer):
            return values
        alias = self.records.get(f"{name} CNAME")
        if alias and hops < 9:
            found = self._ask(alias, kind, hops=hops + 1)
            return replace(found, alias=found.alias or alias)
        if values:
            return Answer(Found.RECORDS, tuple(values))
        exists = any(
            each.split()[0] == name or each.split()[0].endswith(f".{name}")
            for each, value in self.records.items()
            if value
        )
        return Answer(Found.NO_DATA if exists else Found.NO_NAME)


def patient(**changes: Any) -> Patient:
    """Return a list that sends through a server of its own and signs itself."""
    relay = Relay("smtp://mail.example.org:587")
    return replace(
        Patient(
            slug="newsletter",
            sender=DOMAIN,
            replies="example.org",
            bounces=DOMAIN,
            contact="office@example.org",
            base_url="https://news.example.org",
            ways=(Way("main", Kind.OURS, relay),),
            keys=dkim.Ring([key()]),
        ),
        **changes,
    )


def through(title: str, *spf: str, **changes: Any) -> Way:
    """Return a relay of a company."""
    relay = Relay("smtp://u:p@smtp.provider.example:587")
    return Way("main", Kind.PROVIDER, relay, title=title, spf=spf, **changes)


def zone(**changes: Any) -> Zone:
    """Return the good zone."""
    return Zone(records(changes))


def records(changes: Records) -> Records:
    """Return the records of the good zone, some of them changed."""
    good = {**GOOD, f"{SELECTOR} TXT": [key().record()]}
    return {**good, **changes}


def ask(
    check: Callable[[Patient, Inquiry], list[Diagnosis]],
    changes: Records | None = None,
    who: Patient | None = None,
) -> list[Diagnosis]:
    """Return what one check finds in the good zone with some records changed."""
    inquiry = Inquiry(Zone(records(changes or {})), until=time.monotonic() + 60)
    return check(who or patient(), inquiry)
