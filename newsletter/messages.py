"""A frozen edition and one reader in, the exact bytes of their message out (pure).

The parts are cut at the markers once; what is constant is quoted-printable encoded
once, each reader's values when they are joined. A soft line break stands around
every value, so that no line grows with it and the same row always gives the same
bytes. Structured headers are written here, not by the email package: it encodes
any token of 78 characters or more and thereby breaks List-Unsubscribe.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.header import Header
from email.utils import format_datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from newsletter import dkim, i18n
from newsletter.errors import UnsafeValue
from newsletter.rendering.markers import Markers
from subscribers.tokens import Key, KeyRing, Purpose, derive

# What may never stand in a header, RFC 5322 §2.2 and the look-alikes of a line end.
_UNSAFE = re.compile("[\x00-\x1f\x7f\u0085\u2028\u2029\ud800-\udfff]")
_SOFT_BREAK = b"=\r\n"
_LONGEST_LINE = 75  # octets before the "=" of a soft break, RFC 2045 §6.7
# Kept as they are in quoted-printable text; "=" never.
_PLAIN = frozenset(range(33, 127)) - {ord("=")}


@dataclass(frozen=True)
class Envelope:
    """What an edition froze besides its words; stored as JSON."""

    base_url: str
    list_slug: str
    list_name: str
    list_id: str
    sender_name: str
    sender_address: str
    reply_to: str
    key_id: str
    nonce: str
    timezone: str
    web_url: str
    help_url: str
    feedback_id: str
    issue_handle: str
    languages: tuple[str, ...]  # the editions a reader can switch to
    dkim: tuple[str, ...] = ()  # the selectors that sign; none: the relay does
    dkim_strict: bool = False

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Envelope":
        """Read what `editions.freeze` stored, perhaps before there were signatures."""
        tuples = {name: tuple(stored.get(name, ())) for name in ("languages", "dkim")}
        return cls(**{**stored, **tuples})


@dataclass(frozen=True)
class Reader:
    """What a ledger row froze about one reader."""

    delivery_id: int
    address: str
    handle: str
    since_on: str  # ISO day
    dated_at: datetime  # the first claim: retries keep it


@dataclass(frozen=True)
class _Value:
    """A place in a part where a reader's own value belongs."""

    name: str


Piece = bytes | _Value


class Compiled:
    """An edition cut and encoded once, ready for any number of readers."""

    def __init__(  # noqa: PLR0913  # what an edition froze, and two sets of keys
        self,
        envelope: Envelope,
        keys: KeyRing,
        *,
        language: str,
        subject: str,
        html: str,
        text: str,
        signing: dkim.Ring = dkim.NO_KEYS,
    ) -> None:
        """Cut and encode; raises KeyMissing if a signature cannot be made again."""
        self.envelope = envelope
        self.language = language
        self._key: Key = keys.key(envelope.key_id)
        self._keys = keys
        self._signer = dkim.Signer(
            signing.pick(envelope.dkim),
            domain=_domain(envelope.sender_address),
            strict=envelope.dkim_strict,
        )
        markers = Markers(envelope.nonce)
        self._names = {
            markers.unsubscribe: "unsubscribe",
            markers.preferences: "preferences",
            markers.address: "address",
            markers.since: "since",
            **{markers.read_in(tag): f"read {tag}" for tag in envelope.languages},
        }
        self._html = self._cut(html)
        self._text = self._cut(text)
        self._head = self._constant_headers(subject)

    def build(self, reader: Reader) -> bytes:
        """Return the whole message; the same reader always gives the same bytes."""
        links = self._links(reader)
        values = {**links, **self._words(reader)}
        name = derive(
            self._key,
            "message-id",
            f"{self.envelope.issue_handle}{reader.handle}{reader.delivery_id}",
        )
        boundary = f"=_{name}"
        body = b"".join(
            (
                f"--{boundary}\r\n".encode(),
                part_head("plain"),
                _join(self._text, values, plain=True),
                f"\r\n--{boundary}\r\n".encode(),
                part_head("html"),
                _join(self._html, values, plain=False),
                f"\r\n--{boundary}--\r\n".encode(),
            )
        )
        head = self._reader_headers(reader, name, links, boundary)
        signatures = self._signer.sign(head, body, at=reader.dated_at)
        return b"".join((signatures, head, b"\r\n", body))

    def sender(self) -> str:
        """Return the envelope sender: where failure reports go."""
        return self.envelope.sender_address

    def _cut(self, part: str) -> tuple[Piece, ...]:
        pattern = "|".join(map(re.escape, self._names))
        pieces: list[Piece] = []
        for chunk in re.split(f"({pattern})", part):
            if chunk in self._names:
                pieces.append(_Value(self._names[chunk]))
            elif chunk:
                pieces.append(encode(chunk))
        return tuple(pieces)

    def _links(self, reader: Reader) -> dict[str, str]:
        base, handle = self.envelope.base_url, reader.handle

        def token(purpose: Purpose, *handles: str) -> str:
            return self._keys.sign(purpose, *handles, key=self._key)

        read = token(Purpose.READ, handle, self.envelope.issue_handle)
        return {
            "unsubscribe": f"{base}/u/{token(Purpose.UNSUBSCRIBE, handle)}",
            "preferences": f"{base}/p/{token(Purpose.PREFERENCES, handle)}",
            **{
                f"read {tag}": f"{base}/l/{read}/{tag}"
                for tag in self.envelope.languages
            },
        }

    def _words(self, reader: Reader) -> dict[str, str]:
        day = datetime.fromisoformat(reader.since_on).date()
        # The language of the sentence around it, where ours has no catalogue.
        spoken = i18n.translator(self.language).speaks
        since = i18n.day(day, self._spoken_as(spoken))
        return {"address": reader.address, "since": since}

    def _spoken_as(self, spoken: str) -> str:
        same = i18n.is_same_language(spoken, self.language)
        return self.language if same else spoken

    def _constant_headers(self, subject: str) -> "_Head":
        e = self.envelope
        return _Head(
            sender=header("From", mailbox(e.sender_name, e.sender_address)),
            subject=_headers(
                ("Reply-To", e.reply_to or e.sender_address),
                ("Subject", encoded_words(subject, len("Subject: "))),
            ),
            identity=_headers(
                ("MIME-Version", "1.0"),
                ("Content-Language", self.language),
                ("List-Id", f"{phrase(e.list_name, len('List-Id: '))} <{e.list_id}>"),
            ),
            bulk=_headers(
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
                ("List-Help", f"<{e.help_url}>"),
                ("List-Owner", f"<mailto:{e.reply_to or e.sender_address}>"),
                ("List-Post", "NO"),
                ("Archived-At", f"<{e.web_url}>"),
                ("Precedence", "bulk"),
                # Not "All": that would also stop the failure reports we need.
                ("X-Auto-Response-Suppress", "OOF, AutoReply, RN, NRN"),
                ("Feedback-ID", e.feedback_id),
            ),
        )

    def _reader_headers(
        self, reader: Reader, name: str, links: Mapping[str, str], boundary: str
    ) -> bytes:
        zone = ZoneInfo(self.envelope.timezone)
        moment = reader.dated_at.replace(microsecond=0).astimezone(zone)
        # Our own domain, never the machine's name; RFC 5322 §3.6.4.
        message_id = f"<d.{name}@{_domain(self.envelope.sender_address)}>"
        return b"".join(
            (
                self._head.sender,
                header("To", reader.address),
                self._head.subject,
                header("Date", format_datetime(moment)),
                header("Message-ID", message_id),
                self._head.identity,
                header("List-Unsubscribe", f"<{links['unsubscribe']}>"),
                self._head.bulk,
                header(
                    "Content-Type", f'multipart/alternative;\r\n boundary="{boundary}"'
                ),
            )
        )


@dataclass(frozen=True)
class _Head:
    """The header fields that are the same for every reader, in four runs."""

    sender: bytes
    subject: bytes
    identity: bytes
    bulk: bytes


def part(message: bytes, kind: str) -> str:
    """Return the decoded `plain` or `html` part of a built message."""
    parsed = message_from_bytes(message, policy=policy.SMTP)
    body = parsed.get_body((kind,))
    return str(body.get_content()) if body is not None else ""


def mailbox(name: str, address: str) -> str:
    """Return `name <address>` with the name as RFC 5322 or 2047 wants it."""
    if not name:
        return address
    shown = phrase(name, len("From: "))
    last_line = shown.rpartition("\r\n")[2]
    fold = "\r\n" if len(last_line) + len(address) > 60 else ""
    return f"{shown}{fold} <{address}>"


def phrase(words: str, used: int) -> str:
    """Return display words: bare atoms, a quoted string, or encoded words."""
    safe = _checked("name", words)
    if not safe.isascii() or len(safe) > 60:
        return encoded_words(safe, used)
    if re.fullmatch(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]+", safe):
        return safe
    quoted = safe.replace("\\", r"\\").replace('"', r"\"")
    return f'"{quoted}"'


def encoded_words(words: str, used: int) -> str:
    """Return unstructured words, folded; RFC 2047 where they are not plain ASCII."""
    safe = _checked("text", words)
    if safe.isascii() and len(safe) + used <= 76 and "=?" not in safe:
        return safe
    folded = Header(safe, "utf-8", maxlinelen=75, header_name="x" * max(used - 2, 1))
    return folded.encode(linesep="\r\n")


def encode(text: str) -> bytes:
    """Quoted-printable encode text that starts and may end in the middle of a line.

    Lines end in CRLF and hold 76 octets at most; no multi-byte character is cut; a
    leading "." and "From " are encoded, so that no line ever needs dot-stuffing.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    last = len(lines) - 1
    return b"\r\n".join(
        _encode_line(line, ends=index < last) for index, line in enumerate(lines)
    )


def _encode_line(line: str, *, ends: bool) -> bytes:
    """Encode one line; `ends` says that a real line end follows it."""
    out: list[bytes] = []
    width = 0
    last = len(line) - 1
    for index, char in enumerate(line):
        # Mail systems trim white space at a line end.
        unit = _unit(char, plain=char in " \t" and not (ends and index == last))
        if width == 0 or width + len(unit) > _LONGEST_LINE:
            out.extend([_SOFT_BREAK] if width else [])
            width = 0
            unit = _first_unit(line, index, unit)
        out.append(unit)
        width += len(unit)
    return b"".join(out)


def _unit(char: str, *, plain: bool) -> bytes:
    if plain or ord(char) in _PLAIN:
        return char.encode()
    return _escaped(char)


def _first_unit(line: str, index: int, unit: bytes) -> bytes:
    """Return what may begin a line: no lone dot, no mailbox separator."""
    if line[index] == "." or line.startswith("From ", index):
        return _escaped(line[index])
    return unit


def _escaped(char: str) -> bytes:
    return b"".join(b"=%02X" % byte for byte in char.encode())


def _join(
    pieces: tuple[Piece, ...], values: Mapping[str, str], *, plain: bool
) -> bytes:
    out: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, bytes):
            out.append(piece)
        else:
            value = _checked(piece.name, values[piece.name])
            words = value if plain else escape(value)
            out.extend((_SOFT_BREAK, encode(words), _SOFT_BREAK))
    return b"".join(out)


def part_head(kind: str) -> bytes:
    """Return the header of a `plain` or `html` part, up to its first line."""
    return (
        f"Content-Type: text/{kind}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode()


def _headers(*fields: tuple[str, str]) -> bytes:
    return b"".join(header(name, value) for name, value in fields)


def header(name: str, value: str) -> bytes:
    """Return one field; raises UnsafeValue for what is not one line of ASCII."""
    # Folds are ours; anything else that could end the line is an attack.
    _checked(name, value.replace("\r\n ", " "))
    if not value.isascii():
        # RFC 6532 headers need SMTPUTF8 all the way, which nobody can promise.
        raise UnsafeValue(f"The {name} cannot be written in ASCII.")
    return f"{name}: {value}\r\n".encode("ascii")


def _checked(name: str, value: str) -> str:
    if _UNSAFE.search(value):
        raise UnsafeValue(f"The {name} holds a line break or control character.")
    return value


def _domain(address: str) -> str:
    return address.rpartition("@")[2]
