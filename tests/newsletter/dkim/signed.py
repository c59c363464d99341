"""Signed messages, and a verifier that shares no code with what signed them."""

import re
from datetime import UTC, datetime
from functools import cache
from typing import Any

import dkim as verifier
import time_machine

from newsletter import dkim
from newsletter.dkim import Algorithm, Key, Ring
from newsletter.messages import Compiled
from tests import factories
from tests.newsletter.messages.edition import HTML, TEXT, make_envelope

DOMAIN = "news.example.org"
LATER = datetime(2040, 1, 1, tzinfo=UTC)


@cache
def key(selector: str = "nl2026a", algorithm: Algorithm = Algorithm.RSA) -> Key:
    """Return a key that all tests share, because making one takes a while."""
    return dkim.make(selector, algorithm)


def ed25519() -> Key:
    return key("ed2026a", Algorithm.ED25519)


def both() -> Ring:
    return Ring([key(), ed25519()])


def make_signed(ring: Ring, **values: Any) -> Compiled:
    """Compile the letter of the message tests, frozen with the keys of `ring`."""
    return Compiled(
        make_envelope(dkim=ring.current, **values),
        factories.KEYS,
        language="fr",
        subject="Novembre à Liège",
        html=HTML,
        text=TEXT,
        signing=ring,
    )


def verdicts(raw: bytes, ring: Ring, domain: str = DOMAIN) -> list[bool]:
    """Return what a receiver finds about each signature, from the top."""
    records = {
        f"{key.selector}._domainkey.{domain}.".encode(): key.record().encode()
        for key in ring
    }
    count = len(re.findall(rb"^DKIM-Signature:", raw, re.MULTILINE))
    return [_verdict(raw, index, records) for index in range(count)]


def _verdict(raw: bytes, index: int, records: dict[bytes, bytes]) -> bool:
    def answer(name: bytes, **_: object) -> bytes | None:
        return records.get(name)

    try:
        # It distrusts a signature from the future, whatever the clock here says.
        with time_machine.travel(LATER, tick=False):
            return bool(verifier.DKIM(raw).verify(idx=index, dnsfunc=answer))
    except verifier.DKIMException:
        return False


def tags(raw: bytes) -> list[dict[str, str]]:
    """Return the tags of every signature, without white space."""
    return [
        dict(tag.split("=", 1) for tag in re.sub(r"\s", "", value).split(";"))
        for value in re.findall(
            r"^DKIM-Signature:((?:[^\r\n]|\r\n[ \t])*)", raw.decode(), re.MULTILINE
        )
    ]


def covered(raw: bytes) -> list[str]:
    """Return the fields that the first signature names."""
    return tags(raw)[0]["h"].split(":")
