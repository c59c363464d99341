import time

import pytest

from newsletter import bounces
from newsletter.bounces import Kind, Place, Report
from newsletter.smtp.failures import Failure
from tests.newsletter.bounces.corpus import samples

LONGEST = 0.1  # seconds of the processor
MEGABYTE = 1_000_000
HEAD = b"Return-Path: <>\nFrom: MAILER-DAEMON@example.net\nSubject: failure notice\n"


def _raw(name: str) -> bytes:
    return next(sample.raw for sample in samples() if sample.name == name)


def _timed(raw: bytes) -> tuple[Report, float]:
    """Return the report, and the least time of three: others use this machine too."""
    times = []
    for _ in range(3):
        began = time.process_time()
        bounces.read(raw)
        times.append(time.process_time() - began)
    return bounces.read(raw), min(times)


def test_places_come_in_the_order_of_trust() -> None:
    report = bounces.read(_raw("postfix-unknown-virtual"))

    places = [candidate.place for candidate in report.candidates]

    assert places == sorted(places, key=list(Place).index)
    assert set(places) >= {
        Place.DELIVERED_TO,
        Place.ADDRESSED_TO,
        Place.ENVELOPE_ID,
        Place.RETURN_PATH,
        Place.FEEDBACK_ID,
        Place.UNSUBSCRIBE,
        Place.MESSAGE_ID,
    }


def test_the_reader_whose_address_stands_in_a_report_is_no_candidate() -> None:
    report = bounces.read(_raw("forged-postfix"))

    outside = {Place.DELIVERED_TO, Place.ADDRESSED_TO, Place.RETURN_PATH}
    named = {c.value for c in report.candidates if c.place in outside}

    assert report.kind is Kind.BOUNCE
    assert "victim@example.net" not in named


def test_one_of_several_behind_an_address_does_not_end_it() -> None:
    report = bounces.read(_raw("group-one-of-two"))

    assert (report.kind, report.failure) == (Kind.BOUNCE, Failure.SOFT)


def test_a_report_that_does_not_tell_is_no_bounce() -> None:
    head, _, _ = _raw("second-all-in-one-group").partition(b"--4Qx1")
    silent = head.replace(b"Undelivered Mail Returned to Sender", b"Hello") + (
        b"--4Qx1yz2abc.1763968542/mx.relay.example\n\nHello, this is a report.\n"
        b"--4Qx1yz2abc.1763968542/mx.relay.example\n"
        b"Content-Type: message/delivery-status\n\n"
        b"Reporting-MTA: dns; a\n\nFinal-Recipient: rfc822; a@example.net\n"
    )

    assert bounces.read(silent).kind is Kind.OTHER


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Invalid final delivery userid:\n  anne@example.net\n", Kind.BOUNCE),
        ("This is an advisory-only email\n'x' \"anne@example.net\"\n", Kind.DELAY),
    ],
)
def test_formats_that_only_the_other_detector_knows_are_soft(
    text: str, kind: Kind
) -> None:
    head = b"Return-Path: <>\nFrom: MAILER-DAEMON@example.net\nSubject: Hello\n\n"

    report = bounces.read(head + text.encode())

    assert (report.kind, report.failure) == (kind, Failure.SOFT)


HOSTILE = {
    "five megabytes of text": HEAD + b"\n" + b"550 5.1.1 unknown\n" * 290_000,
    "ten megabytes on one line": HEAD + b"\n" + b"a" * (10 * MEGABYTE),
    "at signs": HEAD + b"\n" + b"a@" * MEGABYTE,
    "no at sign": HEAD + b"\nUnable to deliver message to\n" + b"a" * MEGABYTE,
    "angles": HEAD + b"Content-Type: text/html\n\n" + b"<" * MEGABYTE,
    "unclosed styles": HEAD + b"Content-Type: text/html\n\n" + b"<style>" * 100_000,
    "headers": b"X-A: b\n" * 200_000 + HEAD + b"\nfailed\n",
    "one endless header": b"Subject: " + b"a " * MEGABYTE + b"\n" + HEAD + b"\nx",
    "folded for ever": b"Subject: a\n" + b" b\n" * 300_000 + b"\nx",
    "addresses": b"To: " + b"<a@b.c>, " * 100_000 + b"\n\nx",
    "encoded words": b"Subject: " + b"=?utf-8?q?a" * 100_000 + b"\n\nx",
    "spaces": HEAD + b"\n" + b" " * MEGABYTE + b"x",
    "digits": HEAD + b"\n" + b"5." * MEGABYTE,
    "blank lines": HEAD + b"\n" + b"\n \n" * 300_000,
    "dashes": HEAD + b"\n" + b"-" * MEGABYTE,
    "boundaries": HEAD
    + b"Content-Type: multipart/mixed; boundary=a\n\n"
    + b"--a\n\nx\n" * 100_000,
    "nested parts": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n)
        for n in range(5_000)
    ),
    "nested messages": b"Content-Type: message/rfc822\n\n" * 8_000,
    "statuses": HEAD
    + b"Content-Type: message/delivery-status\n\n"
    + b"Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 spam\n\n" * 9_000,
    "base64 that is none": HEAD
    + b"Content-Transfer-Encoding: base64\n\n"
    + b"=A" * MEGABYTE,
    "nothing but zeros": b"\0" * MEGABYTE,
    "words that begin to match": HEAD + b"\n" + b"user not mailbox is " * 50_000,
    "diagnoses that begin to match": HEAD
    + b"Content-Type: message/delivery-status\n\n"
    + b"".join(
        b"Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 %d %b\n\n"
        % (number, b"recipient is the address was a user name " * 100)
        for number in range(50)
    ),
    "fields inline": HEAD + b"\n" + b"Action: failed\nStatus: 4.0.0\n" * 9_000,
}


@pytest.mark.parametrize("what", HOSTILE)
def test_no_message_takes_long(what: str) -> None:
    report, took = _timed(HOSTILE[what])

    assert isinstance(report, Report)
    assert took < LONGEST


def test_a_large_bounce_is_understood_as_a_small_one() -> None:
    raw = _raw("exo-unknown-fr")
    large = raw[: raw.rindex(b"--_b1a2")] + b"lorem ipsum\n" * 420_000

    report, took = _timed(large)

    assert report.kind is Kind.BOUNCE
    assert report.failure is Failure.HARD
    assert took < LONGEST


@pytest.mark.parametrize(
    "charset",
    ["punycode", "zip", "idna", "unicode_escape", "undefined", "utf-99", "cp999", ""],
)
def test_a_charset_that_reads_no_mail_is_not_used(charset: str) -> None:
    subject = f"Subject: =?{charset}?q?caf=C3=A9?="
    head = f"{subject}\nContent-Type: text/plain; charset={charset}"

    report = bounces.read(f"{head}\n\nx\n".encode())

    assert report.kind is Kind.OTHER


def test_the_diagnosis_is_plain_text_that_acts_on_nothing() -> None:
    report = bounces.read(_raw("hostile-html-diagnostic"))

    assert "<script>" in report.diagnostic  # pages escape it; it is evidence
    assert "\x1b" not in report.diagnostic
    assert "\x00" not in report.diagnostic
