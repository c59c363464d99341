"""Header fields of any message, however broken, in bounded time."""

import binascii
import re

_LONGEST = 4_000  # characters of one field
_MOST = 300  # fields
_LINES = 2_000  # of one section; what follows is passed over
_FIELD = re.compile(rb"([!-9;-~]{1,76})[ \t]*:(.*)", re.DOTALL)
_WORD = re.compile(
    r"=\?([\w.+-]{1,40})(?:\*[\w-]{1,20})?\?([bBqQ])\?([^?\s]{0,900})\?="
)
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t]{1,20}(?==\?)")
# Codecs that read mail. The others do more than decode, or take long (punycode).
_CHARSETS = re.compile(
    r"utf-?8|utf-?16(?:le|be)?|us-ascii|ascii|latin-?1|iso-?8859-\d{1,2}|"
    r"windows-\d{3,4}|cp\d{3,4}|koi8-[ru]|gb\d{0,5}k?|big5|shift_jis|iso-2022-jp|"
    r"euc-(?:jp|kr)"
)


class Headers:
    """The fields of one header section, in their order."""

    __slots__ = ("_fields",)

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        """Take name and value of each field, names in lower case."""
        self._fields = fields

    def get(self, name: str) -> str:
        """Return the first value of a field as it stands, "" if there is none."""
        return next((value for key, value in self._fields if key == name), "")

    def all(self, name: str) -> list[str]:
        """Return every value of a field, the outermost first."""
        return [value for key, value in self._fields if key == name]

    def text(self, name: str) -> str:
        """Return the first value with its encoded words read (RFC 2047)."""
        return words(self.get(name))


def split(raw: bytes) -> tuple[Headers, bytes]:
    """Part a message, with LF line ends, into its header fields and its body.

    A line that is no field ends the section, as if the empty line had been lost.
    """
    fields: list[tuple[str, str]] = []
    place = 0
    for _ in range(_LINES):
        if place >= len(raw):
            return Headers(fields), b""
        end = raw.find(b"\n", place)
        end = len(raw) if end < 0 else end
        line = raw[place : min(end, place + _LONGEST)]
        if not line.strip():
            return Headers(fields), raw[end + 1 :]
        if not _take(fields, line):
            return Headers(fields), raw[place:]
        place = end + 1
    return Headers(fields), raw[place:].partition(b"\n\n")[2]


def fields(raw: bytes) -> Headers:
    """Read fields, and leave out the lines between them that are none."""
    found: list[tuple[str, str]] = []
    for line in raw.split(b"\n")[:_LINES]:
        _take(found, line[:_LONGEST])
    return Headers(found)


def _take(fields: list[tuple[str, str]], line: bytes) -> bool:
    """Whether a line belongs to the section, which then has it."""
    if line[:1] in {b" ", b"\t"} and fields:
        name, value = fields[-1]
        if len(value) < _LONGEST:
            fields[-1] = (name, f"{value} {text_of(line.strip())}")
        return True
    found = _FIELD.fullmatch(line)
    if found is None:
        # Mailboxes of Unix begin a message so; some reports quote it, too.
        return not fields and line.startswith((b"From ", b">From "))
    if len(fields) < _MOST:
        fields.append((found[1].decode("ascii").lower(), text_of(found[2].strip())))
    return True


def words(value: str) -> str:
    """Return a value with its encoded words read; what cannot be read stays."""
    return _WORD.sub(_word, _BETWEEN_WORDS.sub(r"\1", value[:_LONGEST]))


def _word(found: re.Match[str]) -> str:
    charset, encoding, encoded = found.groups()
    if encoding in "qQ":
        octets = binascii.a2b_qp(encoded.encode("utf-8", "replace"), header=True)
    else:
        octets = base64(encoded.encode("utf-8", "replace"))
    return text_of(octets, charset)


def base64(encoded: bytes) -> bytes:
    """Return what base64 says, up to where it makes no sense."""
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", encoded.partition(b"=")[0])
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def text_of(octets: bytes, charset: str = "") -> str:
    """Return octets as text: as they say, else as UTF-8, else as Western Europe."""
    name = charset.strip().lower()
    if name and name not in {"us-ascii", "utf-8"} and _CHARSETS.fullmatch(name):
        try:
            return octets.decode(name, "replace")
        except LookupError:
            pass  # a number that no charset has
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace")
