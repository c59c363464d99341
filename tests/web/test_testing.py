"""Tests of an issue: one letter per language to colleagues, and nobody is counted."""

import base64
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import Message

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, jobs, notices
from newsletter.config import Settings
from newsletter.errors import BadTest
from newsletter.messages import part
from newsletter.models import (
    Delivery,
    DeliveryState,
    Edition,
    Issue,
    ItemType,
    Notice,
    Role,
)
from newsletter.notices import testing
from newsletter.smtp.mailbox import ReceivedMail, received
from subscribers import addresses, suppressions
from subscribers.clock import utcnow
from subscribers.models import SuppressionReason
from subscribers.tokens import TEST_HANDLE, KeyRing, Purpose, new_handles
from tests import factories
from tests.conftest import Run
from tests.relay import Relay, Script
from tests.web.conftest import LogIn, dump, let_leave

NEVER = threading.Event()


@dataclass(frozen=True)
class Draft:
    """An issue in French and Dutch that nobody reads yet, and one silent edition."""

    id: int
    handle: str


@pytest.fixture
def draft(engine: Engine) -> Draft:
    """A draft that is not ready: German has no subject, and there is no reader."""
    with db.writing(engine) as session:
        item = factories.make_item(session, texts={"fr": {"title": "Le pont"}})
        issue = factories.make_issue(session, items=[item], languages=("fr", "nl"))
        session.add(Edition(issue_id=issue.id or 0, language="de"))
        return Draft(issue.id or 0, issue.handle)


def _parsed(mail: ReceivedMail) -> Message:
    return message_from_bytes(mail.raw, policy=policy.SMTP)


def links(raw: bytes) -> set[str]:
    """Return the paths behind which readers act."""
    return set(
        re.findall(r"https://news\.example\.org(/[upl]/[^\s\"<>]+)", part(raw, "html"))
    )


def test_each_language_comes_once_with_its_mark(
    run: Run, draft: Draft, settings: Settings
) -> None:
    result = run("issues", "test", str(draft.id), "--to", "lea@example.org")

    mails = received(settings.mailbox_dir)
    subjects = [str(_parsed(mail)["Subject"]) for mail in mails]
    assert result.exit_code == 0, result.output
    assert [subject[:9] for subject in sorted(subjects)] == ["[TEST FR]", "[TEST NL]"]
    assert "DE stays at home" in result.stdout
    assert {mail.address for mail in mails} == {"lea@example.org"}


def test_several_addresses_are_named_in_one_go(run: Run, draft: Draft) -> None:
    result = run(
        "issues", "test", str(draft.id), "--to", "lea@example.org,Jan@example.org",
        "--to", "jan@example.org", "--json",
    )  # fmt: skip

    told = json.loads(result.stdout)
    assert [(row["language"], row["to"].lower()) for row in told["sent"]] == [
        (tag, address)
        for address in ("lea@example.org", "jan@example.org")
        for tag in ("fr", "nl")
    ]
    assert {row["outcome"] for row in told["sent"]} == {"accepted"}
    assert told["left_out"] == ["de"]


def test_a_test_is_a_letter_in_all_but_its_links(
    run: Run, draft: Draft, settings: Settings
) -> None:
    run("issues", "test", str(draft.id), "--to", "lea@example.org")

    mail = _parsed(received(settings.mailbox_dir)[0])
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Precedence"] == "bulk"
    assert mail["Auto-Submitted"] is None
    assert mail["To"] == "lea@example.org"


def test_nobody_is_counted(run: Run, draft: Draft, engine: Engine) -> None:
    run("issues", "test", str(draft.id), "--to", "lea@example.org")

    with db.reading(engine) as session:
        assert session.exec(select(Delivery)).all() == []
        assert session.get_one(Issue, draft.id).state == "draft"


def test_two_tests_are_two_messages(run: Run, draft: Draft, settings: Settings) -> None:
    for _ in range(2):
        run("issues", "test", str(draft.id), "--to", "lea@example.org")

    # Gmail shows one of those that share a Message-ID.
    ids = [_parsed(mail)["Message-ID"] for mail in received(settings.mailbox_dir)]
    assert len(set(ids)) == 4


@pytest.fixture
def tested(run: Run, draft: Draft, settings: Settings) -> list[str]:
    """The links of a test of a draft."""
    run("issues", "test", str(draft.id), "--to", "lea@example.org")
    return sorted(set().union(*(links(m.raw) for m in received(settings.mailbox_dir))))


def test_every_link_of_a_test_shows_and_does_nothing(
    tested: list[str], client: TestClient, engine: Engine
) -> None:
    before = dump(engine)
    kinds = {link[:3] for link in tested}
    below = [
        f"{link}/{more}"
        for link in tested
        for more in {"/u/": ("undo", "back", "reason"), "/p/": ("pause", "leave")}.get(
            link[:3], ()
        )
    ]

    assert kinds == {"/u/", "/p/", "/l/"}
    for link in (*tested, *below):
        shown = client.get(link)
        assert shown.status_code == 200, link
        assert "test" in shown.text.lower()
        assert client.post(link, data={"confirm": "1"}).status_code in {200, 404}
    assert dump(engine) == before


@pytest.mark.parametrize(
    "confirm", [{"List-Unsubscribe": "One-Click"}, {"confirm": "all"}]
)
def test_one_click_answers_200_and_changes_nobody(
    tested: list[str], client: TestClient, engine: Engine, confirm: dict[str, str]
) -> None:
    with db.writing(engine) as session:
        factories.make_subscriber(session)
    before = dump(engine)
    link = next(link for link in tested if link.startswith("/u/"))

    answer = client.post(link, data=confirm)

    assert answer.status_code == 200
    assert "location" not in answer.headers
    assert "This is a test" in client.get(link, headers={"Accept-Language": "en"}).text
    assert dump(engine) == before


def test_the_calendar_file_of_a_test_opens_before_the_letter_has_left(
    run: Run, engine: Engine, settings: Settings, client: TestClient
) -> None:
    with db.writing(engine) as session:
        event = factories.make_item(
            session,
            texts={"fr": {"title": "La fête"}},
            type=ItemType.EVENT,
            starts_at=utcnow() + timedelta(days=9),
        )
        issue = factories.make_issue(session, items=[event], languages=("fr",))
        issue_id, event_id = issue.id, event.id
    run("issues", "test", str(issue_id), "--to", "lea@example.org")

    raw = received(settings.mailbox_dir)[0].raw
    shown = {kind: _calendar_in(part(raw, kind)) for kind in ("html", "plain")}
    assert shown["html"] == shown["plain"] != []
    assert "SUMMARY;LANGUAGE=fr:La fête" in client.get(shown["html"][0]).text
    assert client.get(f"/e/{event_id}.fr.ics").status_code == 404


def _calendar_in(body: str) -> list[str]:
    return re.findall(r"https://news\.example\.org(/e/[^\s\"]+)", body)


def test_a_draft_stays_hidden_behind_a_test(
    tested: list[str], client: TestClient
) -> None:
    for link in tested:
        assert "Le pont" not in client.get(link).text


def test_no_reader_ever_has_the_handle_of_tests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raw = base64.b32decode(TEST_HANDLE.upper())
    drawn: Iterator[bytes] = iter([raw * 2, b"\1" * 20])
    monkeypatch.setattr("secrets.token_bytes", lambda _: next(drawn))

    assert TEST_HANDLE not in new_handles(2)


def test_a_test_goes_through_the_relay_of_the_list(
    engine: Engine, settings: Settings, draft: Draft, relay: Relay
) -> None:
    elsewhere = settings.model_copy(update={"relays": f"press={relay.url}"})
    with db.writing(engine) as session:
        factories.the_list(session).relays = ["press"]

    _, outcomes = testing.send(
        engine, elsewhere, draft.id, ["lea@example.org"], stop=NEVER
    )

    assert len(outcomes) == len(relay.messages) == 2


def test_what_the_relay_puts_off_is_tried_again_by_the_clock(
    engine: Engine, settings: Settings, draft: Draft, relay: Relay, run: Run,
    environment: dict[str, str],
) -> None:  # fmt: skip
    relay.scripts["lea@example.org"] = Script(rcpt=["451 4.7.1 later"])
    environment["NEWSLETTER_SMTP_URL"] = relay.url

    result = run("issues", "test", str(draft.id), "--to", "lea@example.org")
    with db.writing(engine) as session:
        for notice in session.exec(select(Notice)):
            notice.due_at = db.now(session)
            session.add(notice)
    jobs.answer(engine, settings.model_copy(update={"smtp_url": relay.url}), stop=NEVER)

    assert result.exit_code == 1
    assert "4.7.1 later" in result.stdout
    assert len(relay.messages) == 2


def test_a_letter_that_cannot_be_laid_out_says_so_and_stops_nobody(
    engine: Engine, settings: Settings, draft: Draft
) -> None:
    with db.writing(engine) as session:
        issue = session.get_one(Issue, draft.id)
        testing.queue(session, issue, ["lea@example.org"], settings)
        edition = session.exec(select(Edition).where(Edition.language == "nl")).one()
        session.delete(edition)

    notices.send_due(engine, settings, stop=NEVER)

    with db.reading(engine) as session:
        states = {n.language: (n.state, n.reply) for n in session.exec(select(Notice))}
    assert states["fr"][0] is DeliveryState.ACCEPTED
    assert states["nl"][0] is DeliveryState.REJECTED
    assert "no edition" in states["nl"][1]


def test_a_letter_that_has_left_is_tested_as_it_was_frozen(
    engine: Engine, settings: Settings, draft: Draft
) -> None:
    with db.writing(engine) as session:
        let_leave(session, session.get_one(Issue, draft.id), settings)
        edition = session.exec(select(Edition).where(Edition.language == "fr")).one()
        frozen = edition.html.count("Le pont")

    testing.send(engine, settings, draft.id, ["lea@example.org"], stop=NEVER)

    html = part(received(settings.mailbox_dir)[0].raw, "html")
    assert html.count("Le pont") == frozen > 0


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ([], "which address"),
        ([f"a{n}@example.org" for n in range(11)], "ten addresses"),
        (["gone@example.org"], "suppressed"),
    ],
)
def test_some_tests_are_refused(
    engine: Engine, settings: Settings, draft: Draft, keys: KeyRing,
    typed: list[str], sentence: str,
) -> None:  # fmt: skip
    with db.writing(engine) as session:
        gone = addresses.normalise("gone@example.org")
        suppressions.suppress(session, keys, gone, reason=SuppressionReason.COMPLAINT)

        with pytest.raises(BadTest, match=sentence):
            testing.queue(session, session.get_one(Issue, draft.id), typed, settings)


def test_nobody_floods_a_mailbox_with_tests(
    engine: Engine, settings: Settings, draft: Draft
) -> None:
    many = [f"a{n}@example.org" for n in range(10)]
    with db.writing(engine) as session:
        issue = session.get_one(Issue, draft.id)
        for _ in range(5):
            testing.queue(session, issue, many, settings)

        with pytest.raises(BadTest, match="a lot of tests"):
            testing.queue(session, issue, many[:1], settings)


def test_the_page_of_an_issue_sends_a_test(
    client: TestClient,
    log_in: LogIn,
    engine: Engine,
    settings: Settings,
    draft: Draft,
) -> None:
    token = log_in(Role.TRANSLATOR)
    page = f"/issues/{draft.id}/check?in=en"

    sent = client.post(
        f"/issues/{draft.id}/test", data={"form_token": token, "to": "lea@example.org"}
    )
    waiting = client.get(page)
    notices.send_due(engine, settings, stop=NEVER)
    done = client.get(page)

    assert (sent.status_code, sent.headers["location"]) == (
        303,
        f"/issues/{draft.id}/check#test",
    )
    # With a script the piece fetches itself; without one, the page does.
    assert "/check/tests" in waiting.text
    assert "on its way" in waiting.text
    assert "/check/tests" not in done.text
    assert done.text.count("</span> accepted</span>") == 2
    assert len(received(settings.mailbox_dir)) == 2


@pytest.mark.parametrize("role", [Role.VIEWER])
def test_whoever_only_looks_sends_no_test(
    client: TestClient,
    log_in: LogIn,
    draft: Draft,
    role: Role,
) -> None:
    token = log_in(role)

    answer = client.post(
        f"/issues/{draft.id}/test", data={"form_token": token, "to": "a@example.org"}
    )

    assert answer.status_code == 403


def test_a_genuine_link_of_a_reader_is_no_test(
    client: TestClient, engine: Engine, keys: KeyRing
) -> None:
    with db.writing(engine) as session:
        reader = factories.make_subscriber(session)
        handle = factories.subscription_of(session, reader).handle

    page = client.get(f"/u/{keys.sign(Purpose.UNSUBSCRIBE, handle)}?in=en")

    assert "This is a test" not in page.text
