"""The other checks of the DNS, each defect alone and in pairs."""

from itertools import combinations
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from newsletter import dkim, doctor
from newsletter.dkim import Key
from newsletter.doctor import Check, Colour, Patient
from newsletter.doctor.alignment import check_alignment
from newsletter.doctor.blocklists import check_blocklists
from newsletter.doctor.extras import check_extras
from newsletter.doctor.mailboxes import check_mailboxes
from newsletter.doctor.naming import check_sender
from newsletter.doctor.servers import check_reverse
from newsletter.doctor.signing import check_keys
from newsletter.domains import Answer, Found
from tests.newsletter.dkim.signed import both, key
from tests.newsletter.doctor.world import world
from tests.newsletter.doctor.zone import (
    BROKEN,
    DOMAIN,
    SELECTOR,
    SILENT,
    Records,
    ask,
    patient,
    through,
)

SIGNS = f"{SELECTOR} TXT"
MX = f"{DOMAIN} MX"
PTR = "20.215.184.93.in-addr.arpa PTR"
NOTHING = Answer(Found.NO_NAME)


def colours(found: list[doctor.Diagnosis]) -> list[Colour]:
    return [each.colour for each in found]


# 1: the sender's domain.


@pytest.mark.parametrize(
    ("domain", "found", "colour"),
    [
        (DOMAIN, {}, Colour.GREEN),
        ("gmail.com", {}, Colour.RED),
        ("example.org", {}, Colour.YELLOW),
        (DOMAIN, {MX: NOTHING}, Colour.RED),
        (DOMAIN, {MX: BROKEN}, Colour.GREY),
        (DOMAIN, {MX: SILENT}, Colour.GREY),
    ],
)
def test_the_sender_s_domain(domain: str, found: Records, colour: Colour) -> None:
    assert colours(ask(check_sender, found, patient(sender=domain))) == [colour]


# 2: who takes mail.


@pytest.mark.parametrize(
    ("found", "colour", "records"),
    [
        ({}, Colour.GREEN, ()),
        ({MX: ["0 ."]}, Colour.RED, ("10 mx1.example.org.", "20 mx2.example.org.")),
        (
            {MX: [], f"{DOMAIN} A": [], f"{DOMAIN} TXT": ["x"]},
            Colour.RED,
            ("10 mx1.example.org.", "20 mx2.example.org."),
        ),
        ({MX: []}, Colour.YELLOW, ("10 mx1.example.org.", "20 mx2.example.org.")),
        ({MX: ["10 gone.example"]}, Colour.RED, ("10 mx1.example.org.",)),
        ({MX: ["10 93.184.215.15"]}, Colour.RED, ()),
        ({MX: ["10 mx1.example.org"]}, Colour.YELLOW, ()),
        ({MX: ["10 many.x"], "many.x A": ["1.1.1.1", "1.1.1.2"]}, Colour.GREEN, ()),
        (
            {
                MX: ["10 alias.example.org"],
                "alias.example.org CNAME": "mx1.example.org",
            },
            Colour.YELLOW,
            ("10 mx1.example.org.",),
        ),
        ({MX: ["10 silent.x"], "silent.x A": SILENT}, Colour.GREY, ()),
        ({MX: BROKEN}, Colour.GREY, ()),
    ],
)
def test_who_takes_mail(found: Records, colour: Colour, records: tuple[str]) -> None:
    said = ask(check_mailboxes, found)

    assert [each.about for each in said] == [DOMAIN, "example.org"]
    assert said[0].colour is colour, said[0].say("en")
    assert said[1].colour is Colour.GREEN
    values = [each.value for each in said[0].records]
    assert values[: len(records)] == [*records]


# 4: the keys.

OTHER = key("other").record()
OWN = key().record()
SPACED = OWN.replace("p=", "p= ").replace("A", "A ", 9)


@pytest.mark.parametrize(
    ("values", "colour", "words"),
    [
        ([OWN], Colour.GREEN, "as it should"),
        ([OWN.replace("v=DKIM1; k=rsa; ", "")], Colour.GREEN, "as it should"),
        (
            [OWN.replace("p=", "p= ").replace("A", "A ", 9)],
            Colour.GREEN,
            "as it should",
        ),
        ([OWN, "v=spf1 -all"], Colour.GREEN, "as it should"),
        ([], Colour.RED, "does not publish"),
        ([OTHER], Colour.RED, "another one"),
        ([OWN, OTHER], Colour.RED, "several keys"),
        (["v=DKIM1; k=rsa; p="], Colour.RED, "taken back"),
        (["v=spf1 -all"], Colour.RED, "no key"),
        ([OWN[:90] + '" "' + OWN[90:]], Colour.RED, "quotation marks"),
        ([f'"{OWN}"'], Colour.RED, "quotation marks"),
        ([OWN.replace("k=rsa", "k=ed25519")], Colour.RED, "another one"),
        ([OWN.replace("v=DKIM1", "v=DKIM2")], Colour.RED, "no key"),
        ([OWN + "; s=tlsrpt"], Colour.RED, "may not sign"),
        ([OWN + "; h=sha1"], Colour.RED, "may not sign"),
        ([OWN + "; t=y"], Colour.YELLOW, "t=y"),
        ([OWN + "; t=s"], Colour.GREEN, "as it should"),
        ([OWN[:200]], Colour.RED, "another one"),
        (BROKEN, Colour.GREY, "answer with an error"),
        (SILENT, Colour.GREY, "did not answer"),
    ],
)
def test_the_published_key(values: list[str], colour: Colour, words: str) -> None:
    (found,) = ask(check_keys, {SIGNS: values})

    assert found.colour is colour, found.say("en")
    assert words in found.say("en")
    if colour is not Colour.GREEN:
        assert [(each.name, each.value) for each in found.records] == [(SELECTOR, OWN)]
        assert max(map(len, found.records[0].strings)) <= 255
        assert "".join(found.records[0].strings) == OWN


def test_an_alias_to_a_key_is_as_good_as_a_key() -> None:
    there = {SIGNS: [], f"{SELECTOR} CNAME": "k.example", "k.example TXT": [OWN]}
    gone = {SIGNS: [], f"{SELECTOR} CNAME": "k.example"}

    assert colours(ask(check_keys, there)) == [Colour.GREEN]
    (found,) = ask(check_keys, gone)
    assert found.colour is Colour.RED
    assert "leads to k.example, where nothing is" in found.say("en")


def test_a_short_key_is_yellow() -> None:
    private = rsa.generate_private_key(65537, 1024)  # noqa: S505  # is what is found
    short = Key("nl2026a", private)
    found = ask(check_keys, {SIGNS: [short.record()]}, patient(keys=dkim.Ring([short])))

    assert colours(found) == [Colour.YELLOW]
    assert "1024 bits" in found[0].say("en")


def test_a_key_that_only_finishes_old_letters_is_less_urgent() -> None:
    ring = dkim.Ring([key(), key("old")])

    assert colours(ask(check_keys, {}, patient(keys=ring))) == [
        Colour.GREEN,
        Colour.YELLOW,
    ]


def test_each_key_is_looked_at() -> None:
    ed = {f"ed2026a._domainkey.{DOMAIN} TXT": [[*both()][1].record()]}
    who = patient(keys=both())

    assert colours(ask(check_keys, ed, who)) == [Colour.GREEN, Colour.GREEN]
    assert colours(ask(check_keys, {}, who)) == [Colour.GREEN, Colour.RED]


def test_without_a_key_the_relay_must_sign() -> None:
    assert colours(ask(check_keys, {}, patient(keys=dkim.NO_KEYS))) == [Colour.GREY]


# 6: alignment.

POSTMARK = through("Postmark", "spf.mtasv.net", own_return_path=True)


@pytest.mark.parametrize(
    ("who", "colour"),
    [
        (patient(), Colour.GREEN),
        (patient(keys=dkim.NO_KEYS), Colour.YELLOW),
        (patient(keys=dkim.NO_KEYS, bounces="bounce.example.org"), Colour.YELLOW),
        (patient(keys=dkim.NO_KEYS, bounces="bounce.example.net"), Colour.RED),
        (patient(keys=dkim.NO_KEYS, ways=(POSTMARK,)), Colour.GREY),
    ],
)
def test_what_speaks_for_the_domain(who: Patient, colour: Colour) -> None:
    assert colours(ask(check_alignment, {}, who)) == [colour]


def test_a_strict_policy_wants_the_very_same_domain() -> None:
    strict = {"_dmarc.example.org TXT": ["v=DMARC1; p=reject; aspf=s"]}
    who = patient(keys=dkim.NO_KEYS, bounces="bounce.example.org")

    assert colours(ask(check_alignment, strict, who)) == [Colour.RED]


def test_an_alignment_that_cannot_be_looked_up_is_grey() -> None:
    found = {"_dmarc.example.org TXT": SILENT}

    assert colours(ask(check_alignment, found, patient(keys=dkim.NO_KEYS))) == [
        Colour.GREY
    ]


# 7: names of addresses.


@pytest.mark.parametrize(
    ("found", "colour"),
    [
        ({}, Colour.GREEN),
        ({PTR: []}, Colour.RED),
        ({PTR: ["mx1.example.org"]}, Colour.RED),
        ({PTR: ["nowhere.example"]}, Colour.RED),
        (
            {
                PTR: ["93-184-215-20.dsl.example"],
                "93-184-215-20.dsl.example A": ["93.184.215.20"],
            },
            Colour.YELLOW,
        ),
        ({PTR: BROKEN}, Colour.GREY),
        ({"mail.example.org A": ["10.0.0.1"]}, Colour.GREY),
    ],
)
def test_our_server_s_name(found: Records, colour: Colour) -> None:
    (said,) = ask(check_reverse, found)

    assert said.colour is colour, said.say("en")
    if colour in {Colour.RED, Colour.YELLOW}:
        pointer, back = said.records
        assert (pointer.name, pointer.type) == (PTR.removesuffix(" PTR"), "PTR")
        assert pointer.value == "mail.example.org."
        assert (back.name, back.type, back.value) == (
            "mail.example.org",
            "A",
            "93.184.215.20",
        )


def test_a_stated_ipv6_address_is_turned_round_too() -> None:
    (said,) = ask(check_reverse, {}, patient(addresses=("2a00:1450:400c::1b",)))

    assert said.colour is Colour.RED
    assert said.records[0].name.endswith(".0.5.4.1.0.0.a.2.ip6.arpa")
    assert said.records[1].type == "AAAA"


def test_the_names_of_a_company_s_servers_are_its_own_business() -> None:
    who = patient(ways=(through("Brevo"),))

    assert colours(ask(check_reverse, {}, who)) == [Colour.INFO]


# 9: block lists.

DBL = f"{DOMAIN}.dbl.spamhaus.org A"
ZEN = "20.215.184.93.zen.spamhaus.org A"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({}, [Colour.GREEN, Colour.GREEN]),
        ({DBL: ["127.0.1.2"]}, [Colour.RED, Colour.GREEN]),
        ({ZEN: ["127.0.0.2", "127.0.0.4"]}, [Colour.GREEN, Colour.RED]),
        ({DBL: ["127.255.255.254"]}, [Colour.YELLOW, Colour.GREEN]),
        ({ZEN: ["127.255.255.252"]}, [Colour.GREEN, Colour.YELLOW]),
        # A provider that sends every unknown name to its own search page.
        ({DBL: ["198.51.100.7"]}, [Colour.GREEN, Colour.GREEN]),
        ({DBL: SILENT}, [Colour.GREY, Colour.GREEN]),
    ],
)
def test_the_block_list(found: Records, expected: list[Colour]) -> None:
    assert colours(ask(check_blocklists, found)) == expected


# 10: the rest only informs.


@pytest.mark.parametrize(
    "found",
    [
        {},
        {
            f"default._bimi.{DOMAIN} TXT": ["v=BIMI1; l=https://x/l.svg"],
            "_mta-sts.example.org TXT": ["v=STSv1; id=1"],
            "_smtp._tls.example.org TXT": ["v=TLSRPTv1; rua=mailto:a@example.org"],
            "example.org CAA": ['0 issue "letsencrypt.org"'],
            MX: Answer(Found.RECORDS, ("10 mx1.example.org",), authentic=True),
        },
        {f"default._bimi.{DOMAIN} TXT": SILENT, "example.org CAA": BROKEN},
    ],
)
def test_what_is_extra_is_never_wrong(found: Records) -> None:
    said = ask(check_extras, found)

    assert {each.colour for each in said} == {Colour.INFO}
    assert len(said) == 5
    if len(found) == 5:
        assert all("✓" in each.say("en") for each in said)


# Pairs: no defect hides another.

DEFECTS: dict[str, tuple[Check, Any, Records]] = {
    "null mx": (Check.MAILBOXES, Colour.RED, {MX: ["0 ."]}),
    "two spf": (
        Check.SPF,
        Colour.RED,
        {f"{DOMAIN} TXT": ["v=spf1 -all", "v=spf1 ~all"]},
    ),
    "revoked": (Check.DKIM, Colour.RED, {SIGNS: ["v=DKIM1; p="]}),
    "test key": (Check.DKIM, Colour.YELLOW, {SIGNS: [OWN + "; t=y"]}),
    "no dmarc": (Check.DMARC, Colour.RED, {"_dmarc.example.org TXT": []}),
    "p=none": (
        Check.DMARC,
        Colour.YELLOW,
        {"_dmarc.example.org TXT": ["v=DMARC1; p=none; rua=mailto:a@example.org"]},
    ),
    "no name": (Check.REVERSE, Colour.RED, {PTR: []}),
    "listed": (Check.BLOCKLISTS, Colour.RED, {DBL: ["127.0.1.2"]}),
    "servfail": (Check.DKIM, Colour.GREY, {SIGNS: BROKEN}),
}


PAIRS = [
    (one, other)
    for one, other in combinations(DEFECTS, 2)
    # Two defects of one record are cases of its own check.
    if DEFECTS[one][0] is not DEFECTS[other][0]
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_defects_in_pairs_are_both_found(one: str, other: str) -> None:
    first, second = DEFECTS[one], DEFECTS[other]

    found = doctor.examine(patient(), world({**first[2], **second[2]}))

    assert found.colour_of(first[0]) is first[1]
    assert found.colour_of(second[0]) is second[1]
    others = {*Check} - {first[0], second[0], Check.ALIGNMENT}
    assert all(found.colour_of(each) in {Colour.GREEN, Colour.INFO} for each in others)
