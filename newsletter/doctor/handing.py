"""Check 12: whether the relay is reached safely, lets us in, and what it offers."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from newsletter.config import Relay
from newsletter.doctor.diagnosis import Check, Colour, Diagnosis, found, phrase
from newsletter.doctor.patient import Way
from newsletter.i18n import N_
from newsletter.reaching import Miss
from newsletter.smtp import Greeting

# What makes sending fast and reports useful; worth telling, wrong without it or not.
TOLD = ("8BITMIME", "AUTH", "DSN", "PIPELINING", "SIZE", "SMTPUTF8", "STARTTLS")
_SOON = timedelta(days=14)
_SMALL = 1_000_000  # octets; a letter of ours has up to a tenth of that

_MISSED: Mapping[Miss, tuple[Colour, str]] = {
    Miss.UNKNOWN: (
        Colour.RED,
        N_("The DNS does not know {host}, the relay that should take your mail."),
    ),
    Miss.REFUSED: (Colour.RED, N_("The relay {host} does not take connections.")),
    Miss.CERTIFICATE: (
        Colour.RED,
        N_(
            "The certificate of the relay {host} is not valid, so the program will not "
            "give it your password."
        ),
    ),
    Miss.TLS: (
        Colour.RED,
        N_(
            "The relay {host} offers no encryption, so the program will not give it "
            "your mail."
        ),
    ),
    Miss.BROKEN: (Colour.RED, N_("The relay {host} broke off the conversation.")),
    Miss.SILENT: (
        Colour.GREY,
        N_("The relay {host} did not answer within three seconds."),
    ),
    Miss.NOT_ASKED: (Colour.GREY, N_("The relay {host} was not asked.")),
}


def judge_relay(way: Way, greeting: Greeting, *, now: datetime) -> list[Diagnosis]:
    """Judge what one relay said."""
    relay = way.relay
    if relay is None:
        return [
            Diagnosis(
                Check.RELAY,
                Colour.YELLOW,
                phrase(
                    N_(
                        "No relay is set, so letters stay in the built-in mailbox and "
                        "reach nobody. Set NEWSLETTER_SMTP_URL before you send."
                    )
                ),
                way.name,
            )
        ]
    if greeting.miss:
        colour, sentence = _MISSED[greeting.miss]
        return [_say(way, colour, sentence, detail=greeting.detail)]
    problems = [*_safety(way, relay, greeting, now), *_room(way, greeting)]
    return [*problems, _offers(way, greeting, is_sound=not problems)]


def _safety(
    way: Way, relay: Relay, greeting: Greeting, now: datetime
) -> Iterator[Diagnosis]:
    if greeting.refused:
        yield _say(
            way,
            Colour.RED,
            N_("The relay {host} does not accept the log-in of NEWSLETTER_SMTP_URL."),
            detail=greeting.refused,
        )
    if not greeting.version and not way.is_local:
        colour = Colour.RED if relay.username else Colour.YELLOW
        yield _say(
            way,
            colour,
            N_(
                "Mail goes to the relay {host} without encryption, readable on the "
                "way. Write tls=starttls in its address."
            ),
        )
    ends = greeting.expires_at
    if ends is not None and ends - now < _SOON:
        yield _say(
            way,
            Colour.YELLOW,
            N_(
                "The certificate of the relay {host} ends on {day}; after that nothing "
                "is sent."
            ),
            day=ends.date().isoformat(),
        )


def _room(way: Way, greeting: Greeting) -> Iterator[Diagnosis]:
    if 0 < greeting.size < _SMALL:
        yield _say(
            way,
            Colour.YELLOW,
            N_("The relay {host} takes messages of {size} bytes at most."),
            size=greeting.size,
        )


def _offers(way: Way, greeting: Greeting, *, is_sound: bool) -> Diagnosis:
    offered = [name for name in TOLD if name in greeting.offers]
    if greeting.starttls and "STARTTLS" not in offered:
        offered.append("STARTTLS")
    missing = [name for name in TOLD[:-1] if name not in greeting.offers]
    facts = [f"TLS: {greeting.version or '–'}"]
    if greeting.methods:
        facts.append(f"AUTH: {', '.join(greeting.methods)}")
    if greeting.size:
        facts.append(f"SIZE: {greeting.size}")
    return Diagnosis(
        Check.RELAY,
        Colour.GREEN if is_sound else Colour.INFO,
        phrase(
            N_("The relay {host} answers. It offers {offers}; it lacks {lacks}."),
            host=way.host,
            offers=", ".join(offered) or "–",
            lacks=", ".join(missing) or "–",
        ),
        way.name,
        found=found(*facts),
    )


def _say(
    way: Way,
    colour: Colour,
    sentence: str,
    *,
    detail: str = "",
    **values: object,
) -> Diagnosis:
    return Diagnosis(
        Check.RELAY,
        colour,
        phrase(sentence, host=way.host, **values),
        way.name,
        found=found(detail) if detail else (),
    )
