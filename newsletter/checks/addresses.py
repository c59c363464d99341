"""What can be told from an address without asking for it (pure)."""

import re
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, urlsplit

from newsletter.config import Network, is_loopback

_UNESCAPED = re.compile(r"[\s<>\"{}|\\^`]|&amp;|%(?![0-9A-Fa-f]{2})")
_MAIL = re.compile(r"[^@\s,;?]+@[^@\s,;?]+\.[^@\s,;?]+")
# Names that only our own machines answer to (RFC 2606, 6761, 6762, 8375).
_PRIVATE_ENDS = (
    *(".local", ".localhost", ".test", ".invalid", ".internal", ".lan", ".home.arpa"),
    *(".intranet", ".corp", ".localdomain"),
)
_STAGES = frozenset(
    {
        *("staging", "stage", "stg", "preprod", "pre-prod", "preproduction", "acc"),
        *("acceptance", "acceptatie", "uat", "dev", "develop", "test", "testing"),
        *("sandbox", "recette", "demo-staging", "beta-staging"),
    }
)
_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "ac", "gov", "edu", "gouv"})
_STAGED = re.compile(r"(?:^|-)(?:staging|preprod|uat)(?:-|$)")
_TUNNELS = (".ngrok.io", ".ngrok-free.app", ".ngrok.app", ".trycloudflare.com")
_DRAFT_PARAMETERS = frozenset({"preview", "preview_id", "preview_nonce"})
_DRAFT_PATHS = ("/wp-admin/", "/wp-login.php", "/node/add")
# Domains whose addresses hide where they lead.
_SHORTENERS = frozenset(
    {
        *("bit.ly", "tinyurl.com", "t.co", "goo.gl", "ow.ly", "buff.ly", "is.gd"),
        *("tiny.cc", "rb.gy", "cutt.ly", "shorturl.at", "lnkd.in", "rebrand.ly"),
        *("t.ly", "dlvr.it", "ift.tt", "fb.me", "wp.me", "amzn.to", "adf.ly"),
        *("bl.ink", "urlz.fr", "u.nu", "v.gd", "s.id", "shorturl.com", "bitly.com"),
    }
)
_TRACKERS = re.compile(
    r"(?:utm_|mc_|pk_|mtm_|_hs|oly_|at_(?:campaign|medium)$|hsa_)"
    r"|(?:fb|g|d|ms|y|tw|tt)clid$|(?:g|w)braid$|igshid$|igsh$|mkt_tok$|vero_id$|xtor$"
    r"|wickedid$|trk$|sc_campaign$|ref_src$",
    re.IGNORECASE,
)
# Addresses that a mail program or another newsletter wrapped around the real one.
_WRAPPERS = (
    *(".safelinks.protection.outlook.com", ".list-manage.com", "urldefense.com"),
    *(".urldefense.com", "urldefense.proofpoint.com", ".sendibt2.com", ".sendibm1.com"),
    *("l.facebook.com", "lm.facebook.com", ".mjt.lu", ".sendgrid.net"),
)


def split(url: str) -> SplitResult | None:
    """Return the parts of an address, None where it has none."""
    try:
        parts = urlsplit(url.strip())
        _ = parts.port, parts.hostname
    except ValueError:
        return None
    return parts


def fault(url: str) -> str:
    """Name what is wrong with an address as such: "relative", "unescaped", or ""."""
    parts = split(url)
    if parts is None:
        return "unescaped"
    if parts.scheme in {"mailto", "tel"}:
        return "" if parts.scheme == "tel" or _MAIL.match(parts.path) else "unescaped"
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not _is_host(host):
        return "relative"
    return "unescaped" if _UNESCAPED.search(url.strip()) or ".." in host else ""


def is_ours(url: str, base_url: str) -> bool:
    """Whether an address is one of our own pages, or of this machine when we are.

    An installation on a loopback address is being tried out: everything on it is.
    """
    parts, ours = split(url), urlsplit(base_url)
    if parts is None:
        return False
    if (parts.scheme, parts.netloc.lower()) == (ours.scheme, ours.netloc.lower()):
        return True
    host = parts.hostname or ""
    return is_loopback(ours.hostname or "") and is_loopback(host)


def is_staging(url: str, *, allow: Sequence[Network]) -> bool:
    """Whether only our own people can open an address: a test site, a draft."""
    parts = split(url)
    if parts is None or not parts.hostname:
        return False
    host = parts.hostname.lower()
    if _is_numeric(host):
        return _is_private(host, allow)
    labels = host.split(".")
    # Not the registered domain itself: test.be and acc.co.uk may be anybody's.
    registered = 3 if labels[-2:-1] and labels[-2] in _SECOND_LEVEL else 2
    below = labels[:-registered]
    return (
        is_loopback(host)
        or host.endswith((*_PRIVATE_ENDS, *_TUNNELS))
        or any(label in _STAGES or _STAGED.search(label) for label in below)
        or any(path in parts.path for path in _DRAFT_PATHS)
        or bool(_DRAFT_PARAMETERS & {name for name, _ in parse_qsl(parts.query)})
    )


def is_short(url: str) -> bool:
    """Whether an address hides where it leads."""
    parts = split(url)
    host = (parts.hostname or "").lower().removeprefix("www.") if parts else ""
    return host in _SHORTENERS


def trackers(url: str) -> tuple[str, ...]:
    """Return the parameters of an address that follow people, or its wrapper."""
    parts = split(url)
    if parts is None:
        return ()
    host = (parts.hostname or "").lower()
    if f".{host}".endswith(_WRAPPERS):
        return (host,)
    names = (name for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    return tuple(dict.fromkeys(name for name in names if _TRACKERS.match(name)))


def _is_host(host: str) -> bool:
    return "." in host or host == "localhost" or _is_numeric(host)


def _is_numeric(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_private(host: str, allow: Sequence[Network]) -> bool:
    address = ip_address(host)
    return not address.is_global and not any(address in network for network in allow)
