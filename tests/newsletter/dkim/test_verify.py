"""What a receiver finds about signatures: ours, and those of other signers."""

import dkim as other_signer
import pytest

from newsletter import dkim
from newsletter.dkim import Verdict
from newsletter.dkim.keys import Key
from tests.newsletter.dkim.signed import DOMAIN, both, key, make_signed
from tests.newsletter.messages.edition import make_reader

PLAIN = (
    b"From: A <a@news.example.org>\r\nSubject: Hi  there\r\n\r\nOne \r\n\r\nTwo\r\n\r\n"
)


def published(*keys: Key) -> dict[str, str]:
    return {f"{each.selector}._domainkey.{DOMAIN}": each.record() for each in keys}


def signed() -> bytes:
    return make_signed(both()).build(make_reader())


def by_another(canonical: tuple[bytes, bytes], *, length: bool = False) -> bytes:
    """Return a message that dkimpy signed with the key of these tests."""
    made: bytes = other_signer.sign(
        PLAIN,
        b"nl2026a",
        DOMAIN.encode(),
        key().pem(),
        canonicalize=canonical,
        include_headers=[b"From", b"Subject"],
        length=length,
    )
    return made + PLAIN


def test_our_own_signatures_are_valid() -> None:
    first, second = dkim.verify(signed(), published(*both()).get)

    assert (first.selector, first.verdict) == ("nl2026a", Verdict.VALID)
    assert (second.selector, second.verdict) == ("ed2026a", Verdict.VALID)
    assert {"list-unsubscribe", "list-unsubscribe-post"} <= {*first.covers}


@pytest.mark.parametrize("head", [b"relaxed", b"simple"])
@pytest.mark.parametrize("body", [b"relaxed", b"simple"])
@pytest.mark.parametrize("length", [True, False])
def test_signatures_of_other_signers_are_valid(
    head: bytes, body: bytes, *, length: bool
) -> None:
    raw = by_another((head, body), length=length)

    (found,) = dkim.verify(raw, published(key()).get)

    assert found.is_valid


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        (b"\r\nTwo", b"\r\nTwo!", Verdict.BODY),
        (b"Subject: Hi", b"Subject: Ho", Verdict.HEADER),
        (b"From: A", b"From: B", Verdict.HEADER),
        (b"==\r\nFrom", b"=\r\nFrom", Verdict.UNREADABLE),
        (b"h=from", b"h=to", Verdict.UNREADABLE),
        (b"rsa-sha256", b"rsa-sha1", Verdict.UNREADABLE),
        (b"s=nl2026a", b"s=other", Verdict.NO_KEY),
    ],
)
def test_a_broken_signature_says_what_broke(
    old: bytes, new: bytes, verdict: Verdict
) -> None:
    raw = by_another((b"relaxed", b"relaxed"))
    assert old in raw

    (found,) = dkim.verify(raw.replace(old, new, 1), published(key()).get)

    assert found.verdict is verdict


@pytest.mark.parametrize(
    "record",
    [
        "",
        "v=DKIM1; p=",
        "v=DKIM1; k=ed25519; p=AAAA",
        "v=DKIM1; p=%%%",
        "p=" + "A" * 70,
    ],
)
def test_a_key_that_is_none_proves_nothing(record: str) -> None:
    (found,) = dkim.verify(by_another((b"simple", b"simple")), lambda _: record)

    assert found.verdict is Verdict.NO_KEY


@pytest.mark.parametrize(
    "raw",
    [b"", b"DKIM-Signature:\r\n\r\n", b"\xff\r\n: \r\n", b"DKIM-Signature: b=;bh="],
)
def test_what_is_no_message_breaks_nothing(raw: bytes) -> None:
    assert not any(each.is_valid for each in dkim.verify(raw, lambda _: None))


def test_a_published_key_tells_what_it_is() -> None:
    record = dkim.parse("k=rsa; t=y:s; s=email; " + key().record().split(";")[-1])

    assert record.is_key
    assert record.is_test
    assert record.serves
    assert record.bits == 2048
    assert dkim.parse("v=DKIM1; p=").is_revoked
    assert not dkim.parse("v=spf1 -all").is_key
    assert not dkim.parse("v=DKIM1; s=tlsrpt; p=AA==").serves
    assert not dkim.parse("v=DKIM1; h=sha1; p=AA==").serves
