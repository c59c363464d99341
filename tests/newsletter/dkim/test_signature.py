"""What is signed, how it is written, and that others can verify it."""

from datetime import UTC, datetime

import pytest
from dkim.canonicalization import Relaxed
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from newsletter import db, dkim, editions, notices
from newsletter.config import Settings
from newsletter.dkim import Ring, Signer
from newsletter.dkim.signing import canonical_body
from newsletter.errors import UnsafeValue
from newsletter.models import Edition, Notice, NoticeKind
from tests import factories
from tests.newsletter.dkim.signed import (
    both,
    covered,
    ed25519,
    key,
    make_signed,
    tags,
    verdicts,
)
from tests.newsletter.messages.edition import make_compiled, make_reader

LONG_HOST = "https://" + ".".join(["a-rather-long-label"] * 8) + ".example.org"
WORDS = {
    "fr": "L’été à Liège : « enfin »",
    "nl": "Eén brief, élke lezer",
    "de": "Straße über den Fluß",
    "en": "From here .\n. From there",
    "ar": "رسالة إلى القرّاء",
}
# Lines that end in CRLF, and white space wherever it can stand.
BODIES = st.lists(st.text("a= \t", max_size=8), max_size=8).map(
    lambda lines: "".join(f"{line}\r\n" for line in lines).encode()
)


@pytest.mark.parametrize("language", WORDS)
def test_a_letter_in_any_language_verifies(
    session: Session, settings: Settings, language: str
) -> None:
    settings = settings.model_copy(update={"dkim_keys": both(), "base_url": LONG_HOST})
    title = WORDS[language]
    item = factories.make_item(
        session, texts={language: {"title": title, "body": f"<p>{title * 40}</p>"}}
    )
    issue = factories.make_issue(session, items=[item], languages=(language,))
    editions.freeze(session, issue, settings, now=datetime(2026, 12, 1, tzinfo=UTC))
    edition = session.exec(select(Edition).where(Edition.issue_id == issue.id)).one()

    raw = editions.compiled(edition, factories.KEYS, settings.dkim_keys).build(
        make_reader()
    )

    domain = edition.envelope["sender_address"].partition("@")[2]
    assert verdicts(raw, both(), domain) == [True, True]
    assert max(map(len, raw.split(b"\r\n"))) <= 998


# A test is the letter itself, which has a test of its own above.
@pytest.mark.parametrize("kind", [k for k in NoticeKind if k is not NoticeKind.TEST])
def test_every_notice_verifies(
    session: Session, settings: Settings, kind: NoticeKind
) -> None:
    settings = settings.model_copy(update={"dkim_keys": both()})
    mailing_list = factories.the_list(session)
    notice = Notice(
        kind=kind,
        list_id=mailing_list.id or 0,
        subscriber_id=factories.make_subscriber(session).id,
        email="anne@example.org",
        language="nl",
        # What an invitation tells of; the other kinds do without.
        facts={"role": "editor", "by": "Léa"},
        due_at=db.now(session),
    )

    raw = notices.compose(session, notice, settings, now=db.now(session)).raw

    domain = mailing_list.sender_address.partition("@")[2]
    assert verdicts(raw, both(), domain) == [True, True]
    assert tags(raw)[0]["d"] == domain


def test_the_fields_are_those_of_the_reference_message_in_its_order() -> None:
    raw = make_signed(both()).build(make_reader())

    assert ":".join(covered(raw)) == (
        "From:To:Subject:Date:Message-ID:Reply-To:MIME-Version:Content-Type:"
        "Content-Language:List-Id:List-Unsubscribe:List-Unsubscribe-Post:List-Help:"
        "List-Owner:List-Post:Archived-At:Precedence:Feedback-ID:"
        "From:To:Cc:Subject:Date:Message-ID:Reply-To:MIME-Version:Content-Type:"
        "List-Id:List-Unsubscribe:List-Unsubscribe-Post:Feedback-ID"
    )


def test_the_tags_are_those_of_a_relaxed_signature_of_the_whole_body() -> None:
    rsa, short = tags(make_signed(both()).build(make_reader()))

    assert list(rsa) == ["v", "a", "c", "d", "s", "t", "h", "bh", "b"]
    assert (rsa["v"], rsa["c"], rsa["d"]) == (
        "1",
        "relaxed/relaxed",
        "news.example.org",
    )
    assert (rsa["a"], rsa["s"]) == ("rsa-sha256", "nl2026a")
    assert (short["a"], short["s"]) == ("ed25519-sha256", "ed2026a")


def test_it_is_dated_as_the_message_is() -> None:
    reader = make_reader()

    raw = make_signed(both()).build(reader)

    assert tags(raw)[0]["t"] == str(int(reader.dated_at.timestamp()))


def test_the_same_message_gives_the_same_bytes() -> None:
    first = make_signed(both()).build(make_reader())
    second = make_signed(both()).build(make_reader())

    assert first == second


def test_each_reader_of_an_edition_gets_a_signature_of_their_own() -> None:
    compiled = make_signed(both())

    raws = [compiled.build(make_reader(delivery_id=number)) for number in (1, 2)]

    assert [verdicts(raw, both()) for raw in raws] == [[True, True]] * 2
    assert len({tags(raw)[0]["b"] for raw in raws}) == 2


def test_nothing_but_the_signatures_is_added() -> None:
    signed = make_signed(both()).build(make_reader())

    assert signed.endswith(make_compiled().build(make_reader()))
    assert signed.count(b"\r\nDKIM-Signature:") == 1  # and one at the very start


def test_without_keys_nothing_is_added() -> None:
    assert make_signed(Ring()).build(make_reader()) == make_compiled().build(
        make_reader()
    )


@pytest.mark.parametrize("ring", [Ring([key()]), Ring([ed25519()])])
def test_one_key_alone_signs_once(ring: Ring) -> None:
    raw = make_signed(ring).build(make_reader())

    assert verdicts(raw, ring) == [True]


def test_lines_are_folded_at_76_octets() -> None:
    raw = make_signed(both()).build(make_reader())

    lines = raw.partition(b"From: ")[0].split(b"\r\n")
    assert max(map(len, lines)) <= 76
    assert raw.isascii()


def test_a_long_domain_and_selector_verify() -> None:
    domain = ".".join(["a" * 60] * 3) + ".example.org"
    own = key("s" * 60)
    compiled = make_signed(Ring([own]), sender_address=f"news@{domain}")

    raw = compiled.build(make_reader())

    assert verdicts(raw, Ring([own]), domain) == [True]
    assert max(map(len, raw.split(b"\r\n"))) <= 998


@given(BODIES)
def test_a_body_is_hashed_as_others_hash_it(body: bytes) -> None:
    assert canonical_body(body) == Relaxed.canonicalize_body(body)


@pytest.mark.parametrize(
    "domain",
    [
        "example.org; x=1",
        "example.org\r\nBcc: anne@example.org",
        "example.org\n",
        "exa mple.org",
        "[127.0.0.1]",
        "-a.example.org",
        "é.example.org",
        "a." * 130 + "org",
        "",
    ],
)
def test_a_domain_that_could_break_out_of_its_tag_is_refused(domain: str) -> None:
    with pytest.raises(UnsafeValue):
        Signer([key()], domain=domain, strict=False)


def test_the_names_that_are_signed_twice_are_signed_once_too() -> None:
    assert set(dkim.OVERSIGNED) <= set(dkim.SIGNED)
