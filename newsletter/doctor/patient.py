"""Who is examined: the names a list sends under, its keys and its ways out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from sqlmodel import Session

from newsletter import config, dkim, relays
from newsletter.config import Relay, Settings
from newsletter.relays import Profile
from subscribers import lists
from subscribers.models import MailingList


class Kind(StrEnum):
    """Whose servers a relay sends from."""

    MAILBOX = "built-in mailbox"
    OURS = "ours"  # this machine, or a name under our own domain
    PROVIDER = "provider"  # a company we know
    OTHER = "other"


@dataclass(frozen=True)
class Way:
    """A relay as receivers see it."""

    name: str
    kind: Kind
    relay: Relay | None = None
    title: str = ""  # of a provider
    spf: tuple[str, ...] = ()  # what SPF may include for it
    own_return_path: bool = False

    @property
    def host(self) -> str:
        """The relay's host name, empty for the built-in mailbox."""
        return self.relay.host if self.relay else ""

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine, so that its name says nothing to others."""
        return bool(self.host) and config.is_loopback(self.host)


@dataclass(frozen=True)
class Patient:
    """A mailing list as the world sees it."""

    slug: str
    sender: str  # the domain in From
    replies: str  # … of Reply-To
    bounces: str  # … that failure reports go to
    contact: str  # an address that somebody reads
    base_url: str
    ways: tuple[Way, ...]
    keys: dkim.Ring = field(default=dkim.NO_KEYS)
    addresses: tuple[str, ...] = ()  # stated: where our own server sends from
    leaving: str = ""  # the domain of List-Unsubscribe's mailbox, if there is one

    @property
    def host(self) -> str:
        """The host of the public pages."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def domains(self) -> tuple[str, ...]:
        """The domains that receive mail, each once."""
        found = (self.sender, self.replies, self.bounces, self.leaving)
        return tuple(dict.fromkeys(filter(None, found)))


def patient_of(
    session: Session,
    mailing_list: MailingList,
    settings: Settings,
    *,
    addresses: Sequence[str] = (),
) -> Patient:
    """Return a list as the doctor sees it; raises RelayNotFound."""
    sender = lists.domain_of(mailing_list.sender_address)
    profiles = relays.of_list(session, settings, mailing_list)
    reply_to = mailing_list.reply_to or mailing_list.sender_address
    return Patient(
        slug=mailing_list.slug,
        sender=sender,
        replies=lists.domain_of(reply_to),
        # Without a mailbox for them failures come back to the sender.
        bounces=lists.domain_of(settings.bounce_address) or sender,
        contact=reply_to,
        base_url=settings.base_url,
        ways=tuple(way_of(each, sender) for each in profiles),
        keys=settings.dkim_keys,
        addresses=tuple(addresses),
        leaving=lists.domain_of(settings.unsubscribe_address),
    )


def way_of(profile: Profile, sender: str) -> Way:
    """Return a relay as receivers see it who get mail from this domain."""
    relay = profile.address
    if relay is None:
        return Way(profile.name, Kind.MAILBOX)
    preset = relays.PRESETS.get(profile.preset) or relays.propose(relay.host)
    if preset and preset.hosts:
        return Way(
            profile.name,
            Kind.PROVIDER,
            relay,
            title=preset.title,
            spf=preset.spf,
            own_return_path=preset.own_return_path,
        )
    ours = preset is not None or _is_private(relay.host) or _shares(relay.host, sender)
    return Way(profile.name, Kind.OURS if ours else Kind.OTHER, relay)


def _is_private(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host  # a name that only our own network knows


def _shares(host: str, sender: str) -> bool:
    """Whether a host stands under the sender's domain, or under the one above it."""
    parent = sender.partition(".")[2] if sender.count(".") > 1 else sender
    return f".{host.lower()}".endswith(f".{parent}")
