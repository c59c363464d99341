"""SPF as receivers read it: results, limits, loops."""

import time

import pytest

from newsletter.doctor import Colour, Kind, spf
from newsletter.doctor.inquiry import Inquiry
from newsletter.doctor.sending_rights import check_rights
from newsletter.doctor.spf import Result, Trouble
from tests.newsletter.doctor.zone import (
    BROKEN,
    DOMAIN,
    SILENT,
    Records,
    Zone,
    ask,
    patient,
    records,
    through,
)

TXT = f"{DOMAIN} TXT"
HERE = "93.184.215.20"


def inquiry(changes: Records) -> Inquiry:
    return Inquiry(Zone(records(changes)), until=time.monotonic() + 60)


def result(text: str, address: str = HERE, **more: list[str]) -> Result:
    found = {TXT: [text], **{k.replace("__", "."): v for k, v in more.items()}}
    return spf.check_host(DOMAIN, address, inquiry(found))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v=spf1 +all", Result.PASS),
        ("v=spf1 -all", Result.FAIL),
        ("v=spf1 ~all", Result.SOFTFAIL),
        ("v=spf1 ?all", Result.NEUTRAL),
        ("v=spf1", Result.NEUTRAL),
        ("V=SPF1 IP4:93.184.215.20 -ALL", Result.PASS),
        ("v=spf1 ip4:93.184.215.0/24 -all", Result.PASS),
        ("v=spf1 ip4:93.184.216.0/24 -all", Result.FAIL),
        ("v=spf1 -ip4:93.184.215.20 +all", Result.FAIL),
        ("v=spf1 a:mail.example.org -all", Result.PASS),
        ("v=spf1 a:mx1.example.org/24 -all", Result.PASS),
        ("v=spf1 mx -all", Result.FAIL),
        ("v=spf1 mx/24 -all", Result.PASS),
        ("v=spf1 exists:mail.example.org -all", Result.PASS),
        ("v=spf1 ip6:2001:db8::/32 -all", Result.FAIL),
        ("v=spf1 exp=why.example.org -all", Result.FAIL),
        ("v=spf1 unknown=thing ip4:93.184.215.20 -all", Result.PASS),
        ("v=spf1 ip4:93.184.215 -all", Result.PERMERROR),
        ("v=spf1 ipv4:93.184.215.20 -all", Result.PERMERROR),
        ("v=spf1 ip4:2001:db8:: -all", Result.PERMERROR),
        ("v=spf1 include: -all", Result.PERMERROR),
        ("v=spf1 all:example.org", Result.PERMERROR),
        ("v=spf1 a: -all", Result.PERMERROR),
        ("v=spf1 include:nowhere.example -all", Result.PERMERROR),
        ("v=spf1 redirect=nowhere.example", Result.PERMERROR),
        ("v=spf10 +all", Result.NONE),
        ("spf1 +all", Result.NONE),
    ],
)
def test_a_record_means_what_the_standard_says(text: str, expected: Result) -> None:
    assert result(text) is expected


def test_ipv6_is_compared_as_a_number() -> None:
    assert result("v=spf1 ip6:2001:DB8:0::/48 -all", "2001:db8::1") is Result.PASS
    found = {"six.example AAAA": ["2001:db8::1"], TXT: ["v=spf1 a:six.example -all"]}
    assert spf.check_host(DOMAIN, "2001:0db8::1", inquiry(found)) is Result.PASS


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("v=spf1 ip4:93.184.215.20 -all", Result.PASS),
        ("v=spf1 -all", Result.SOFTFAIL),
        ("v=spf1 redirect=third.example", Result.PASS),
    ],
)
def test_an_include_counts_only_when_it_passes(inner: str, expected: Result) -> None:
    found = {
        TXT: ["v=spf1 include:second.example ~all"],
        "second.example TXT": [inner],
        "third.example TXT": ["v=spf1 ip4:93.184.215.20 -all"],
    }

    assert spf.check_host(DOMAIN, HERE, inquiry(found)) is expected


def test_the_end_of_a_redirect_is_the_end_of_the_record() -> None:
    found = {
        TXT: ["v=spf1 redirect=second.example"],
        "second.example TXT": ["v=spf1 include:third.example +all"],
        "third.example TXT": ["v=spf1 -all"],
    }

    assert spf.survey(DOMAIN, inquiry(found)).end == "+"


def chain(many: int) -> Records:
    """Return a record that leads to so many includes."""
    names = [f"s{number}.example" for number in range(many)]
    inner = {f"{name} TXT": ["v=spf1 -all"] for name in names}
    words = " ".join(f"include:{name}" for name in names)
    return {TXT: [f"v=spf1 {words} ip4:93.184.215.20 ~all"], **inner}


def test_ten_lookups_are_the_limit() -> None:
    ten, eleven = chain(10), chain(11)

    assert spf.survey(DOMAIN, inquiry(ten)).troubles == {}
    assert spf.check_host(DOMAIN, HERE, inquiry(ten)) is Result.PASS
    assert [*spf.survey(DOMAIN, inquiry(eleven)).troubles] == [Trouble.LOOKUPS]
    assert spf.check_host(DOMAIN, HERE, inquiry(eleven)) is Result.PERMERROR


def test_two_lookups_may_find_nothing_and_three_may_not() -> None:
    two = {TXT: ["v=spf1 a:x.example a:y.example ip4:93.184.215.20 ~all"]}
    three = {TXT: ["v=spf1 a:x.example a:y.example mx:z.example ~all"]}

    assert spf.check_host(DOMAIN, HERE, inquiry(two)) is Result.PASS
    assert [*spf.survey(DOMAIN, inquiry(three)).troubles] == [Trouble.VOIDS]


@pytest.mark.parametrize(
    "found",
    [
        {TXT: [f"v=spf1 include:{DOMAIN} ~all"]},
        {TXT: [f"v=spf1 redirect={DOMAIN}"]},
        {
            TXT: ["v=spf1 include:b.example ~all"],
            "b.example TXT": [f"v=spf1 include:{DOMAIN} ~all"],
        },
    ],
)
def test_a_record_that_includes_itself_comes_to_an_end(found: Records) -> None:
    zone = Zone(records(found))
    seen = spf.survey(DOMAIN, Inquiry(zone, until=time.monotonic() + 60))

    assert Trouble.LOOKUPS in seen.troubles
    assert len(zone.asked) < 15


def test_a_mail_server_term_looks_at_ten_servers_at_most() -> None:
    found = {TXT: ["v=spf1 mx ~all"], f"{DOMAIN} MX": [f"1 m{n}.x" for n in range(11)]}

    assert Trouble.LOOKUPS in spf.survey(DOMAIN, inquiry(found)).troubles


def test_macros_are_counted_and_not_followed() -> None:
    found = {TXT: ["v=spf1 include:%{ir}.%{v}.spf.example ~all"]}
    seen = spf.survey(DOMAIN, inquiry(found))

    assert (seen.macros, seen.lookups, seen.troubles) == (True, 1, {})


# What the doctor makes of it.

OURS = "v=spf1 a:mail.example.org ~all"
BREVO = patient(ways=(through("Brevo", "spf.brevo.com", "spf.sendinblue.com"),))


def test_a_record_that_names_the_relay_is_green() -> None:
    (found,) = ask(check_rights)

    assert found.colour is Colour.GREEN
    assert found.records == ()


@pytest.mark.parametrize(
    ("values", "colour", "record"),
    [
        (["other=thing"], Colour.RED, OURS),
        (["v=spf1 ~all"], Colour.RED, OURS),
        (
            ["v=spf1 ip4:93.184.215.20 ~all", "v=spf1 include:b.example -all"],
            Colour.RED,
            "v=spf1 ip4:93.184.215.20 include:b.example a:mail.example.org ~all",
        ),
        (["v=spf1 ip4:93.184.215.20 ipv4:1.2.3.4 -all"], Colour.RED, None),
        (["v=spf1 ip4:93.184.215.20 +all"], Colour.RED, None),
        (["v=spf1 ip4:93.184.215.20 ?all"], Colour.RED, None),
        (["v=spf1 ip4:93.184.215.20"], Colour.YELLOW, None),
        (["v=spf1 ip4:93.184.215.20 ptr ~all"], Colour.YELLOW, None),
        (["v=spf1 ip4:93.184.215.20 include:nowhere.example ~all"], Colour.RED, None),
        (["v=spf1 a:x.example a:y.example a:z.example ~all"], Colour.RED, OURS),
        (["v=spf1 redirect=nowhere.example"], Colour.RED, OURS),
        (
            ["v=spf1 Redirect=b.example"],
            Colour.RED,
            "v=spf1 include:b.example a:mail.example.org -all",
        ),
        # Beside an end a redirect means nothing, and must not begin to.
        (["v=spf1 redirect=b.example ~all"], Colour.RED, OURS),
        # Several hide what is wrong in each.
        (
            ["v=spf1 a:x.example ~all", "v=spf1 include:no.example ~all"],
            Colour.RED,
            OURS,
        ),
        (BROKEN, Colour.GREY, OURS),
        (SILENT, Colour.GREY, OURS),
    ],
)
def test_each_defect_has_its_colour_and_its_record(
    values: list[str], colour: Colour, record: str | None
) -> None:
    zone = {TXT: values, "b.example TXT": ["v=spf1 -all"]}
    found = ask(check_rights, zone)

    assert {each.colour for each in found} == {colour}
    assert found[0].records[0].name == DOMAIN
    if record:
        assert found[0].records[0].value == record
    # What is proposed would be found in order, were it published.
    mended = ask(check_rights, {**zone, TXT: [found[0].records[0].value]})
    assert {each.colour for each in mended} == {Colour.GREEN}


def test_two_defects_are_both_named_and_mended_at_once() -> None:
    found = ask(check_rights, {TXT: ["v=spf1 ptr ?all"]})

    assert [each.colour for each in found] == [Colour.RED, Colour.YELLOW, Colour.RED]
    assert {each.records[0].value for each in found} == {OURS}


def test_too_many_lookups_are_red_with_a_record_that_is_enough() -> None:
    (found,) = ask(check_rights, chain(11))

    assert found.colour is Colour.RED
    assert found.records[0].value == OURS


@pytest.mark.parametrize("number", [9, 10])
def test_a_record_that_our_relay_makes_too_long_is_not_proposed(number: int) -> None:
    includes = [f"i{each}.example" for each in range(number)]
    inner = {f"{each} TXT": ["v=spf1 ip4:192.0.2.7 -all"] for each in includes}
    company = {"spf.brevo.com TXT": ["v=spf1 include:i0.example -all"]}
    text = f"v=spf1 {' '.join(f'include:{each}' for each in includes)} ~all"

    (found,) = ask(check_rights, {TXT: [text], **inner, **company}, BREVO)

    assert found.records[0].value == "v=spf1 include:spf.brevo.com ~all"
    assert "no longer send for you" in found.advise("en")


@pytest.mark.parametrize(
    "inner", ["v=spf1 ipv4:1.2.3.4 -all", "v=spf1 a:x.example a:y.example a:z.example"]
)
def test_no_record_is_proposed_that_keeps_the_mistake_of_somebody_else(
    inner: str,
) -> None:
    (found,) = ask(
        check_rights, {TXT: ["v=spf1 include:b.example ~all"], "b.example TXT": [inner]}
    )

    assert (found.colour, found.records) == (Colour.RED, ())
    assert "a record that yours includes" in found.advise("en")


def test_a_company_is_named_by_its_include() -> None:
    (found,) = ask(check_rights, {TXT: ["v=spf1 mx -all"]}, BREVO)

    assert found.colour is Colour.RED
    assert found.records[0].value == "v=spf1 mx include:spf.brevo.com -all"
    assert "Brevo" in found.say("en")


@pytest.mark.parametrize("include", ["spf.brevo.com", "SPF.sendinblue.com"])
def test_any_include_of_a_company_will_do_even_an_inner_one(include: str) -> None:
    found = ask(
        check_rights,
        {
            TXT: ["v=spf1 include:ours.example ~all"],
            "ours.example TXT": [f"v=spf1 include:{include} -all"],
            f"{include.lower()} TXT": ["v=spf1 ip4:1.1.1.1 -all"],
        },
        BREVO,
    )

    assert [each.colour for each in found] == [Colour.GREEN]


def test_a_company_with_a_return_path_of_its_own_needs_no_place() -> None:
    way = through("Postmark", "spf.mtasv.net", own_return_path=True)
    (found,) = ask(check_rights, {TXT: ["v=spf1 mx -all"]}, patient(ways=(way,)))

    assert found.colour is Colour.INFO


def test_a_stated_address_is_what_must_be_named() -> None:
    who = patient(addresses=("93.184.215.99", "2001:db8::1"))
    (found,) = ask(check_rights, {}, who)

    assert found.colour is Colour.RED
    value = found.records[0].value
    assert "ip4:93.184.215.99 ip6:2001:db8::1" in value


def test_without_a_relay_nothing_is_proposed() -> None:
    from newsletter.doctor import Way

    who = patient(ways=(Way("main", Kind.MAILBOX),))
    (found,) = ask(check_rights, {}, who)

    assert (found.colour, found.records) == (Colour.GREY, ())


def test_a_mistake_of_somebody_else_is_not_mended_in_our_record() -> None:
    text = "v=spf1 include:b.example a:mail.example.org ~all"
    (found,) = ask(
        check_rights, {TXT: [text], "b.example TXT": ["v=spf1 ipv4:1.2.3.4 -all"]}
    )

    assert (found.colour, found.records) == (Colour.RED, ())
    assert "a record that yours includes" in found.advise("en")


def test_without_a_record_a_company_with_its_own_return_path_is_less_urgent() -> None:
    way = through("Postmark", "spf.mtasv.net", own_return_path=True)
    (found,) = ask(check_rights, {TXT: ["x"]}, patient(ways=(way,)))

    assert found.colour is Colour.YELLOW
    assert found.records[0].value == "v=spf1 include:spf.mtasv.net ~all"


def test_a_bounce_domain_that_is_an_alias_can_hold_no_record_of_its_own() -> None:
    (found,) = ask(
        check_rights,
        {
            TXT: None,
            f"{DOMAIN} CNAME": "bounces.example.net",
            "bounces.example.net TXT": ["v=spf1 ip4:198.51.100.1 -all"],
        },
    )

    assert found.colour is Colour.RED
    assert "alias (CNAME) of bounces.example.net" in found.advise("en")
