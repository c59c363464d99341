"""What is made of the answers of pages and relays."""

from dataclasses import replace
from typing import Any

import pytest

from newsletter.config import Relay
from newsletter.doctor import Colour, Kind, Way
from newsletter.doctor.handing import judge_relay
from newsletter.doctor.pages import METHODS, judge_pages
from newsletter.doctor.visits import Visit
from newsletter.reaching import Miss
from newsletter.smtp import Greeting
from subscribers.clock import utcnow
from tests.newsletter.doctor.world import Outside, later
from tests.newsletter.doctor.zone import patient

HERE = Way("main", Kind.OURS, Relay("smtp://127.0.0.1:25"))
THERE = Way("main", Kind.OTHER, Relay("smtp://u:p@mail.example.net:587"))
NAMELESS = Way("main", Kind.OTHER, Relay("smtp://mail.example.net:587?tls=none"))


def visits(**changes: Any) -> dict[str, Visit]:
    """Return three good visits, changed for the methods that `only` names."""
    only = changes.pop("only", METHODS)
    good = {method: Outside().visit(method, "", 1) for method in METHODS}
    return {m: replace(v, **changes) if m in only else v for m, v in good.items()}


@pytest.mark.parametrize(
    ("seen", "colour", "words"),
    [
        (visits(), Colour.GREEN, "one click works"),
        (visits(only=["POST"], status=307, location="/u/x/"), Colour.RED, "POST"),
        (visits(status=301, location="https://www.x"), Colour.RED, "elsewhere"),
        (visits(only=["HEAD"], status=405), Colour.RED, "405"),
        (visits(status=404), Colour.RED, "GET, HEAD, POST"),
        (visits(status=0, miss=Miss.UNKNOWN), Colour.RED, "does not know"),
        (visits(status=0, miss=Miss.REFUSED), Colour.RED, "Nobody listens"),
        (visits(status=0, miss=Miss.CERTIFICATE), Colour.RED, "certificate"),
        (visits(status=0, miss=Miss.TLS), Colour.RED, "TLS 1.2"),
        (visits(only=["POST"], status=0, miss=Miss.BROKEN), Colour.RED, "broke off"),
        (visits(status=0, miss=Miss.SILENT), Colour.GREY, "three seconds"),
        (visits(status=0, miss=Miss.NOT_ASKED), Colour.GREY, "not visited"),
        ({}, Colour.GREY, "not visited"),
        (visits(expires_at=later(13)), Colour.YELLOW, later(13).date().isoformat()),
        (visits(expires_at=later(15)), Colour.GREEN, ""),
    ],
)
def test_pages(seen: dict[str, Visit], colour: Colour, words: str) -> None:
    (found,) = judge_pages(patient(), seen, now=utcnow())

    assert found.colour is colour, found.say("en")
    assert words in found.say("en")


@pytest.mark.parametrize(
    ("base", "colour"),
    [
        ("http://localhost:8000", Colour.RED),
        ("https://127.0.0.1", Colour.RED),
        ("https://newsletters.example.net", Colour.YELLOW),
        ("https://example.org", Colour.GREEN),
    ],
)
def test_where_links_lead(base: str, colour: Colour) -> None:
    (found,) = judge_pages(patient(base_url=base), visits(), now=utcnow())

    assert found.colour is colour


def test_two_defects_of_pages_are_both_told() -> None:
    seen = (
        visits(only=["POST"], status=302)
        | visits(only=["GET"], expires_at=later(1))
        | {"POST": Visit("POST", 302)}
    )
    found = judge_pages(patient(), seen, now=utcnow())

    assert [each.colour for each in found] == [Colour.RED, Colour.YELLOW]


def said(**changes: Any) -> Greeting:
    good = Outside().greet(Relay("smtp://mail.example.net"), 1)
    return replace(good, **changes)


@pytest.mark.parametrize(
    ("way", "greeting", "expected"),
    [
        (THERE, said(), [Colour.GREEN]),
        (HERE, said(version="", starttls=False), [Colour.GREEN]),
        (THERE, said(version=""), [Colour.RED, Colour.INFO]),
        (NAMELESS, said(version=""), [Colour.YELLOW, Colour.INFO]),
        (THERE, said(refused="535 no"), [Colour.RED, Colour.INFO]),
        (THERE, said(expires_at=later(3)), [Colour.YELLOW, Colour.INFO]),
        (THERE, said(size=50_000), [Colour.YELLOW, Colour.INFO]),
        (THERE, Greeting(miss=Miss.CERTIFICATE), [Colour.RED]),
        (THERE, Greeting(miss=Miss.TLS), [Colour.RED]),
        (THERE, Greeting(miss=Miss.REFUSED), [Colour.RED]),
        (THERE, Greeting(miss=Miss.UNKNOWN), [Colour.RED]),
        (THERE, Greeting(miss=Miss.BROKEN), [Colour.RED]),
        (THERE, Greeting(miss=Miss.SILENT), [Colour.GREY]),
        (THERE, Greeting(miss=Miss.NOT_ASKED), [Colour.GREY]),
        (Way("main", Kind.MAILBOX), Greeting(), [Colour.YELLOW]),
    ],
)
def test_relays(way: Way, greeting: Greeting, expected: list[Colour]) -> None:
    found = judge_relay(way, greeting, now=utcnow())

    assert [each.colour for each in found] == expected


def test_what_a_relay_offers_and_lacks_is_told() -> None:
    (found,) = judge_relay(THERE, said(offers=("SIZE", "AUTH")), now=utcnow())

    assert "It offers AUTH, SIZE, STARTTLS; it lacks 8BITMIME, DSN" in found.say("en")
    assert "AUTH: PLAIN" in found.found
