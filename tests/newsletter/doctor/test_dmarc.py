"""DMARC as RFC 9989 has it: the walk, the words, the reports."""

import time

import pytest

from newsletter.doctor import Colour, policies
from newsletter.doctor.dmarc import check_policy
from newsletter.doctor.inquiry import Inquiry
from newsletter.doctor.policies import Walk
from newsletter.domains import Answer
from tests.newsletter.doctor.zone import (
    BROKEN,
    SILENT,
    Records,
    Zone,
    ask,
    patient,
    records,
)

ORG = "_dmarc.example.org TXT"
OWN = "_dmarc.news.example.org TXT"
RUA = "rua=mailto:dmarc@example.org"
REJECT = f"v=DMARC1; p=reject; {RUA}"
SOUND = f"v=DMARC1; p=reject; np=reject; {RUA}"


def walk(domain: str, found: Records) -> tuple[Walk, list[str]]:
    zone = Zone({f"_dmarc.{name} TXT": [text] for name, text in found.items()})
    return policies.walk(domain, Inquiry(zone, until=time.monotonic() + 60)), zone.asked


@pytest.mark.parametrize(
    ("found", "organisation", "policy"),
    [
        ({}, "a.b.example.org", None),
        ({"example.org": "v=DMARC1; p=none"}, "example.org", "example.org"),
        ({"a.b.example.org": "v=DMARC1;p=none"}, "a.b.example.org", "a.b.example.org"),
        (
            {"b.example.org": "v=DMARC1; p=none", "example.org": "v=DMARC1; p=none"},
            "example.org",
            "example.org",
        ),
        (
            {
                "b.example.org": "v=DMARC1; p=none; psd=n",
                "example.org": "v=DMARC1; p=none",
            },
            "b.example.org",
            "b.example.org",
        ),
        ({"org": "v=DMARC1; p=reject; psd=y"}, "example.org", "org"),
        (
            {
                "a.b.example.org": "v=DMARC1; p=none",
                "example.org": "v=DMARC1; p=reject; psd=y",
            },
            "b.example.org",
            "a.b.example.org",
        ),
        ({"example.org": "v=spf1 -all"}, "a.b.example.org", None),
        ({"example.org": "v=dmarc1; p=none"}, "a.b.example.org", None),
        ({"example.org": "p=none; v=DMARC1"}, "a.b.example.org", None),
        ({"example.org": "v = DMARC1 ; p=none"}, "example.org", "example.org"),
    ],
)
def test_the_walk_finds_the_organisation_and_its_policy(
    found: Records, organisation: str, policy: str | None
) -> None:
    walked, _ = walk("a.b.example.org", found)

    assert walked.organisation == organisation
    assert (walked.policy.domain if walked.policy else None) == policy


def test_a_walk_asks_eight_times_at_most() -> None:
    long = "a.b.c.d.e.f.g.h.example.org"
    _, asked = walk(long, {})

    assert len(asked) == 8
    assert asked[0] == f"_dmarc.{long} TXT"
    assert asked[1] == "_dmarc.d.e.f.g.h.example.org TXT"
    assert asked[-1] == "_dmarc.org TXT"


def test_a_boundary_ends_the_walk() -> None:
    _, asked = walk("a.b.example.org", {"b.example.org": "v=DMARC1; p=none; psd=n"})

    assert asked[-1] == "_dmarc.b.example.org TXT"


@pytest.mark.parametrize(
    ("text", "exists", "expected"),
    [
        ("v=DMARC1; p=reject", True, "reject"),
        ("v=DMARC1; p=reject; sp=none", True, "none"),
        ("v=DMARC1; p=reject; sp=none; np=quarantine", False, "quarantine"),
        ("v=DMARC1; p=reject; sp=none", False, "none"),
        ("v=DMARC1; p=REJECT", True, "reject"),
        ("v=DMARC1; sp=bad; p=quarantine", True, "quarantine"),
    ],
)
def test_a_name_below_follows_sp_and_np(
    text: str, expected: str, *, exists: bool
) -> None:
    walked, _ = walk("news.example.org", {"example.org": text})

    assert walked.requests(exists=exists) == expected


@pytest.mark.parametrize(
    ("text", "colour", "value"),
    [
        (SOUND, Colour.GREEN, None),
        (f"v=DMARC1;p=quarantine;{RUA};", Colour.GREEN, None),
        (
            f"v=DMARC1; p=none; {RUA}",
            Colour.YELLOW,
            f"v=DMARC1; p=quarantine; {RUA}",
        ),
        (
            "v=DMARC1; p=reject",
            Colour.YELLOW,
            "v=DMARC1; p=reject; rua=mailto:office@example.org",
        ),
        (
            f"v=DMARC1; p=reject; pct=50; rf=afrf; ri=3600; {RUA}; adkim=s",
            Colour.YELLOW,
            f"v=DMARC1; p=reject; {RUA}; adkim=s",
        ),
        (
            f"v=DMARC1; p=reject; t=y; {RUA}",
            Colour.YELLOW,
            f"v=DMARC1; p=reject; {RUA}",
        ),
        (f"v=DMARC1; p=block; {RUA}", Colour.RED, f"v=DMARC1; p=none; {RUA}"),
        (f"v=DMARC1; {RUA}", Colour.RED, f"v=DMARC1; p=none; {RUA}"),
        (f"v=DMARC1; p=reject, {RUA}", Colour.RED, None),
        (
            f"v=DMARC1; p=reject; p=none; {RUA}",
            Colour.RED,
            f"v=DMARC1; p=reject; {RUA}",
        ),
        (
            f"v=DMARC1; p=reject; garbage; {RUA}",
            Colour.RED,
            f"v=DMARC1; p=reject; {RUA}",
        ),
        (
            f"v=DMARC1; p=reject; aspf=relaxed; {RUA}",
            Colour.YELLOW,
            f"v=DMARC1; p=reject; {RUA}",
        ),
        (
            "v=DMARC1; p=reject; rua=office@example.org",
            Colour.YELLOW,
            "v=DMARC1; p=reject; rua=mailto:office@example.org",
        ),
    ],
)
def test_each_defect_has_its_colour_and_its_record(
    text: str, colour: Colour, value: str | None
) -> None:
    (found,) = ask(check_policy, {ORG: [text]})

    assert found.colour is colour, found.say("en")
    if value:
        assert found.records[0].name == "_dmarc.example.org"
        assert found.records[0].value == value


def test_two_defects_are_mended_by_one_record() -> None:
    found = ask(check_policy, {ORG: ["v=DMARC1; p=reject; pct=10"]})

    assert [each.colour for each in found] == [Colour.YELLOW, Colour.YELLOW]
    assert len({each.records[0].value for each in found}) == 1
    assert "pct" not in found[0].records[0].value


def test_a_registry_s_word_in_our_record_is_yellow() -> None:
    found, *_ = ask(check_policy, {OWN: [f"{SOUND}; psd=y"]})

    assert found.colour is Colour.YELLOW
    assert "psd" not in found.records[0].value


def test_without_a_record_one_for_all_of_the_organisation_is_proposed() -> None:
    (found,) = ask(check_policy, {ORG: []})

    assert found.colour is Colour.RED
    assert found.records[0].name == "_dmarc.example.org"
    assert found.records[0].value == "v=DMARC1; p=none; rua=mailto:office@example.org"
    mended = ask(check_policy, {ORG: [found.records[0].value]})
    assert [each.colour for each in mended] == [Colour.YELLOW]  # it only observes


def test_reports_are_never_proposed_to_go_to_a_stranger() -> None:
    who = patient(replies="gmail.com", contact="club@gmail.com")
    (found,) = ask(check_policy, {ORG: []}, who)

    assert found.records[0].name == "_dmarc.news.example.org"
    assert "rua=mailto:dmarc@news.example.org" in found.records[0].value


def test_two_records_are_none() -> None:
    (found,) = ask(check_policy, {ORG: [SOUND, SOUND]})

    assert found.colour is Colour.RED
    assert "several" in found.say("en")


def test_two_records_of_its_own_are_told_beside_a_sound_one_above() -> None:
    (found,) = ask(check_policy, {OWN: [SOUND, REJECT]})

    assert found.colour is Colour.YELLOW
    assert "_dmarc.news.example.org" in found.say("en")


def test_a_policy_above_says_nothing_while_the_own_name_is_silent() -> None:
    (found,) = ask(check_policy, {OWN: SILENT})

    assert found.colour is Colour.GREY


def test_the_word_of_a_registry_is_no_record_of_ours() -> None:
    (found,) = ask(
        check_policy, {ORG: [], "_dmarc.org TXT": ["v=DMARC1; p=reject; psd=y"]}
    )

    assert found.colour is Colour.RED
    assert found.records[0].name == "_dmarc.example.org"


def test_an_organisation_that_calls_itself_a_registry_is_told() -> None:
    (found,) = ask(check_policy, {ORG: [f"{REJECT}; psd=y"]})

    assert found.colour is Colour.YELLOW
    assert "psd=y" in found.say("en")
    assert found.records[0].value == REJECT


@pytest.mark.parametrize(
    "text",
    [
        f'"{REJECT}"',
        REJECT.replace("DMARC1", "dmarc1"),
        REJECT.replace(";", "\\;"),
    ],
)
def test_what_was_pasted_wrongly_is_not_called_missing(text: str) -> None:
    (found,) = ask(check_policy, {ORG: [text]})

    assert found.colour is Colour.RED
    assert "v=DMARC1;" in found.say("en")
    assert found.found == (text,)
    assert found.records[0].name == "_dmarc.example.org"


def test_nothing_is_proposed_beside_an_alias_without_a_word_of_it() -> None:
    (found,) = ask(
        check_policy,
        {
            ORG: None,
            "_dmarc.example.org CNAME": "dmarc.example.net",
            "dmarc.example.net TXT": [f"v=DMARC1; p=none; {RUA}"],
        },
    )

    assert found.colour is Colour.YELLOW
    assert "alias (CNAME) of dmarc.example.net" in found.advise("en")


@pytest.mark.parametrize("answer", [BROKEN, SILENT])
def test_what_cannot_be_asked_is_grey(answer: Answer) -> None:
    found = ask(check_policy, {ORG: answer, OWN: answer})

    assert [each.colour for each in found] == [Colour.GREY]
    assert found[0].records[0].name == "_dmarc.example.org"


ELSEWHERE = "v=DMARC1; p=reject; np=none; rua=mailto:a@reports.example"
AGREED = "example.org._report._dmarc.reports.example TXT"


def test_whoever_gets_reports_elsewhere_must_have_agreed() -> None:
    (refused,) = ask(check_policy, {ORG: [ELSEWHERE]})
    (agreed,) = ask(check_policy, {ORG: [ELSEWHERE], AGREED: ["v=DMARC1"]})
    (unknown,) = ask(check_policy, {ORG: [ELSEWHERE], AGREED: SILENT})

    assert refused.colour is Colour.YELLOW
    assert refused.records[0].name == AGREED.removesuffix(" TXT")
    assert refused.records[0].value == "v=DMARC1"
    assert agreed.colour is Colour.GREEN
    assert unknown.colour is Colour.GREY


def test_many_report_addresses_are_not_all_asked_about() -> None:
    many = ",".join(f"mailto:a@r{number}.example" for number in range(60))
    zone = Zone(records({ORG: [f"v=DMARC1; p=reject; rua={many}"]}))
    check_policy(patient(), Inquiry(zone, until=time.monotonic() + 60))

    assert len(zone.asked) <= 30
