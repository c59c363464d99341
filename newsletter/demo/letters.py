"""A message as its reader sees it: the inbox line, the two parts, the links."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

from newsletter.smtp import mailbox
from newsletter.smtp.mailbox import ReceivedMail

_ID = re.compile(r"[0-9a-f]{32}")
_PREHEADER = re.compile(
    r'<div[^>]*style="[^"]*display:\s*none[^"]*"[^>]*>(.*?)</div>', re.S
)
# What keeps the body out of the inbox line: joiners and spaces of no width.
_PADDING = re.compile("[\u034f\u200b-\u200d\u00ad\u00a0\ufeff\\s]+")
_OUTWARD = re.compile(r'<a\b(?=[^>]*\shref="https?:)', re.I)


@dataclass(frozen=True)
class Letter:
    """One received message, taken apart."""

    id: str
    received_at: datetime
    sender: str  # the name the inbox shows
    address: str  # of the reader
    subject: str
    preheader: str
    language: str
    html: str
    text: str
    headers: str
    source: bytes
    unsubscribe: str
    preferences: str
    read_in: tuple[tuple[str, str], ...]  # language, link


def newest(directory: Path, address: str) -> Letter | None:
    """Return the last letter an address received."""
    mails = mailbox.received(directory, address)
    return read(mails[-1]) if mails else None


def find(directory: Path, name: str) -> Letter | None:
    """Return the letter with this id; any other text names none."""
    if not _ID.fullmatch(name):
        return None
    mails = (mail for mail in mailbox.received(directory) if mail.id == name)
    return next(map(read, mails), None)


def read(mail: ReceivedMail) -> Letter:
    """Take a message of ours apart."""
    message = message_from_bytes(mail.raw, policy=policy.default)
    head, _, _ = mail.raw.partition(b"\r\n\r\n")
    html, text = _part(message, "html"), _part(message, "plain")
    language = str(message["Content-Language"] or "")
    return Letter(
        id=mail.id,
        received_at=mail.received_at,
        sender=parseaddr(str(message["From"]))[0],
        address=mail.address,
        subject=str(message["Subject"]),
        preheader=_preheader(html),
        language=language,
        html=html,
        text=text,
        headers=head.decode("ascii", "replace").replace("\r\n", "\n"),
        source=mail.raw,
        unsubscribe=str(message["List-Unsubscribe"] or "").strip("<> "),
        preferences=_first(text, "p"),
        read_in=_languages(html),
    )


def in_new_tabs(html: str) -> str:
    """Return the letter for a frame: a link to a page opens beside it, not inside."""
    return _OUTWARD.sub('<a target="_blank" rel="noopener" ', html)


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return part.get_content().replace("\r\n", "\n") if part else ""


def _preheader(html: str) -> str:
    found = _PREHEADER.search(html)
    words = re.sub(r"<[^>]+>", "", found[1]) if found else ""
    return _PADDING.sub(" ", unescape(words)).strip()


def _first(text: str, page: str) -> str:
    found = re.search(rf"https?://[^\s<>]+/{page}/[a-z2-7]+", text)
    return found[0] if found else ""


def _languages(html: str) -> tuple[tuple[str, str], ...]:
    links = re.findall(r'href="(https?://[^"]+/l/[a-z2-7]+/[A-Za-z0-9-]+)"', html)
    return tuple(
        (urlsplit(link).path.rpartition("/")[2], link) for link in dict.fromkeys(links)
    )
