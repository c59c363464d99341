"""Two readers of one language get the same letter, but for what is theirs."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from newsletter import db, demo, editions, jobs, sending
from newsletter.config import Settings
from newsletter.messages import Reader, part
from newsletter.models import Delivery, Edition, Issue
from newsletter.smtp.mailbox import received
from subscribers.lists import domain_of
from subscribers.models import Subscriber
from tests import factories
from tests.acceptance import shared
from tests.newsletter.dkim import signed

pytestmark = pytest.mark.slow

TOKEN = re.compile(r"/(u|p|l)/[a-z2-7]{33,41}")
# What may differ besides the address and the day of the subscription.
OWN = {"DKIM-Signature", "To", "Date", "Message-ID", "List-Unsubscribe", "Content-Type"}
_MOST_MESSAGE = 150_000
_MOST_HTML = 80_000


class _Targets(HTMLParser):
    """Everything a letter loads or leads to, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"src", "href", "background", "srcset", "action", "poster"}:
                self.found.append((name, value or ""))


@dataclass(frozen=True)
class Post:
    """The sample issue as two readers of each language got it, and where it is."""

    engine: Engine
    signing: Settings
    mails: dict[str, list[bytes]]


@pytest.fixture(scope="module")
def post(
    tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path
) -> Iterator[Post]:
    """It is sent once: whoever reads it changes nothing."""
    off = {"check_domains": False, "check_links": False, "check_sender": False}
    folder = tmp_path_factory.mktemp("equal")
    with shared.site(folder, _sqlite_template, **off) as (engine, settings):
        signing = settings.model_copy(update={"dkim_keys": signed.both()})
        yield Post(engine, signing, _sent(engine, signing))


@pytest.fixture
def mails(post: Post) -> dict[str, list[bytes]]:
    """What the two readers of each language got."""
    return post.mails


def _sent(engine: Engine, signing: Settings) -> dict[str, list[bytes]]:
    demo.prepare(engine, signing)
    with db.writing(engine) as session:
        for language in ("fr", "nl", "de", "en"):
            factories.make_subscriber(
                session, email=f"zoe+x&y='{language}'@example.org", language=language
            )
    jobs.start_due_issues(engine, signing, holder="test")
    sending.send(engine, signing, stop=threading.Event())
    found: dict[str, list[bytes]] = {}
    for mail in received(signing.mailbox_dir):
        parsed = message_from_bytes(mail.raw, policy=policy.SMTP)
        found.setdefault(str(parsed["Content-Language"]), []).append(mail.raw)
    return {
        language: [raws[0], next(raw for raw in raws if b"zoe+x" in raw)]
        for language, raws in found.items()
    }


def neutral(raw: bytes) -> list[str]:
    """Return both parts of a message with what is the reader's own taken out."""
    parsed = message_from_bytes(raw, policy=policy.SMTP)
    address = str(parsed["To"])
    texts = []
    for kind in ("plain", "html"):
        text = part(raw, kind)
        for own in (address, address.replace("&", "&amp;").replace("'", "&#x27;")):
            text = text.replace(own, "ADDRESS")
        texts.append(SINCE.sub("DAY", TOKEN.sub(r"/\1/TOKEN", text)))
    return texts


# "because you subscribed on 3 March 2026", whatever the language: a year ends it.
SINCE = re.compile(
    r"\d{1,2}(?:er|\.)?[\s\u00a0]\w+[\s\u00a0]20\d\d|\w+ \d{1,2}, 20\d\d"
)


def test_two_readers_differ_in_what_is_theirs_and_nothing_else(
    mails: dict[str, list[bytes]],
) -> None:
    assert sorted(mails) == ["de", "en", "fr", "nl"]
    for first, second in mails.values():
        assert first != second
        assert neutral(first) == neutral(second)
        heads = [message_from_bytes(raw, policy=policy.SMTP) for raw in (first, second)]
        assert heads[0].keys() == heads[1].keys()
        assert {name for name in set(heads[0].keys()) if differs(name, *heads)} <= OWN


def differs(name: str, first: EmailMessage, second: EmailMessage) -> bool:
    return first.get_all(name) != second.get_all(name)


def test_every_reader_loads_the_same_pictures_and_follows_the_same_links(
    mails: dict[str, list[bytes]],
) -> None:
    for pair in mails.values():
        first, second = (_Targets(part(raw, "html")).found for raw in pair)

        own = [one for one, other in zip(first, second, strict=True) if one != other]
        assert all(TOKEN.match(url.partition("example.org")[2]) for _, url in own)
        assert {name for name, _ in own} == {"href"}
        assert [url for name, url in first if name == "src"]


def test_nothing_in_a_letter_tells_who_opened_it(mails: dict[str, list[bytes]]) -> None:
    kept = re.compile(r"https://news\.example\.org/media/[0-9a-f]{32}\.(jpg|png)")
    for raw in (raw for pair in mails.values() for raw in pair):
        targets = _Targets(part(raw, "html")).found

        assert [
            url for name, url in targets if name != "href" if not kept.fullmatch(url)
        ] == []


def test_a_letter_fits_into_every_mailbox(mails: dict[str, list[bytes]]) -> None:
    for pair in mails.values():
        for raw in pair:
            head, _, body = raw.partition(b"\r\n\r\n")

            assert len(raw) <= _MOST_MESSAGE
            assert len(part(raw, "html").encode()) <= _MOST_HTML
            # RFC 2045 §6.7; in the head an address of a page may stand longer.
            assert max(map(len, body.split(b"\r\n"))) <= 76
            assert max(map(len, head.split(b"\r\n"))) <= 120
            assert b"\n" not in raw.replace(b"\r\n", b"")


def test_the_same_row_gives_the_same_bytes_again(
    post: Post, mails: dict[str, list[bytes]]
) -> None:
    signing = post.signing
    with db.reading(post.engine) as session:
        issue = session.exec(select(Issue).order_by(col(Issue.id))).all()[0]
        rows = session.exec(select(Delivery).where(Delivery.issue_id == issue.id)).all()
        again = set()
        for row in rows:
            edition = session.exec(
                select(Edition).where(
                    Edition.issue_id == issue.id, Edition.language == row.language
                )
            ).one()
            assert row.dated_at is not None
            compiled = editions.compiled(edition, signing.keys, signing.dkim_keys)
            again.add(compiled.build(Reader(
                row.id or 0, row.address, row.handle, row.since_on, row.dated_at
            )))  # fmt: skip

    assert {raw for pair in mails.values() for raw in pair} <= again


def test_both_signatures_of_every_letter_hold(mails: dict[str, list[bytes]]) -> None:
    ring = signed.both()
    for pair in mails.values():
        for raw in pair:
            sender = str(message_from_bytes(raw, policy=policy.SMTP)["From"])
            domain = domain_of(sender.rpartition("<")[2].rstrip(">"))

            assert signed.verdicts(raw, ring, domain) == [True, True]


def test_readers_are_really_two(post: Post, mails: dict[str, list[bytes]]) -> None:
    with db.reading(post.engine) as session:
        people = len(session.exec(select(Subscriber)).all())

    addresses = {
        str(message_from_bytes(raw)["To"]) for pair in mails.values() for raw in pair
    }
    assert people > len(addresses) == 8
