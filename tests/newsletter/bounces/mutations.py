"""Messages of the corpus, broken at random: the same seed breaks them the same way."""

import random
from collections.abc import Iterator

from tests.newsletter.bounces.corpus import samples

_INSERTS = (
    b"\r",
    b"\n\n",
    b"\x00",
    b"\xff\xfe",
    b"\xe9",
    b"=?utf-8?b?4pyT",
    b"=?x?q?",
    b"=?utf-7?q?+2AA-?=",
    b"Content-Type: multipart/mixed; boundary=x\n\n--x\n",
    b"Content-Type: message/rfc822\n\n",
    b"Content-Type: message/delivery-status\n\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Transfer-Encoding: quoted-printable\n",
    b"Content-Type: text/html; charset=utf-16\n",
    b"Action: failed\nStatus: 5.1.1\n",
    b"Status: 5.999.99999\n",
    b'"',
    b"(((((((((((",
    b"<<<<<<<<@@@@",
    b"&#99999999999;&#xD800;",
    b"\xed\xa0\x80",
    b"From: \n",
    b"a" * 3_000,
    b"5." * 400,
)


def mutated(seed: int) -> Iterator[bytes]:
    """Return messages without end."""
    dice = random.Random(seed)  # noqa: S311  # breaks test data, guards nothing
    pool = [sample.raw for sample in samples() if sample.raw]
    while True:
        raw = bytearray(dice.choice(pool))
        for _ in range(dice.randint(1, 8)):
            _break(raw, dice, pool)
        yield bytes(raw)


def _break(raw: bytearray, dice: random.Random, pool: list[bytes]) -> None:
    place = dice.randrange(len(raw) + 1)
    end = min(len(raw), place + dice.choice((1, 2, 10, 100, 1_000)))
    match dice.randrange(7):
        case 0:
            raw[place : place + 1] = bytes([dice.randrange(256)])
        case 1:
            del raw[place:end]
        case 2:
            raw[place:place] = raw[place:end] * dice.randint(1, 5)
        case 3:
            raw[place:place] = dice.choice(_INSERTS)
        case 4:
            other = dice.choice(pool)
            cut = dice.randrange(len(other))
            raw[place:] = other[cut:]
        case 5:
            lines = bytes(raw).split(b"\n")
            dice.shuffle(lines)
            raw[:] = b"\n".join(lines)
        case _:
            del raw[place:]
