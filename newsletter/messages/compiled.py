"""An edition cut and encoded once; each reader's message is a join of its pieces.

A soft line break stands around every value, so that no line grows with it and the
same row always gives the same bytes. What is constant is encoded once, tokens stand
in lines that were encoded around them, and only words that need it are encoded for
each reader.
"""

import re
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from html import escape
from zoneinfo import ZoneInfo

from newsletter import dkim, i18n
from newsletter.errors import UnsafeValue
from newsletter.messages import names
from newsletter.messages.frozen import Envelope, Reader
from newsletter.messages.headers import (
    checked,
    encoded_words,
    header,
    headers,
    mailbox,
)
from newsletter.messages.quoted import encode
from newsletter.messages.reading import part_head
from newsletter.rendering.markers import Markers
from subscribers.tokens import (
    PLACE,
    SHORT_HANDLE,
    TOKEN,
    KeyRing,
    Namer,
    Purpose,
    Stamp,
)

_SOFT_BREAK = b"=\r\n"
# Addresses that need neither encoding nor escaping, which is nearly all of them.
_SIMPLE = re.compile(r"[A-Za-z0-9_@+-][A-Za-z0-9_@+.-]{0,74}")
_MANY_DAYS = 5_000


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
        self.envelope, self.language = envelope, language
        self._signer = dkim.Signer(
            signing.pick(envelope.dkim),
            domain=self.domain,
            strict=envelope.dkim_strict,
        )
        self._values = _Values(envelope, keys, language)
        self._issue = envelope.issue_handle
        self._returns = _returns(envelope, keys)
        pieces = _Pieces()
        self._write_head(pieces, subject)
        self._begins = len(pieces.constants)  # of the body
        self._write_body(pieces, html=html, text=text)
        self._constants, self._places = pieces.constants, pieces.places

    @property
    def domain(self) -> str:
        """The domain that signs, and that Message-IDs end in."""
        return self.envelope.sender_address.rpartition("@")[2]

    def sender(self, reader: Reader) -> str:
        """Return the envelope sender: where failure reports about a reader go."""
        if not self._returns:
            return self.envelope.sender_address
        before, token, after = self._returns
        return f"{before}{token(reader.handle + self._issue).decode()}{after}"

    def name(self, reader: Reader) -> str:
        """Return what a message is known by, in its Message-ID and its boundary."""
        return self._values.name(reader).decode()

    def build(self, reader: Reader) -> bytes:
        """Return the whole message; the same reader always gives the same bytes.

        Raises UnsafeValue for a value that would break out of its line. An address
        beyond ASCII stands in UTF-8, which only SMTPUTF8 may carry (RFC 6532).
        """
        return b"".join(self.pieces(reader))

    def pieces(self, reader: Reader) -> list[bytes]:
        """Return the message in pieces, to be joined where it is written: once."""
        pieces = self._constants.copy()
        values = self._values.of(reader)
        for place, which in self._places:
            pieces[place] = values[which]
        if not self._signer.signs:
            return pieces
        head = b"".join(pieces[: self._begins])
        body = b"".join(pieces[self._begins + 1 :])  # past the empty line between
        signatures = self._signer.sign(head, body, at=reader.dated_at)
        return [signatures, head, b"\r\n", body]

    def _write_head(self, pieces: "_Pieces", subject: str) -> None:
        e, values = self.envelope, self._values
        owner = e.reply_to or e.sender_address
        list_id = mailbox(e.list_name, e.list_id, field="List-Id")
        pieces.add(header("From", mailbox(e.sender_name, e.sender_address)))
        pieces.put(values.TO)
        pieces.add(
            headers(
                ("Reply-To", owner),
                ("Subject", encoded_words(subject, len("Subject: "))),
            )
        )
        pieces.put(values.DATE)
        pieces.add(b"Message-ID: <d.")
        pieces.put(values.NAME)
        pieces.add(
            f"@{self.domain}>\r\n".encode("ascii")
            + headers(
                ("MIME-Version", "1.0"),
                ("Content-Language", self.language),
                ("List-Id", list_id),
            )
        )
        self._write_list_head(pieces, owner)

    def _write_list_head(self, pieces: "_Pieces", owner: str) -> None:
        e, values = self.envelope, self._values
        pieces.add(b"List-Unsubscribe: <" + values.link("u").encode("ascii"))
        pieces.put(values.UNSUBSCRIBE)
        before, place, after = e.unsubscribe_address.partition(PLACE)
        if place:
            pieces.add(b">,\r\n <mailto:" + before.encode("ascii"))
            pieces.put(values.UNSUBSCRIBE)
        pieces.add(
            after.encode("ascii")
            + b">\r\n"
            + headers(
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
                ("List-Help", f"<{e.help_url}>"),
                ("List-Owner", f"<mailto:{owner}>"),
                ("List-Post", "NO"),
                *_archived_at(e.web_url),
                ("Precedence", "bulk"),
                # Not "All": that would also stop the failure reports we need.
                ("X-Auto-Response-Suppress", "OOF, AutoReply, RN, NRN"),
                ("Feedback-ID", e.feedback_id),
            )
            + b'Content-Type: multipart/alternative;\r\n boundary="=_'
        )
        pieces.put(values.NAME)
        pieces.add(b'"\r\n')

    def _write_body(self, pieces: "_Pieces", *, html: str, text: str) -> None:
        pieces.add(b"\r\n")
        for before, kind, part in (("", "plain", text), ("\r\n", "html", html)):
            pieces.add(f"{before}--=_".encode())
            pieces.put(self._values.NAME)
            pieces.add(b"\r\n" + part_head(kind))
            self._cut(pieces, part, escaped=kind == "html")
        pieces.add(b"\r\n--=_")
        pieces.put(self._values.NAME)
        pieces.add(b"--\r\n")

    def _cut(self, pieces: "_Pieces", part: str, *, escaped: bool) -> None:
        markers = Markers(self.envelope.nonce)
        places = self._values.places(markers, escaped=escaped)
        pattern = "|".join(map(re.escape, places))
        for chunk in re.split(f"({pattern})", part):
            if chunk in places:
                pieces.extend([_SOFT_BREAK, *places[chunk], _SOFT_BREAK])
            elif chunk:
                pieces.add(encode(chunk))


def _returns(envelope: Envelope, keys: KeyRing) -> tuple[str, Stamp, str] | None:
    """Return what a return path is made of; None where all share the sender's."""
    before, place, after = envelope.bounce_address.partition(PLACE)
    if not place:
        return None
    return before, Stamp(keys.key(envelope.key_id), Purpose.BOUNCE), after


class _Pieces:
    """A message as constants, and the places between them where values go."""

    def __init__(self) -> None:
        self.constants: list[bytes] = []
        self.places: list[tuple[int, int]] = []

    def add(self, constant: bytes) -> None:
        self.constants.append(constant)

    def put(self, which: int) -> None:
        self.places.append((len(self.constants), which))
        self.constants.append(b"")

    def extend(self, pieces: "Place") -> None:
        for piece in pieces:
            if isinstance(piece, int):
                self.put(piece)
            else:
                self.add(piece)


Place = list[bytes | int]  # what stands for a marker: constants, and which values


class _Values:
    """What differs per reader, by number, ready to stand where its number does."""

    TO, DATE, NAME, UNSUBSCRIBE, PREFERENCES, READ, ADDRESS, SINCE = range(8)
    _HTML = 8  # the address and the day once more, escaped
    _MORE = 10  # halves of tokens that a soft line break falls into, and whole links

    def __init__(self, envelope: Envelope, keys: KeyRing, language: str) -> None:
        self._envelope, self._language = envelope, language
        key = keys.key(envelope.key_id)
        self._unsubscribe = Stamp(key, Purpose.UNSUBSCRIBE)
        self._preferences = Stamp(key, Purpose.PREFERENCES)
        self._read = Stamp(key, Purpose.READ)
        self._namer = Namer(key, names.PURPOSE)
        self._zone = ZoneInfo(envelope.timezone)
        self._days: dict[str, tuple[bytes, bytes]] = {}
        self._dated: tuple[datetime | None, bytes] = (None, b"")
        self._more: list[Callable[[list[bytes]], bytes]] = []

    def of(self, reader: Reader) -> list[bytes]:
        """Return every value; the places say which of them are needed."""
        handle = reader.handle
        to, address, escaped = _addressed(reader.address)
        day, day_escaped = self._since(reader.since_on)
        values = [
            to,
            self._date(reader.dated_at),
            self.name(reader),
            self._unsubscribe(handle),
            self._preferences(handle),
            self._read(handle + self._envelope.issue_handle),
            address,
            day,
            escaped,
            day_escaped,
        ]
        for make in self._more:
            values.append(make(values))
        return values

    def name(self, reader: Reader) -> bytes:
        """Return the name of a reader's message."""
        issue = self._envelope.issue_handle
        return self._namer(names.subject(issue, reader.handle, reader.delivery_id))

    def link(self, page: str) -> str:
        """Return the address of a reader's page, up to its token."""
        return f"{self._envelope.base_url}/{page}/"

    def places(self, markers: Markers, *, escaped: bool) -> dict[str, Place]:
        """Return where each marker's value comes from, and what stands around it."""
        shift = self._HTML - self.ADDRESS if escaped else 0
        found: dict[str, Place] = {
            markers.address: [self.ADDRESS + shift],
            markers.since: [self.SINCE + shift],
        }
        links = [
            (markers.unsubscribe, "u", self.UNSUBSCRIBE, ""),
            (markers.preferences, "p", self.PREFERENCES, ""),
        ]
        links += [
            (markers.read_in(tag), "l", self.READ, f"/{tag}")
            for tag in self._envelope.languages
        ]
        for marker, page, which, after in links:
            found[marker] = self._placed(self.link(page), which, after, html=escaped)
        return found

    def _placed(self, before: str, which: int, after: str, *, html: bool) -> Place:
        """Return a link encoded around its token, whose length is known.

        Only a link that has something to encode or to escape besides is encoded for
        each reader.
        """
        length = TOKEN + SHORT_HANDLE if which == self.READ else TOKEN
        link = f"{before}{'a' * length}{after}"
        encoded = encode(link)
        if escape(link) != link or encoded.replace(_SOFT_BREAK, b"") != link.encode():
            return [self._add(_whole(before, which, after, html=html))]
        begins, ends = (
            _offset(encoded, at) for at in (len(before), len(before) + length)
        )
        token = encoded[begins:ends]
        half, broken, _ = token.partition(_SOFT_BREAK)
        if not broken:
            return [encoded[:begins], which, encoded[ends:]]
        return [
            encoded[:begins],
            self._add(lambda values: values[which][: len(half)]),
            _SOFT_BREAK,
            self._add(lambda values: values[which][len(half) :]),
            encoded[ends:],
        ]

    def _add(self, make: Callable[[list[bytes]], bytes]) -> int:
        """Add a value made of others; return which one it is."""
        self._more.append(make)
        return self._MORE + len(self._more) - 1

    def _date(self, moment: datetime) -> bytes:
        # A window has one moment, so this is nearly always the last one.
        known, field = self._dated
        if moment != known:
            local = moment.replace(microsecond=0).astimezone(self._zone)
            field = header("Date", format_datetime(local))
            self._dated = (moment, field)
        return field

    def _since(self, since_on: str) -> tuple[bytes, bytes]:
        if since_on not in self._days:
            if len(self._days) >= _MANY_DAYS:
                self._days.clear()
            day = datetime.fromisoformat(since_on).date()
            # The language of the sentence around it, where ours has no catalogue.
            spoken = i18n.translator(self._language).speaks
            same = i18n.is_same_language(spoken, self._language)
            words = i18n.day(day, self._language if same else spoken)
            self._days[since_on] = (encode(words), encode(escape(words)))
        return self._days[since_on]


def _archived_at(url: str) -> list[tuple[str, str]]:
    """Return where everybody can read the letter (RFC 5064), if anywhere."""
    return [("Archived-At", f"<{url}>")] if url else []


def _whole(
    before: str, which: int, after: str, *, html: bool
) -> Callable[[list[bytes]], bytes]:
    """Return what encodes a whole link around the token of each reader."""

    def make(values: list[bytes]) -> bytes:
        link = f"{before}{values[which].decode()}{after}"
        return encode(escape(link) if html else link)

    return make


def _offset(encoded: bytes, at: int) -> int:
    """Return where the octet `at` of a line stands once soft breaks are in it."""
    seen = 0
    for line in encoded.split(_SOFT_BREAK):
        if at < len(line):
            return seen + at
        at -= len(line)
        seen += len(line) + len(_SOFT_BREAK)
    return len(encoded)


def _addressed(address: str) -> tuple[bytes, bytes, bytes]:
    """Return the To field, and the address as the text and the HTML part say it."""
    if _SIMPLE.fullmatch(address):
        words = address.encode("ascii")
        return b"To: " + words + b"\r\n", words, words
    words = encode(checked("address", address))
    try:
        field = header("To", address)
    except UnsafeValue:
        if address.isascii():
            raise
        field = f"To: {address}\r\n".encode()
    return field, words, encode(escape(address))
