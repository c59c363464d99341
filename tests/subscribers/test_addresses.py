import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from subscribers.addresses import Address, mask, normalise
from subscribers.errors import InvalidAddress


@pytest.mark.parametrize(
    ("written", "email", "key"),
    [
        ("anne@example.org", "anne@example.org", "anne@example.org"),
        (" Anne@EXAMPLE.org\t", "Anne@example.org", "anne@example.org"),
        ("\ufeffanne@example.org\u00a0", "anne@example.org", "anne@example.org"),
        ("anne@exämple.org", "anne@xn--exmple-cua.org", "anne@xn--exmple-cua.org"),
        ("a+b=c@example.org", "a+b=c@example.org", "a+b=c@example.org"),
    ],
)
def test_an_address_is_normalised(written: str, email: str, key: str) -> None:
    assert normalise(written) == Address(email, key)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "anne",
        "anne@",
        "@example.org",
        "anne@@example.org",
        "anne@example",
        "anne@localhost",
        "anne@[127.0.0.1]",
        "anne @example.org",
        '"anne"@example.org',
        "anne@example.org\r\nBcc: bart@example.org",
        "anne@example.org\x00",
        "anne@exam\u2028ple.org",
        "anne@example.org, bart@example.org",
        "Anne <anne@example.org>",
        "änne@example.org",
        "\u212aris@example.org",  # the sign of the kelvin is no K
        "a" * 65 + "@example.org",
        "a@" + "b" * 300 + ".org",
    ],
)
def test_what_cannot_be_mailed_is_refused(written: str) -> None:
    with pytest.raises(InvalidAddress):
        normalise(written)


@given(st.text())
def test_no_text_does_anything_but_read_or_refuse(text: str) -> None:
    read_or_refused(text)


@given(st.from_regex(r"[^@]{1,12}@[^@]{1,20}\.[a-z]{2,4}", fullmatch=True))
def test_nothing_like_an_address_does_either(text: str) -> None:
    read_or_refused(text)


def read_or_refused(text: str) -> None:
    try:
        address = normalise(text)
    except InvalidAddress:
        return
    # What leaves here goes into an SMTP command and columns of 254.
    assert address.email.isascii()
    assert address.email.isprintable()
    assert max(len(address.email), len(address.key)) <= 254
    assert normalise(address.email) == address


def test_a_mask_shows_the_first_letter_only() -> None:
    assert mask("anne.peeters@example.org") == "a•••@example.org"
    assert mask("a@example.org") == "a•••@example.org"


@given(
    st.text("aZ9.+-'!", min_size=1, max_size=70),
    st.sampled_from(
        ["example.org", "EXÄMPLE.org", "a-.org", "example", "x.test", "b" * 60 + ".org"]
    ),
)
def test_plain_addresses_are_judged_as_email_validator_does(
    local: str, domain: str
) -> None:
    written = f"{local}@{domain}"
    try:
        found = validate_email(written, check_deliverability=False, strict=True)
    except EmailNotValidError:
        with pytest.raises(InvalidAddress):
            normalise(written)
        return

    assert normalise(written).email == found.ascii_email


def test_a_long_address_is_measured_as_a_whole() -> None:
    domain = ".".join(["b" * 60] * 3) + ".org"

    assert len(normalise(f"{'a' * 60}@{domain}").email) == 247
    with pytest.raises(InvalidAddress):
        normalise(f"{'a' * 64}@{'c' * 6}.{domain}")
