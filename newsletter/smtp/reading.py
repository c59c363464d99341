"""Cut what a relay says into replies (RFC 5321 §4.2), however it arrives."""

from collections.abc import Iterator

# Far beyond the 512 octets of RFC 5321 §4.5.3.1.5, which relays exceed.
_LONGEST_LINE = 4_096
_MOST_LINES = 100

_CODES = {b"%d" % code: code for code in range(200, 600)}


class Unreadable(Exception):
    """What arrived is no reply; nothing after it can be told apart."""


class Reading:
    """The replies of one session, as they become complete."""

    def __init__(self) -> None:
        self._rest = b""  # the beginning of a line
        self._lines: list[bytes] = []  # of a reply whose last line is still to come
        self._code = b""

    @property
    def is_amid(self) -> bool:
        """Whether a reply has begun that is not complete."""
        return bool(self._rest or self._lines)

    def feed(self, data: bytes) -> Iterator[tuple[int, str]]:
        """Yield code and text of every reply that these octets complete.

        Raises Unreadable, once for all.
        """
        if self._rest:
            data = self._rest + data
        *lines, self._rest = data.split(b"\n")
        for line in lines:
            text = self._take(line)
            if text is not None:
                yield _CODES[line[:3]], text.decode("utf-8", "replace")
        if len(self._rest) > _LONGEST_LINE:
            raise Unreadable("a line does not end")

    def _take(self, line: bytes) -> bytes | None:
        """Return the text of the reply that a line ends, if it ends one."""
        code, follows = line[:3], line[3:4]
        if code not in _CODES or follows not in _AFTER or len(line) > _LONGEST_LINE:
            raise Unreadable(f"no reply: {_shown(line)}")
        text = line[4:].rstrip(b"\r")
        if not self._lines and follows != b"-":
            return text
        if self._lines and code != self._code:
            raise Unreadable(f"a reply changes its code: {_shown(line)}")
        self._code = code
        self._lines.append(text)
        if len(self._lines) > _MOST_LINES:
            raise Unreadable("a reply does not end")
        if follows == b"-":
            return None
        lines, self._lines = self._lines, []
        return b"\n".join(lines)


_AFTER = frozenset((b" ", b"-", b"", b"\r"))


def _shown(line: bytes) -> str:
    return line[:200].decode("utf-8", "replace")
