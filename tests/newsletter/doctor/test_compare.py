"""What the way did to a letter, found by comparing what left with what arrived."""

import re
from collections.abc import Callable

import pytest

from newsletter import dkim, doctor
from newsletter.doctor import Colour, Diagnosis
from newsletter.doctor.arrived import opened
from tests.newsletter.dkim.signed import DOMAIN, both, key, make_signed
from tests.newsletter.messages.edition import make_compiled, make_reader

RESULTS = (
    b"Authentication-Results: mx.example.net; dkim=pass header.d=news.example.org;\r\n"
    b" spf=pass smtp.mailfrom=news.example.org; dmarc=pass\r\n"
)
WAY = (
    b"Return-Path: <lettre@news.example.org>\r\nDelivered-To: anne@example.org\r\n"
    b"Received: from relay (relay [192.0.2.1])\r\n\tby mx.example.net; now\r\n"
)
PUBLISHED = {f"{k.selector}._domainkey.{DOMAIN}": k.record() for k in both()}

Way = Callable[[bytes], bytes]


def letter() -> bytes:
    return make_signed(both()).build(make_reader())


def compare(way: Way, left: bytes | None = None) -> list[Diagnosis]:
    """Return what the doctor finds after a way that does this to a letter."""
    sent = left or letter()
    return doctor.compare(sent, WAY + RESULTS + way(sent), keys=PUBLISHED.get)


def colours(found: list[Diagnosis]) -> set[Colour]:
    return {each.colour for each in found}


def words(found: list[Diagnosis], colour: Colour) -> str:
    return " ".join(each.say("en") for each in found if each.colour is colour)


def changed(old: bytes, new: bytes) -> Way:
    def way(raw: bytes) -> bytes:
        assert old in raw, raw
        return raw.replace(old, new, 1)

    return way


def without(name: bytes) -> Way:
    return lambda raw: re.sub(
        rb"(?m)^%s:[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*" % name, b"", raw, count=1
    )


def test_a_letter_that_nobody_touched_is_green() -> None:
    found = compare(lambda raw: raw)

    assert colours(found) == {Colour.GREEN}
    assert "covers the unsubscribe button" in words(found, Colour.GREEN)
    assert "exactly as they left" in words(found, Colour.GREEN)


@pytest.mark.parametrize(
    "save",
    [
        lambda raw: raw.replace(b"\r\n", b"\n"),
        lambda raw: (
            b"From anne@example.org Wed Nov 25 2026\n" + raw.replace(b"\r", b"")
        ),
        lambda raw: b"\n\n" + raw,
    ],
)
def test_however_the_source_was_saved(save: Way) -> None:
    sent = letter()

    found = doctor.compare(sent, save(WAY + RESULTS + sent), keys=PUBLISHED.get)

    assert colours(found) == {Colour.GREEN}


LINK = b'<a href=3D"=\r\nhttps://news.example.org'


@pytest.mark.parametrize(
    ("way", "colour", "said"),
    [
        (without(b"List-Unsubscribe"), Colour.RED, "taken out on the way: list-unsub"),
        (without(b"List-Unsubscribe-Post"), Colour.RED, "list-unsubscribe-post"),
        (without(b"Feedback-ID"), Colour.YELLOW, "feedback-id"),
        (without(b"DKIM-Signature"), Colour.GREEN, "is valid"),
        (changed(b"Subject: ", b"Subject: [SPAM] "), Colour.RED, "subject"),
        (changed(b"From: ", b"From: via "), Colour.RED, "from"),
        (changed(b"Message-ID: <d", b"Message-ID: <x"), Colour.YELLOW, "message-id"),
        (changed(b"Date: Mon", b"Date: Tue"), Colour.YELLOW, "date"),
        (
            changed(
                b"List-Unsubscribe: <https://news.", b"List-Unsubscribe: <https://t."
            ),
            Colour.RED,
            "list-unsubscribe",
        ),
        (lambda raw: b"From: x@evil.example\r\n" + raw, Colour.RED, "twice"),
        (lambda raw: b"X-Thing: y\r\n" + raw, Colour.GREEN, "as it left"),
        (lambda raw: b"Errors-To: y\r\n" + raw, Colour.INFO, "errors-to"),
        (
            changed(LINK, b'<a href=3D"https://click.example'),
            Colour.RED,
            "Links of the text/html text lead elsewhere now (1)",
        ),
        (
            changed(b"</body>", b'<img src=3D"https://o.example/p.gif"></body>'),
            Colour.RED,
            "A picture was added",
        ),
        (changed(b"</body>", b"<p>Sent with X</p></body>"), Colour.YELLOW, "changed"),
        (
            changed(b"Bonjour\r\n", b"Bonjour\r\n\r\nSent with X\r\n"),
            Colour.YELLOW,
            "text/plain",
        ),
        (changed(b"Bonjour\r\n", b"Bonj=\r\nour\r\n"), Colour.YELLOW, "wrapped anew"),
        (
            lambda raw: raw.replace(
                b"Content-Transfer-Encoding: quoted-printable",
                b"Content-Transfer-Encoding: QUOTED-PRINTABLE",
            ),
            Colour.GREEN,
            "exactly as they left",
        ),
        (changed(b"text/html", b"application/x"), Colour.RED, "text/html text is gone"),
    ],
)
def test_each_change_has_its_colour(way: Way, colour: Colour, said: str) -> None:
    found = compare(way)

    assert said in words(found, colour), [(f.colour, f.say("en")) for f in found]


def repacked(raw: bytes) -> bytes:
    """Return a message whose texts are packed as base64, as some relays do."""
    from email import message_from_bytes, policy

    message = message_from_bytes(raw, policy=policy.SMTP)
    for part in message.walk():
        if part.get_content_maintype() == "text":
            text = part.get_content()
            part.set_content(text, subtype=part.get_content_subtype(), cte="base64")
    return message.as_bytes()


def test_texts_that_were_packed_anew_are_told_from_texts_that_were_changed() -> None:
    found = compare(repacked)

    assert "packed anew on the way (quoted-printable became base64)" in words(
        found, Colour.YELLOW
    )
    assert "does not hold: something changed the text" in words(found, Colour.RED)
    assert "lead elsewhere" not in words(found, Colour.RED)


def test_two_changes_are_both_found() -> None:
    def way(raw: bytes) -> bytes:
        return changed(b"Date: Mon", b"Date: Tue")(
            changed(LINK, b'<a href=3D"https://click.example')(raw)
        )

    found = compare(way)

    assert "lead elsewhere" in words(found, Colour.RED)
    assert "date" in words(found, Colour.YELLOW)


# Signatures, and what the mailbox thinks of them.


def test_a_letter_that_nobody_signed_is_red() -> None:
    found = compare(lambda raw: raw, make_compiled().build(make_reader()))

    assert "No signature (DKIM) speaks for news.example.org" in words(found, Colour.RED)


def test_a_signature_of_the_relay_will_do_if_it_covers_the_way_out() -> None:
    from dkim import sign

    def signed(raw: bytes, *names: bytes) -> bytes:
        made: bytes = sign(
            raw, b"nl2026a", DOMAIN.encode(), key().pem(), include_headers=[*names]
        )
        return made + raw

    plain = make_compiled().build(make_reader())
    whole = compare(
        lambda raw: signed(raw, b"From", b"List-Unsubscribe", b"List-Unsubscribe-Post"),
        plain,
    )
    half = compare(lambda raw: signed(raw, b"From", b"List-Unsubscribe"), plain)

    assert colours(whole) == {Colour.GREEN}
    assert "shows no unsubscribe button" in words(half, Colour.RED)


def test_a_key_that_cannot_be_found_is_grey() -> None:
    sent = letter()
    found = doctor.compare(sent, WAY + RESULTS + sent, keys=lambda _: None)

    assert "its key cannot be found" in words(found, Colour.GREY)
    assert Colour.RED not in colours(found)


@pytest.mark.parametrize(
    ("results", "colour", "said"),
    [
        (RESULTS.replace(b"spf=pass", b"spf=softfail"), Colour.RED, "spf=softfail"),
        (RESULTS.replace(b"dmarc=pass", b"dmarc=fail"), Colour.RED, "dmarc=fail"),
        (
            RESULTS.replace(b"dkim=pass", b"dkim=fail x; dkim=pass"),
            Colour.GREEN,
            "dkim",
        ),
        (b"", Colour.GREY, "did not write down"),
        (
            RESULTS + b"Authentication-Results: forged; spf=fail\r\n",
            Colour.GREEN,
            "spf",
        ),
    ],
)
def test_what_the_mailbox_thinks(results: bytes, colour: Colour, said: str) -> None:
    sent = letter()
    found = doctor.compare(sent, WAY + results + sent, keys=PUBLISHED.get)

    assert said in words(found, colour)


def test_another_letter_is_not_compared() -> None:
    other = make_signed(both()).build(make_reader(delivery_id=8, handle="i" * 16))
    found = doctor.compare(letter(), other, keys=PUBLISHED.get)

    assert [each.colour for each in found] == [Colour.RED]
    assert "not the message that left" in found[0].say("en")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 5000,
        b"Content-Type: text/html; charset=nonsense\r\n\r\n<a href=x>",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\n" * 5000,
        b"Content-Type: text/html\r\n\r\n" + b"<a <img " * 50_000,
        b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n\xff\xfe",
        b"Message-ID: x\r\nDKIM-Signature: v=1; b=\xff; bh==; h=:::;\r\n\r\n\xff",
    ],
)
def test_what_is_no_letter_breaks_nothing(raw: bytes) -> None:
    for left, came in ((raw, letter()), (letter(), raw), (raw, raw)):
        for each in doctor.compare(left, came, keys=PUBLISHED.get):
            assert each.say("en")
    assert opened(raw).raw is not None
    assert dkim.verify(raw, PUBLISHED.get) is not None
