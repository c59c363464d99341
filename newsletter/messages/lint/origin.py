"""Rules of the frame and of who writes to whom: RFC 5322, H1 to H7."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime

from newsletter.messages.lint.anatomy import Anatomy
from newsletter.messages.lint.rules import rule

_LONGEST = 998  # octets of a line without its end, RFC 5322 §2.1.1
_ONCE = ("Date", "From", "Message-ID", "Subject", "To", "MIME-Version")
_AT_MOST_ONCE = ("Sender", "Reply-To", "Content-Type", "Content-Language")
_DATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} "
    r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    r"\d{2}:\d{2}:\d{2} ([+-]\d{4})"
)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_MESSAGE_ID = re.compile(rf"<({_ATOM}(?:\.{_ATOM})*)@([A-Za-z0-9.-]+)>")
_MAILBOX = re.compile(r"(?:(.*) <)?([^<>@\s,;]+@[^<>@\s,;]+?)>?", re.DOTALL)
_NOBODY = re.compile(r"(no|do-?not|ne-?pas|niet|nicht)-?reply", re.IGNORECASE)
# Their owners refuse mail in their name from anybody else (DMARC).
_FREE = frozenset(
    {
        *("gmail.com", "googlemail.com", "yahoo.com", "yahoo.fr", "hotmail.com"),
        *("hotmail.fr", "hotmail.be", "outlook.com", "outlook.be", "live.be"),
        *("live.com", "icloud.com", "me.com", "skynet.be", "telenet.be", "gmx.de"),
        *("gmx.net", "web.de", "t-online.de", "orange.fr", "proton.me", "aol.com"),
    }
)


@rule("H1")
def lines(message: Anatomy) -> Iterator[str]:
    """RFC 5322 §2.1.1; a bare CR or LF is how mail is smuggled."""
    bare = message.raw.replace(b"\r\n", b"")
    if b"\n" in bare or b"\r" in bare:
        yield "a line ends in something else than CRLF"
    if b"\x00" in message.raw:
        yield "it holds a NUL"
    if max(map(len, message.raw.split(b"\r\n"))) > _LONGEST:
        yield f"a line is longer than {_LONGEST} octets"


@rule("H2")
def once_each(message: Anatomy) -> Iterator[str]:
    """RFC 5322 §3.6."""
    counts = Counter(field.name.lower() for field in message.fields)
    for name in _ONCE:
        if counts[name.lower()] != 1:
            yield f"{name} stands {counts[name.lower()]} times"
    for name in _AT_MOST_ONCE:
        if counts[name.lower()] > 1:
            yield f"{name} stands {counts[name.lower()]} times"


@rule("H3")
def date(message: Anatomy) -> Iterator[str]:
    """RFC 5322 §3.3: English whatever the locale, with a zone that is one."""
    value = message.get("Date")
    found = _DATE.fullmatch(value)
    if found is None or found[3] == "-0000":
        yield "Date is not in the form of RFC 5322"
        return
    moment = _moment(value)
    if moment is None or _DAYS[moment.weekday()] != found[1]:
        yield "Date names a day that is another"


@rule("H4")
def message_id(message: Anatomy) -> Iterator[str]:
    """RFC 5322 §3.6.4: in our own domain, and nothing about the reader."""
    found = _MESSAGE_ID.fullmatch(message.get("Message-ID"))
    if found is None:
        yield "Message-ID is no dot-atom in angle brackets"
        return
    if found[2].lower() != message.domain:
        yield "Message-ID is not in the domain of the sender"
    if len(found[1]) > 64:
        yield "Message-ID is longer than it need be"
    name = message.reader.partition("@")[0]
    if len(name) > 3 and name in found[1].lower():
        yield "Message-ID tells who the reader is"


@rule("H5")
def sender(message: Anatomy) -> Iterator[str]:
    """One mailbox of our own; somebody reads the answers."""
    found = _MAILBOX.fullmatch(message.get("From"))
    if found is None:
        yield "From is not exactly one mailbox"
        return
    if re.search(r"\S@\S+\.\S", found[1] or ""):
        yield "the name in From is an address"
    if message.domain in _FREE:
        yield f"mail in the name of {message.domain} is refused by its owner"
    if "Sender" in {field.name.title() for field in message.fields}:
        yield "Sender stands beside a single From"
    if _NOBODY.match(message.get("Reply-To")):
        yield "nobody reads the answers"


@rule("H6")
def recipient(message: Anatomy) -> Iterator[str]:
    """One reader, and no other can be seen."""
    if not re.fullmatch(r"[^<>@,;:]+@[^<>@\s,;:]+", message.get("To")):
        yield "To is not exactly one address"
    for name in ("Cc", "Bcc", "Resent-To"):
        if message.all(name):
            yield f"{name} names more people"


@rule("H7")
def return_path(message: Anatomy) -> Iterator[str]:
    """RFC 5321 §4.4: it is the last server's to write."""
    if message.all("Return-Path"):
        yield "Return-Path is there already"


def _moment(value: str) -> datetime | None:
    try:
        return parsedate_to_datetime(value)
    except ValueError:
        return None


RULES = (lines, once_each, date, message_id, sender, recipient, return_path)
