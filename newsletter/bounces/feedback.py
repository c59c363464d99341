"""Reports that are no bounces: complaints, authentication, aggregates, receipts."""

import re

from newsletter.bounces import headers
from newsletter.bounces.headers import Headers
from newsletter.bounces.mime import Part
from newsletter.bounces.report import Kind

_COMPLAINTS = {"abuse", "complaint", "spam"}
_OPT_OUT = {"opt-out", "opt-out-list", "unsubscribe"}
_AUTHENTICATION = {"auth-failure", "dmarc"}
_DMARC_FILE = re.compile(
    r"[\w.-]{1,200}![\w.-]{1,200}!\d{6,}!\d{6,}[^\"]{0,80}\.(?:xml|zip|gz)"
)
_TLS_FILE = re.compile(
    r"[\w.-]{1,200}![\w.-]{1,200}!\d{1,20}![^\"]{1,80}\.json(?:\.gz)?\b"
)
_DMARC_SUBJECT = re.compile(
    r"report domain:.{0,300}(?:submitter|report-id):", re.IGNORECASE
)
# Microsoft’s programme (JMRP) encloses what was complained of, and no report.
_JMRP = re.compile(r"^complaint about message from ", re.IGNORECASE)
_JMRP_FIELDS = ("x-hmxmroriginalrecipient", "x-hmxmroriginalsender")
_REFUSED = re.compile(
    r"reject|refus|abgelehnt|zuruckgewiesen|zur.ckgewiesen|geweigerd|afgewezen",
    re.IGNORECASE,
)

# What Exchange says of a letter that was deleted without having been opened.
_UNREAD = re.compile(
    r"^\s{0,4}(?:not read|unread|non lu|ungelesen|nicht gelesen|niet gelezen)\s?:",
    re.IGNORECASE,
)


def kind(message: Part, parts: list[Part]) -> Kind | None:
    """Return which of these reports a message is, None if it is none of them."""
    return (
        _aggregate(message, parts)
        or _by_type(parts, feedback_type(parts))
        or _jmrp(message, parts)
        or _receipt(message, parts)
    )


def feedback_type(parts: list[Part]) -> str:
    """Return the Feedback-Type of a feedback report, "" if there is none."""
    return fields(parts).get("feedback-type").strip().lower()[:40]


def fields(parts: list[Part]) -> Headers:
    """Return the fields of a feedback report (RFC 5965), none if it is no such."""
    for part in parts:
        if part.type == "message/feedback-report":
            return headers.fields(part.octets())
        if (
            part.type in {"text/plain", "application/octet-stream"}
            and not part.children
        ):
            found = headers.fields(part.octets()[:4_000])
            if found.get("feedback-type") and found.get("user-agent"):
                return found
    return Headers([])


def _by_type(parts: list[Part], name: str) -> Kind | None:
    if name in _COMPLAINTS:
        return Kind.COMPLAINT
    if name in _OPT_OUT:
        return Kind.LEAVING
    if name in _AUTHENTICATION:
        return Kind.AUTHENTICATION
    said = name or any(part.type == "message/feedback-report" for part in parts)
    return Kind.FEEDBACK if said else None


def _aggregate(message: Part, parts: list[Part]) -> Kind | None:
    if message.headers.get("tls-report-domain") or any(
        part.type.startswith("application/tlsrpt") for part in parts
    ):
        return Kind.TLS
    if message.parameters.get("report-type", "").lower() == "tlsrpt":
        return Kind.TLS
    names = [
        part.parameters.get("name", "") + part.headers.get("content-disposition")
        for part in parts
    ]
    if any(map(_TLS_FILE.search, names)):
        return Kind.TLS
    subject = message.headers.text("subject")
    if _DMARC_SUBJECT.search(subject) or any(map(_DMARC_FILE.search, names)):
        return Kind.DMARC
    return None


def _jmrp(message: Part, parts: list[Part]) -> Kind | None:
    inner = [
        part.children[0].headers
        for part in parts
        if part.is_enclosed_message and part.children
    ]
    marked = any(head.get(name) for head in inner for name in _JMRP_FIELDS)
    sent = "@hotmail.com" in message.headers.get("from").lower()
    if inner and (marked or sent) and _JMRP.search(message.headers.text("subject")):
        return Kind.COMPLAINT
    return None


def _receipt(message: Part, parts: list[Part]) -> Kind | None:
    found = next(
        (p for p in parts if p.type.startswith("message/disposition-not")), None
    )
    reported = message.parameters.get("report-type", "").lower()
    if found is None and reported != "disposition-notification":
        return None
    disposition = (
        headers.fields(found.octets()).get("disposition").lower() if found else ""
    )
    subject = message.headers.text("subject")
    by_itself = (
        "automatic-action" in disposition
        and "displayed" not in disposition
        and not _UNREAD.search(subject)
    )
    return Kind.REJECTION if by_itself or _REFUSED.search(subject) else Kind.RECEIPT
