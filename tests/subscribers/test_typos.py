import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers import typos
from subscribers.typos import suggest


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("anne@gmial.com", "gmail.com"),  # two letters swapped
        ("anne@gmal.com", "gmail.com"),  # one missing
        ("anne@gmaill.com", "gmail.com"),  # one too many
        ("anne@gnail.com", "gmail.com"),  # the one beside it
        ("anne@gmail.co", "gmail.com"),
        ("anne@gmail.con", "gmail.com"),
        ("anne@gmail.cmo", "gmail.com"),
        ("anne@gmailcom", "gmail.com"),
        ("anne@gmial.con", "gmail.com"),  # both at once
        ("anne@hotmial.com", "hotmail.com"),
        ("anne@hotmial.be", "hotmail.be"),
        ("anne@hotmal.fr", "hotmail.fr"),
        ("anne@outlok.com", "outlook.com"),
        ("anne@yaho.fr", "yahoo.fr"),
        ("anne@telent.be", "telenet.be"),
        ("anne@skynet.bee", "skynet.be"),
        ("anne@sknyet.be", "skynet.be"),
        ("anne@wandoo.fr", "wanadoo.fr"),
        ("anne@ornage.fr", "orange.fr"),
        ("anne@zigo.nl", "ziggo.nl"),
        ("anne@t-onlin.de", "t-online.de"),
        ("anne@GMIAL.com", "gmail.com"),
        ("anne@example.con", "example.com"),  # nobody's ending, whoever's domain
        ("anne@example.ogr", "example.org"),
    ],
)
def test_a_slip_of_the_finger_is_noticed(typed: str, meant: str) -> None:
    assert suggest(typed) == f"anne@{meant}"


@pytest.mark.parametrize(
    "typed",
    [
        "anne@gmail.com",
        "anne@hotmail.be",
        "anne@example.org",
        "anne@mail.com",  # one letter from gmail.com, and real
        "anne@gmx.fr",
        "anne@gmx.be",  # too short to tell
        "anne@free.be",
        "anne@live.it",
        "anne@voo.be",
        "anne@ulb.be",
        "anne@proton.com",  # two away
        "anne",
        "@gmial.com",
        "anne@",
        "",
    ],
)
def test_what_may_well_be_right_is_left_alone(typed: str) -> None:
    assert suggest(typed) is None


def test_the_part_before_the_domain_stays_as_it_was() -> None:
    assert suggest(" Anne.Peeters+news@gmial.com ") == "Anne.Peeters+news@gmail.com"


@pytest.mark.parametrize("domain", sorted(typos._PROVIDERS))
def test_no_provider_is_a_mistake_for_another(domain: str) -> None:
    assert suggest(f"anne@{domain}") is None


@given(st.text(max_size=40))
def test_a_suggestion_is_never_corrected_again(text: str) -> None:
    first = suggest(text)

    assert first is None or suggest(first) is None
