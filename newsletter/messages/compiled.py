"""An edition cut and encoded once; each reader's message is a join of its pieces.

A soft line break stands around every value, so that no line grows with it and the
same row always gives the same bytes. What is constant is encoded once, tokens stand
in lines that were encoded around them, and only words that need it are encoded for
each reader.
"""

import re
from collections.abc import Sequence
from operator import itemgetter

from newsletter import dkim
from newsletter.messages.frozen import Envelope, Reader
from newsletter.messages.headers import encoded_words, header, headers, mailbox
from newsletter.messages.quoted import SOFT_BREAK, encode
from newsletter.messages.reading import part_head
from newsletter.messages.values import Place, Values
from newsletter.rendering.markers import Markers
from subscribers.tokens import PLACE, KeyRing, Purpose, Stamp


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
        self._values = Values(envelope, keys, language)
        self._issue = envelope.issue_handle
        self._returns = _returns(envelope, keys)
        pieces = _Pieces()
        self._write_head(pieces, subject)
        self._begins = len(pieces.constants)  # of the body
        pieces.divide(b"\r\n")
        self._write_body(pieces, html=html, text=text)
        self._constants, self._places = pieces.constants, pieces.places
        fixed = Values.LENGTHS
        self._fixed = sum(map(len, self._constants)) + sum(
            fixed.get(which, 0) for _, which in self._places
        )
        self._varying = itemgetter(
            *(place for place, which in self._places if which not in fixed)
        )

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

    def size(self, pieces: Sequence[bytes]) -> int:
        """Return how many octets these pieces have together, without adding up all."""
        if self._signer.signs:
            return sum(map(len, pieces))
        return self._fixed + sum(map(len, self._varying(pieces)))

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
                pieces.extend([SOFT_BREAK, *places[chunk], SOFT_BREAK])
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

        self._grows = False  # whether the last piece is a constant that may go on

    def add(self, constant: bytes) -> None:
        if self._grows:
            self.constants[-1] += constant
        else:
            self.constants.append(constant)
        self._grows = True

    def put(self, which: int) -> None:
        self.places.append((len(self.constants), which))
        self.constants.append(b"")
        self._grows = False

    def divide(self, constant: bytes) -> None:
        """Add a constant that neither what is before nor what is after joins."""
        self.constants.append(constant)
        self._grows = False

    def extend(self, pieces: Place) -> None:
        for piece in pieces:
            if isinstance(piece, int):
                self.put(piece)
            else:
                self.add(piece)


def _archived_at(url: str) -> list[tuple[str, str]]:
    """Return where everybody can read the letter (RFC 5064), if anywhere."""
    return [("Archived-At", f"<{url}>")] if url else []
