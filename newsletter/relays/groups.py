"""Which addresses share a receiving system, and so its patience (pure).

By the domain of the address alone: a company's domain that a large provider hosts is
a group of its own here, because only the DNS would tell.
"""

from collections.abc import Iterable

from newsletter.errors import BadRelay
from subscribers import lists

_COUNTRIES = ("be", "ca", "ch", "co.uk", "com", "de", "es", "fr", "it", "lu", "nl")


def _everywhere(*names: str) -> set[str]:
    return {f"{name}.{country}" for name in names for country in _COUNTRIES}


_DOMAINS: dict[str, Iterable[str]] = {
    "gmail": {"gmail.com", "googlemail.com"},
    "microsoft": _everywhere("hotmail", "live", "outlook") | {"msn.com"},
    "yahoo": _everywhere("yahoo") | {"aol.com", "rocketmail.com", "ymail.com"},
    "icloud": {"icloud.com", "mac.com", "me.com"},
    "orange": {"orange.fr", "wanadoo.fr"},
    "free": {"free.fr"},
    "laposte": {"laposte.net"},
    "sfr": {"neuf.fr", "sfr.fr"},
    "proximus": {"belgacom.net", "proximus.be", "skynet.be"},
    "telenet": {"pandora.be", "telenet.be"},
    "voo": {"voo.be"},
    "ziggo": {"casema.nl", "home.nl", "upcmail.nl", "ziggo.nl"},
    "kpn": {"hetnet.nl", "kpnmail.nl", "planet.nl", "xs4all.nl"},
    "t-online": {"magenta.de", "t-online.de"},
    "gmx": {f"gmx.{where}" for where in ("at", "ch", "com", "de", "net")} | {"web.de"},
    "proton": {"pm.me", "proton.me", "protonmail.com"},
}
_GROUPS = {domain: group for group, found in _DOMAINS.items() for domain in found}
KNOWN = tuple(_DOMAINS)


def group_of(address: str) -> str:
    """Return the group an address belongs to: `gmail`, or its own domain."""
    domain = lists.domain_of(address)
    return _GROUPS.get(domain, domain)


def group_named(name: str) -> str:
    """Return a group by its name or by one of its domains; raises BadRelay."""
    if "." not in name and name not in KNOWN:
        known = ", ".join(KNOWN)
        raise BadRelay(
            "{name} is neither a domain nor a group we know ({known}).",
            name=name,
            known=known,
        )
    return group_of(f"@{name}")


def domains_of(group: str) -> list[str]:
    """Return the domains of a group; a group that is none of ours is a domain."""
    return sorted(_DOMAINS.get(group, {group}))
