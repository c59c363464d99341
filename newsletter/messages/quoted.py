"""Quoted-printable text in pieces: each may start and end in the middle of a line."""

SOFT_BREAK = b"=\r\n"
_LONGEST_LINE = 75  # octets before the "=" of a soft break, RFC 2045 §6.7
# Kept as they are in quoted-printable text; "=" never.
_PLAIN = frozenset(range(33, 127)) - {ord("=")}


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
            out.extend([SOFT_BREAK] if width else [])
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
