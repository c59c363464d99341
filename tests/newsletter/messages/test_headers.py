import re
from collections import Counter
from email.header import decode_header, make_header

import pytest

from newsletter.errors import UnsafeValue
from subscribers import optout
from subscribers.tokens import KeyRing, Purpose
from tests import factories
from tests.newsletter.messages.edition import (
    make_compiled,
    make_envelope,
    make_reader,
    parse,
)

HEAD = (
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Language",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Help",
    "List-Owner",
    "List-Post",
    "Archived-At",
    "Precedence",
    "X-Auto-Response-Suppress",
    "Feedback-ID",
    "Content-Type",
)


def head_of(raw: bytes) -> bytes:
    return raw.partition(b"\r\n\r\n")[0]


def raw_value(raw: bytes, name: str) -> str:
    unfolded = re.sub(rb"\r\n[ \t]", b" ", head_of(raw)).decode("ascii")
    found = [
        line.partition(": ")[2]
        for line in unfolded.split("\r\n")
        if line.startswith(f"{name}: ")
    ]
    assert len(found) == 1
    return found[0]


def test_the_headers_are_these_in_this_order_and_once_each() -> None:
    raw = make_compiled().build(make_reader())

    assert tuple(parse(raw).keys()) == HEAD
    assert set(Counter(parse(raw).keys()).values()) == {1}


def test_the_values_are_those_of_the_reference_message() -> None:
    raw = make_compiled().build(make_reader())

    message = parse(raw)
    assert message["From"] == "Croix-Rouge de Liège <lettre@news.example.org>"
    assert message["To"] == "anne@example.org"
    assert message["Subject"] == "Novembre à Liège"
    assert raw_value(raw, "Date") == "Mon, 23 Nov 2026 20:05:34 +0100"
    assert raw_value(raw, "List-Id") == "Lettre mensuelle <lettre.news.example.org>"
    assert raw_value(raw, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    assert raw_value(raw, "List-Post") == "NO"
    assert raw_value(raw, "Content-Language") == "fr"
    assert raw_value(raw, "X-Auto-Response-Suppress") == "OOF, AutoReply, RN, NRN"


def test_one_https_address_unsubscribes_and_no_mailto() -> None:
    raw = make_compiled().build(make_reader())

    value = raw_value(raw, "List-Unsubscribe")
    token = value.removeprefix("<https://news.example.org/u/").removesuffix(">")
    assert factories.KEYS.read(Purpose.UNSUBSCRIBE, token) == ("hhhhhhhhhhhhhhhh",)
    assert 33 <= len(token) <= 43


def test_a_mailbox_for_leaving_stands_behind_the_address() -> None:
    compiled = make_compiled(unsubscribe_address="u+{token}@news.example.org")

    value = raw_value(compiled.build(make_reader()), "List-Unsubscribe")

    address, mailto = value.split(", ")
    token = mailto.removeprefix("<mailto:").removesuffix(">")
    assert address.startswith("<https://news.example.org/u/")
    assert optout.handle_in(factories.KEYS, token) == "hhhhhhhhhhhhhhhh"


def test_failures_come_back_to_a_mailbox_of_their_delivery() -> None:
    compiled = make_compiled(bounce_address="b+{token}@bounce.example.org")

    sender = compiled.sender(make_reader())

    named = factories.KEYS.find(Purpose.BOUNCE, sender)
    assert named == ("hhhhhhhhhhhhhhhh", "iiiiiiii")
    assert sender.startswith("b+")
    assert len(sender.partition("@")[0]) <= 64


def test_without_such_a_mailbox_failures_go_to_the_sender() -> None:
    assert make_compiled().sender(make_reader()) == "lettre@news.example.org"


def test_a_long_host_name_leaves_structured_headers_as_they_are() -> None:
    host = "https://" + ".".join(["a-rather-long-label"] * 8) + ".example.org"
    raw = make_compiled(base_url=host, help_url=f"{host}/fr/subscribe").build(
        make_reader()
    )

    assert raw_value(raw, "List-Unsubscribe").startswith(f"<{host}/u/")
    for name in ("List-Unsubscribe", "List-Help", "Archived-At", "Feedback-ID"):
        assert "=?" not in raw_value(raw, name)


def test_a_message_id_names_our_domain_and_nothing_about_the_reader() -> None:
    message_id = raw_value(make_compiled().build(make_reader()), "Message-ID")

    assert re.fullmatch(r"<d\.[a-z2-7]{26}@news\.example\.org>", message_id)
    assert "hhhh" not in message_id


def test_each_delivery_has_its_own_message_id() -> None:
    compiled = make_compiled()

    first = compiled.build(make_reader(delivery_id=7))
    second = compiled.build(make_reader(delivery_id=8))

    assert raw_value(first, "Message-ID") != raw_value(second, "Message-ID")


def test_the_same_delivery_gives_the_same_bytes_after_a_key_rotation() -> None:
    before = make_compiled()
    rotated = KeyRing(["a newer key that signs from now on", *factories.SECRETS])
    after = type(before)(
        make_envelope(),
        rotated,
        language="fr",
        subject="Novembre à Liège",
        html="<p>x</p>",
        text="x",
    )

    assert raw_value(before.build(make_reader()), "List-Unsubscribe") == raw_value(
        after.build(make_reader()), "List-Unsubscribe"
    )


@pytest.mark.parametrize(
    "subject",
    [
        "Plain words",
        "L’été à Liège : « enfin » œuvre, Straße, één",
        "🚲 " * 60,
        "a" * 300,
        "é" * 300,
        "=?utf-8?q?not_ours?=",
    ],
)
def test_a_subject_survives_encoding(subject: str) -> None:
    raw = make_compiled(subject=subject).build(make_reader())

    lines = head_of(raw).split(b"\r\n")
    encoded = raw_value(raw, "Subject")
    assert str(make_header(decode_header(encoded))).strip() == subject.strip()
    assert all(len(line) <= 78 for line in lines if b"=?" in line)
    assert all(len(word) <= 75 for word in re.findall(r"=\?.*?\?=", encoded))


@pytest.mark.parametrize(
    "name", ["Ligue, asbl", 'The "Friends"', "a@b", "Amis & amies", "Œuvre", "x" * 90]
)
def test_a_sender_name_survives_encoding(name: str) -> None:
    raw = make_compiled(sender_name=name).build(make_reader())

    # Python 3.11's own address parser puts spaces between adjacent encoded words.
    shown, _, address = raw_value(raw, "From").rpartition(" ")
    decoded = str(make_header(decode_header(unquoted(shown))))
    assert (decoded, address) == (name, "<lettre@news.example.org>")


def unquoted(phrase: str) -> str:
    return re.sub(r"\\(.)", r"\1", phrase.removeprefix('"').removesuffix('"'))


@pytest.mark.parametrize(
    "hostile",
    ["x\r\nBcc: a@example.org", "x\ny", "x\x00", "x\u2028y", "x\udc80", "x\x85"],
)
def test_a_line_break_is_refused_wherever_it_could_end_a_header(hostile: str) -> None:
    with pytest.raises(UnsafeValue):
        make_compiled(sender_name=hostile)
    with pytest.raises(UnsafeValue):
        make_compiled(subject=hostile)
    with pytest.raises(UnsafeValue):
        make_compiled().build(make_reader(address=hostile))


def test_the_date_keeps_the_list_zone_in_summer_and_winter() -> None:
    summer = make_reader().dated_at.replace(month=7)

    raw = make_compiled().build(make_reader(dated_at=summer))

    assert raw_value(raw, "Date") == "Thu, 23 Jul 2026 21:05:34 +0200"


def test_the_head_is_ascii_with_short_lines() -> None:
    raw = make_compiled(sender_name="Œ" * 120, subject="ß" * 200).build(make_reader())

    lines = head_of(raw).split(b"\r\n")
    assert head_of(raw).isascii()
    assert max(map(len, lines)) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
