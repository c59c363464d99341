"""Ask another detector whether words report a failure: the only door to flufl.bounce.

It is Mailman's, and knows formats that few systems still have. It tells who failed,
which identifies nobody here, and not why: what it finds is soft.
"""

import logging
import re
from email.message import Message

from flufl import bounce

from newsletter.bounces.report import Kind

# It would tell, for every message, each of its detectors that it runs.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)

_LINES = 120
_WIDEST = 160
_WORD = re.compile(r"[^\s@]{64,}")
_SENDER = re.compile(r"[^A-Za-z0-9_.@-]")


def ask(sender: str, subject: str, text: str) -> Kind | None:
    """Return what kind of report a text is, None if flufl.bounce sees no report.

    Long lines and words are cut: its patterns take the square of their length.
    """
    message = Message()
    message["From"] = _SENDER.sub("", sender)[:100] or "MAILER-DAEMON"
    message["Subject"] = subject.encode("ascii", "replace").decode()[:200]
    lines = text[: _LINES * _WIDEST].encode("ascii", "replace").decode().splitlines()
    short = [
        _WORD.sub("…", line)[:_WIDEST].encode("ascii", "replace")
        for line in lines[:_LINES]
    ]
    message.set_payload(b"\n".join(short).decode())
    try:
        temporary, permanent = bounce.all_failures(message)
    except (AttributeError, LookupError, TypeError, ValueError):  # pragma: no cover
        return None  # none is known, but its detectors trust what they read
    if permanent:
        return Kind.BOUNCE
    return Kind.DELAY if temporary else None
