"""What differs per reader in a message, encoded and ready to stand in its place."""

import re
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import ClassVar
from zoneinfo import ZoneInfo

from newsletter import i18n, names
from newsletter.errors import UnsafeValue
from newsletter.messages.frozen import Envelope, Reader
from newsletter.messages.headers import checked, header
from newsletter.messages.quoted import SOFT_BREAK, encode
from newsletter.rendering.markers import Markers
from subscribers import tokens

# Addresses that need neither encoding nor escaping, which is nearly all of them.
_SIMPLE = re.compile(r"[A-Za-z0-9_@+-][A-Za-z0-9_@+.-]{0,74}")
_MANY_DAYS = 5_000

Place = list[bytes | int]  # what stands for a marker: constants, and which values


class Values:
    """What differs per reader, by number, ready to stand where its number does."""

    TO, DATE, NAME, UNSUBSCRIBE, PREFERENCES, READ, ADDRESS, SINCE = range(8)
    # Of those that are as long for everybody.
    LENGTHS: ClassVar[dict[int, int]] = {
        NAME: tokens.NAME,
        UNSUBSCRIBE: tokens.TOKEN,
        PREFERENCES: tokens.TOKEN,
        READ: tokens.TOKEN + tokens.SHORT_HANDLE,
    }
    _HTML = 8  # the address and the day once more, escaped
    _MORE = 10  # halves of tokens that a soft line break falls into, and whole links

    def __init__(self, envelope: Envelope, keys: tokens.KeyRing, language: str) -> None:
        self._envelope, self._language = envelope, language
        self._issue = envelope.issue_handle.encode("ascii")
        key = keys.key(envelope.key_id)
        self._unsubscribe = tokens.Stamp(key, tokens.Purpose.UNSUBSCRIBE)
        self._preferences = tokens.Stamp(key, tokens.Purpose.PREFERENCES)
        self._read = tokens.Stamp(key, tokens.Purpose.READ)
        self._namer = tokens.Namer(key, names.PURPOSE)
        self._zone = ZoneInfo(envelope.timezone)
        self._days: dict[str, tuple[bytes, bytes]] = {}
        self._dated: tuple[datetime | None, bytes] = (None, b"")
        self._more: list[Callable[[list[bytes]], bytes]] = []

    def of(self, reader: Reader) -> list[bytes]:
        """Return every value; the places say which of them are needed."""
        number, mailbox, handle, since_on, dated_at = reader
        to, address, escaped = _addressed(mailbox)
        day, day_escaped = self._since(since_on)
        one = handle.encode("ascii")
        both = one + self._issue
        # Letters of all are made together, which takes no longer than those of one.
        said = tokens.letters(
            (
                self._unsubscribe.mac(one),
                self._preferences.mac(one),
                self._read.mac(both),
                *self._namer.blocks(self._issue + one + b"%d" % number),
            )
        )
        mark = self._unsubscribe.mark
        values = [
            to,
            self._date(dated_at),
            said[48 : 48 + tokens.NAME],
            mark + one + said[:16],
            mark + one + said[16:32],
            mark + both + said[32:48],
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
        length = (
            tokens.TOKEN + tokens.SHORT_HANDLE if which == self.READ else tokens.TOKEN
        )
        link = f"{before}{'a' * length}{after}"
        encoded = encode(link)
        if escape(link) != link or encoded.replace(SOFT_BREAK, b"") != link.encode():
            return [self._add(_whole(before, which, after, html=html))]
        begins, ends = (
            _offset(encoded, at) for at in (len(before), len(before) + length)
        )
        token = encoded[begins:ends]
        half, broken, _ = token.partition(SOFT_BREAK)
        if not broken:
            return [encoded[:begins], which, encoded[ends:]]
        return [
            encoded[:begins],
            self._add(lambda values: values[which][: len(half)]),
            SOFT_BREAK,
            self._add(lambda values: values[which][len(half) :]),
            encoded[ends:],
        ]

    def _add(self, make: Callable[[list[bytes]], bytes]) -> int:
        """Add a value made of others; return which one it is."""
        self._more.append(make)
        return self._MORE + len(self._more) - 1

    def _date(self, moment: datetime) -> bytes:
        # This is nearly always the same second as the last one.
        moment = moment.replace(microsecond=0)
        known, field = self._dated
        if moment != known:
            field = header("Date", format_datetime(moment.astimezone(self._zone)))
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
    for line in encoded.split(SOFT_BREAK):
        if at < len(line):
            return seen + at
        at -= len(line)
        seen += len(line) + len(SOFT_BREAK)
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
