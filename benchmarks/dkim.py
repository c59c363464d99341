"""What a message costs unsigned and signed, and what dkimpy takes to sign it.

Run it with `make bench`, or `python -m benchmarks.dkim 500` for that many messages a
round. Processor time of one thread, and the best of five rounds: all else adds to it.
dkimpy signs the same bytes with the same keys and fields, and nothing is built there.
"""

import sys
import time
from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

import dkim as dkimpy
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from newsletter import dkim, messages
from newsletter.dkim import Algorithm, Key, Ring
from newsletter.messages import Compiled, Envelope, Reader
from newsletter.rendering.markers import Markers
from subscribers.tokens import KeyRing

MESSAGES = 200
ROUNDS = 5
SIZES = (20_000, 60_000)
DOMAIN = "news.example.org"
# Like a letter: tags, accents, addresses, and white space that must be folded.
PARAGRAPH = (
    '<tr>\n  <td style="padding:0 24px;font-family:Arial,sans-serif;color:#1c2b33">'
    "  Novembre à Liège : « enfin », dit-elle, l’été revient au bord de la Meuse."
    ' <a href="https://news.example.org/fr/novembre">Lire la suite</a></td>\n</tr>\n'
)
KEYS = KeyRing(["a key that is only used by this benchmark"])
READER = Reader(
    7,
    "anne@example.org",
    "hhhhhhhhhhhhhhhh",
    "2025-03-03",
    datetime(2026, 11, 23, 19, 5, 34, tzinfo=UTC),
)


def main() -> None:
    """Measure and print a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES
    rsa = dkim.make("rsa", Algorithm.RSA)
    short = dkim.make("ed", Algorithm.ED25519)
    print("µs a message               built  of which signing     dkimpy")
    for size in SIZES:
        plain = _compiled(size, Ring())
        raw = plain.build(READER)
        unsigned = _measured(partial(plain.build, READER), count)
        _row(f"{len(raw) / 1000:.0f} KB, unsigned", unsigned)
        for name, keys in (
            ("RSA", [rsa]),
            ("Ed25519", [short]),
            ("both", [rsa, short]),
        ):
            signed = _compiled(size, Ring(keys))
            ours = _measured(partial(signed.build, READER), count)
            theirs = _measured(partial(_peer, raw, keys), count // 20 or 1)
            _row(f"{len(raw) / 1000:.0f} KB, {name}", ours, ours - unsigned, theirs)


def _row(name: str, *figures: float) -> None:
    widths = (9, 18, 11)
    cells = [
        f"{figure:>{width}.0f}" for figure, width in zip(figures, widths, strict=False)
    ]
    print(f"{name:<23}{''.join(cells)}")


def _measured(work: Callable[[], object], count: int) -> float:
    """Return microseconds of the processor for one call."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.thread_time()
        for _ in range(count):
            work()
        best = min(best, time.thread_time() - begun)
    return best / count * 1e6


def _compiled(size: int, ring: Ring) -> Compiled:
    """Return an edition whose messages have about `size` bytes."""
    markers = Markers("abcdefghijklmnop")
    link = f'<p><a href="{markers.unsubscribe}">Se désinscrire</a></p>\n'
    paragraphs = size // len(messages.encode(PARAGRAPH))
    html = f"<html><body>{PARAGRAPH * paragraphs}{link}</body></html>\n"
    return Compiled(
        _envelope(ring),
        KEYS,
        language="fr",
        subject="Novembre à Liège",
        html=html,
        text=f"Novembre à Liège\n\n{markers.unsubscribe}\n",
        signing=ring,
    )


def _envelope(ring: Ring) -> Envelope:
    return Envelope(
        base_url=f"https://{DOMAIN}",
        list_slug="lettre",
        list_name="Lettre mensuelle",
        list_id=f"lettre.{DOMAIN}",
        sender_name="Croix-Rouge de Liège",
        sender_address=f"lettre@{DOMAIN}",
        reply_to="contact@example.org",
        key_id=KEYS.newest.id,
        nonce="abcdefghijklmnop",
        timezone="Europe/Brussels",
        web_url=f"https://{DOMAIN}/fr/novembre",
        help_url=f"https://{DOMAIN}/fr/subscribe",
        feedback_id="i0000001:lettre:news:newsexampleorg",
        issue_handle="iiiiiiii",
        languages=("fr",),
        dkim=ring.current,
    )


def _peer(raw: bytes, keys: Sequence[Key]) -> None:
    fields = [name.lower().encode() for name in (*dkim.SIGNED, *dkim.OVERSIGNED)]
    for key in keys:
        dkimpy.sign(
            raw,
            key.selector.encode(),
            DOMAIN.encode(),
            _as_dkimpy_reads_it(key),
            canonicalize=(b"relaxed", b"relaxed"),
            signature_algorithm=f"{key.algorithm}-sha256".encode(),
            include_headers=fields,
        )


def _as_dkimpy_reads_it(key: Key) -> bytes:
    if key.algorithm is Algorithm.RSA:
        return key.pem()
    private = load_pem_private_key(key.pem(), password=None)
    raw = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    return b64encode(raw)


if __name__ == "__main__":
    main()
