"""Read what providers tell of letters: their words in, our events out (pure)."""

from collections.abc import Callable, Mapping

from newsletter.bounces.acting import Event
from newsletter.bounces.providers import brevo, mailgun, postmark, scaleway, ses
from newsletter.bounces.providers.call import Call, Forged, Malformed, Told
from newsletter.bounces.providers.sns import Certificates

__all__ = [
    "PROVIDERS",
    "Call",
    "Certificates",
    "Event",
    "Forged",
    "Malformed",
    "Told",
]

Provider = Callable[[Call], Told]

PROVIDERS: Mapping[str, Provider] = {
    "ses": ses.read,
    "postmark": postmark.read,
    "mailgun": mailgun.read,
    "brevo": brevo.read,
    "scaleway": scaleway.read,
}
