"""What is known of common relays, to be proposed where nothing is stated (pure)."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from newsletter.config import is_loopback
from newsletter.i18n import N_


@dataclass(frozen=True)
class Preset:
    """The limits of a kind of relay, and a sentence on where they come from."""

    name: str
    title: str  # a name, the same in every language but for "Your own Postfix"
    why: str  # a message of the catalogues
    hosts: tuple[str, ...] = ()  # patterns of host names
    connections: int | None = None
    messages_per_connection: int | None = None
    per_second: int | None = None
    per_minute: int | None = None
    per_hour: int | None = None
    per_day: int | None = None
    # What SPF must include for its servers, any one of them; the first is proposed.
    spf: tuple[str, ...] = ()
    # Failure reports go to a domain of its own, unless one of ours is set up with it.
    own_return_path: bool = False


_SHARED = N_(
    "People report about 200 an hour, which the company does not confirm: half of it "
    "is our cautious guess."
)
_ALL = (
    Preset(
        "postfix",
        N_("Your own Postfix"),
        N_(
            "Postfix takes 50 connections from one client and sets no rate; 10 and 500 "
            "are our guess of what a small server likes."
        ),
        connections=10,
        messages_per_connection=500,
    ),
    Preset(
        "ses",
        "Amazon SES",
        N_(
            "These are the limits of the sandbox. Every account outside it has its "
            "own: look them up in the console and state them."
        ),
        hosts=("email-smtp.*.amazonaws.com",),
        per_second=1,
        per_day=200,
        spf=("amazonses.com",),
        own_return_path=True,
    ),
    Preset(
        "postmark",
        "Postmark",
        N_(
            "Postmark asks for 10 connections at most and sets no rate. Newsletters "
            "must go through its broadcast stream."
        ),
        hosts=("*.postmarkapp.com",),
        connections=10,
        spf=("spf.mtasv.net",),
        own_return_path=True,
    ),
    Preset(
        "mailgun",
        "Mailgun",
        N_(
            "Mailgun publishes no rate for SMTP; 5 connections are our guess. Turn its "
            "tracking off."
        ),
        hosts=("smtp.mailgun.org", "smtp.eu.mailgun.org"),
        connections=5,
        spf=("mailgun.org", "eu.mailgun.org"),
    ),
    Preset(
        "brevo",
        "Brevo",
        N_(
            "300 a day is what Brevo says of its free plan: state your own plan’s "
            "limit. Turn its tracking off."
        ),
        hosts=("smtp-relay.brevo.com", "smtp-relay.sendinblue.com"),
        per_day=300,
        spf=("spf.brevo.com", "spf.sendinblue.com"),
        own_return_path=True,
    ),
    Preset(
        "scaleway",
        "Scaleway Transactional Email",
        N_(
            "Scaleway says 10,000 a month until you ask for more; 320 a day never "
            "passes that. Ask whether newsletters are allowed."
        ),
        hosts=("smtp.tem.scw.cloud", "smtp.tem.scaleway.com"),
        per_day=320,
        spf=("_spf.tem.scaleway.com",),
    ),
    Preset(
        "google",
        "Google Workspace, smtp.gmail.com",
        N_(
            "Google says 2,000 a day for each user; 2 connections and one a second are "
            "our guess, because it refuses peaks without saying which."
        ),
        hosts=("smtp.gmail.com",),
        connections=2,
        per_second=1,
        per_day=2000,
        spf=("_spf.google.com",),
    ),
    Preset(
        "google-relay",
        "Google Workspace, smtp-relay.gmail.com",
        N_("Google says 10,000 a day for each user; 5 connections are our guess."),
        hosts=("smtp-relay.gmail.com",),
        connections=5,
        per_day=10_000,
        spf=("_spf.google.com",),
    ),
    Preset(
        "microsoft",
        "Microsoft 365",
        N_("Microsoft says 30 a minute, 10,000 a day and 3 connections for a mailbox."),
        hosts=("smtp.office365.com",),
        connections=3,
        per_minute=30,
        per_day=10_000,
        spf=("spf.protection.outlook.com",),
    ),
    Preset(
        "ovh",
        "OVH mail",
        _SHARED,
        hosts=("*.mail.ovh.net", "ssl0.ovh.net"),
        connections=2,
        per_hour=100,
        spf=("mx.ovh.com",),
    ),
    Preset(
        "infomaniak",
        "Infomaniak mail",
        _SHARED,
        hosts=("mail.infomaniak.com",),
        connections=2,
        per_hour=100,
        spf=("spf.infomaniak.ch",),
    ),
    Preset(
        "combell",
        "Combell mail",
        _SHARED,
        hosts=("smtp-auth.mailprotect.be",),
        connections=2,
        per_hour=100,
    ),
    Preset(
        "one",
        "one.com mail",
        _SHARED,
        hosts=("send.one.com", "mailout.one.com"),
        connections=2,
        per_hour=100,
        spf=("_custspf.one.com",),
    ),
)
PRESETS = {preset.name: preset for preset in _ALL}


def propose(host: str) -> Preset | None:
    """Return the preset that a relay's host name speaks for."""
    if is_loopback(host):
        return PRESETS["postfix"]
    name = host.lower()
    for preset in _ALL:
        if any(fnmatchcase(name, pattern) for pattern in preset.hosts):
            return preset
    return None
