"""What a signature must not survive, and what it must."""

import re

import pytest

from tests.newsletter.dkim.signed import both, covered, make_signed, verdicts
from tests.newsletter.messages.edition import make_reader

RAW = make_signed(both()).build(make_reader())
STRICT = make_signed(both(), dkim_strict=True).build(make_reader())
PRESENT = sorted({name for name in covered(RAW) if f"\r\n{name}: ".encode() in RAW})
# A second one of these would be shown or used instead of ours.
SEALED = [
    b"From: Somebody <somebody@example.com>",
    b"To: somebody@example.com",
    b"Cc: somebody@example.com",
    b"Subject: Something else",
    b"Date: Tue, 24 Nov 2026 20:05:34 +0100",
    b"Message-ID: <else@example.com>",
    b"Reply-To: somebody@example.com",
    b"MIME-Version: 1.0",
    b"Content-Type: text/plain",
    b"List-Id: <else.example.com>",
    b"List-Unsubscribe: <https://example.com/u>",
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    b"Feedback-ID: x:y:z:example",
]
ADDED_BY_RELAYS = [
    b"Sender: relay@example.com",
    b"Content-Transfer-Encoding: 7bit",
]


def with_another_byte(raw: bytes, at: int) -> bytes:
    other = b"x" if raw[at : at + 1] != b"x" else b"y"
    return raw[:at] + other + raw[at + 1 :]


def test_untouched_it_verifies() -> None:
    assert verdicts(RAW, both()) == verdicts(STRICT, both()) == [True, True]


@pytest.mark.parametrize("name", PRESENT)
def test_one_byte_of_a_signed_field_breaks_it(name: str) -> None:
    field = re.search(rf"^{name}: (\S+)".encode(), RAW, re.MULTILINE)
    assert field

    changed = with_another_byte(RAW, field.end(1) - 1)

    assert verdicts(changed, both()) == [False, False]


def test_every_field_of_a_letter_is_signed_but_one() -> None:
    head = RAW[RAW.index(b"From: ") :].partition(b"\r\n\r\n")[0].decode()
    names = re.findall(r"^([A-Za-z-]+):", head, re.MULTILINE)

    # Mail systems use it up on the way, and nobody gains by forging it.
    assert set(names) - set(covered(RAW)) == {"X-Auto-Response-Suppress"}


def test_both_fields_of_the_one_click_unsubscription_are_signed() -> None:
    assert {"List-Unsubscribe", "List-Unsubscribe-Post"} <= set(covered(RAW))


@pytest.mark.parametrize("part", [0.02, 0.25, 0.5, 0.75, 0.97])
def test_one_byte_of_the_body_breaks_it(part: float) -> None:
    start = RAW.index(b"\r\n\r\n") + 4
    at = start + int((len(RAW) - start) * part)
    at = next(i for i in range(at, len(RAW)) if not RAW[i : i + 1].isspace())

    assert verdicts(with_another_byte(RAW, at), both()) == [False, False]


def test_words_after_the_body_break_it() -> None:
    assert verdicts(RAW + b"Buy this!\r\n", both()) == [False, False]


@pytest.mark.parametrize("field", SEALED)
@pytest.mark.parametrize("first", [True, False])
def test_a_second_field_breaks_it_wherever_it_is_put(field: bytes, first: bool) -> None:
    head, body = RAW.split(b"\r\n\r\n", 1)
    fields = (field, head) if first else (head, field)

    changed = b"\r\n".join(fields) + b"\r\n\r\n" + body

    assert verdicts(changed, both()) == [False, False]


@pytest.mark.parametrize("field", ADDED_BY_RELAYS)
def test_a_relay_may_add_what_it_often_does_unless_told_otherwise(
    field: bytes,
) -> None:
    assert verdicts(field + b"\r\n" + RAW, both()) == [True, True]
    assert verdicts(field + b"\r\n" + STRICT, both()) == [False, False]


def test_a_trace_of_the_way_breaks_nothing() -> None:
    received = b"Received: from a (b [192.0.2.1])\r\n\tby c with ESMTPS;\r\n\tnow\r\n"

    assert verdicts(received + b"Return-Path: <x@y.z>\r\n" + RAW, both()) == [True] * 2


def test_white_space_that_a_relay_folds_anew_breaks_nothing() -> None:
    changed = RAW.replace(b"Content-Type: multipart", b"Content-Type:\r\n\t multipart")

    assert changed != RAW
    assert verdicts(changed + b"\r\n\r\n", both()) == [True, True]
