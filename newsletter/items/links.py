"""Links a reader may be given: safe schemes, whole addresses, no tracking."""

import hashlib
import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

SCHEMES = frozenset({"http", "https", "mailto"})
MAX_URL = 2000

_TRACKING = re.compile(
    r"(utm_|mc_|fbclid$|gclid$|dclid$|msclkid$|yclid$|igshid$|_hsenc$|_hsmi$"
    r"|mkt_tok$|oly_(anon|enc)_id$|vero_id$|pk_|mtm_)",
    re.IGNORECASE,
)
# Browsers drop these inside an address, so "java\tscript:" would run.
_IGNORED = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff]")


def safe(url: str, *, base: str = "") -> str:
    """Return `url` made absolute against `base`, or "" when it is not for readers.

    Only http, https and mailto pass, and a web address needs a host. Parameters
    that follow people from a newsletter to a site are removed.
    """
    whole = _absolute(_IGNORED.sub("", url), base)
    parts = urlsplit(whole)
    scheme = parts.scheme.lower()
    if scheme == "mailto" and parts.path:
        return whole
    if scheme not in {"http", "https"} or not parts.hostname or parts.username:
        return ""
    return urlunsplit(parts._replace(query=_without_tracking(parts.query)))


def _absolute(url: str, base: str) -> str:
    """Return the whole address, or "" when there is none or it cannot be read."""
    if not url or not readable(url) or not readable(base):
        return ""
    whole = urljoin(base, url) if base else url
    return whole if len(whole) <= MAX_URL and readable(whole) else ""


def bare(url: str) -> str:
    """Return what all spellings of a web address share, "" for what is none.

    Scheme, www, the last slash and what only tells who sent somebody are gone.
    """
    whole = safe(url)
    parts = urlsplit(whole)
    if parts.scheme.lower() not in {"http", "https"}:
        return ""
    host = (parts.hostname or "").removeprefix("www.")
    port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    path = parts.path.rstrip("/")
    return f"{host}{port}{path}" + (f"?{parts.query}" if parts.query else "")


def fingerprint(url: str) -> str:
    """Return what is looked up to find a page again however its address is written."""
    plain = bare(url)
    return hashlib.sha256(plain.encode()).hexdigest() if plain else ""


def host_of(url: str) -> str:
    """Return the site an address is of, as people name it: without www."""
    return (urlsplit(url).hostname or "").removeprefix("www.") if readable(url) else ""


def readable(url: str) -> bool:
    """Say whether an address can be taken apart: a broken IPv6 host cannot."""
    try:
        parts = urlsplit(url)
        _ = parts.hostname, parts.port
    except ValueError:
        return False
    return True


def _without_tracking(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not _TRACKING.match(name)]
    # Untouched queries keep their own spelling: some sites sign it.
    return query if len(kept) == len(pairs) else urlencode(kept)
