"""What providers tell is believed when it is proven, and acted upon once."""

import json
import threading
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter import db
from newsletter.config import Settings
from newsletter.models import DeliveryState
from subscribers.models import SuppressionReason
from tests import factories
from tests.newsletter.bounces.sent import mailbox_of, sent_to
from tests.web.conftest import make_client
from tests.web.webhooks import hooks
from tests.web.webhooks.hooks import (
    PROVIDERS,
    SECRET,
    Letter,
    Posted,
    a_letter,
    changed,
    kept,
    post,
    reason,
)

EACH = pytest.mark.parametrize("provider", PROVIDERS)


@EACH
def test_an_unknown_reader_gets_no_more_mail(
    client: TestClient, engine: Engine, letter: Letter, provider: str
) -> None:
    status = post(client, PROVIDERS[provider](letter, "hard", "1"))

    assert status == 200
    assert reason(engine, letter.address) is SuppressionReason.HARD_BOUNCE
    (row,) = kept(engine)
    assert (row.source, row.failure, row.status) == (provider, "hard", "5.1.1")
    assert letter.address in row.evidence


@EACH
def test_a_full_mailbox_only_counts(
    client: TestClient, engine: Engine, letter: Letter, provider: str
) -> None:
    status = post(client, PROVIDERS[provider](letter, "soft", "1"))

    assert (status, reason(engine, letter.address)) == (200, None)
    assert [(row.failure, row.effect) for row in kept(engine)] == [("soft", "counted")]


@pytest.mark.parametrize("provider", ["postmark", "mailgun", "brevo", "ses"])
def test_a_complaint_ends_everything(
    client: TestClient, engine: Engine, letter: Letter, provider: str
) -> None:
    post(client, PROVIDERS[provider](letter, "spam", "1"))

    assert reason(engine, letter.address) is SuppressionReason.COMPLAINT


@EACH
def test_the_same_event_counts_once(
    client: TestClient, engine: Engine, letter: Letter, provider: str
) -> None:
    posted = PROVIDERS[provider](letter, "soft", "1")

    statuses = [post(client, posted) for _ in range(3)]

    assert statuses == [200, 200, 200]
    assert len(kept(engine)) == 1


@EACH
def test_one_event_brought_twice_at_once_counts_once(
    client: TestClient, engine: Engine, letter: Letter, provider: str
) -> None:
    posted, together = PROVIDERS[provider](letter, "soft", "1"), threading.Barrier(2)
    statuses = []

    def bring() -> None:
        together.wait()
        statuses.append(post(client, posted))

    threads = [threading.Thread(target=bring) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200, 200]
    assert len(kept(engine)) == 1


@EACH
def test_a_late_event_of_a_full_mailbox_takes_nothing_back(
    client: TestClient, engine: Engine, letter: Letter, provider: str
) -> None:
    post(client, PROVIDERS[provider](letter, "hard", "2"))

    post(client, PROVIDERS[provider](letter, "soft", "1"))

    assert reason(engine, letter.address) is SuppressionReason.HARD_BOUNCE


@EACH
def test_an_event_may_come_before_the_sender_has_noted_what_it_sent(
    client: TestClient, engine: Engine, provider: str
) -> None:
    letter = a_letter(engine, state=DeliveryState.SENDING)

    post(client, PROVIDERS[provider](letter, "hard", "1"))

    assert reason(engine, letter.address) is SuppressionReason.HARD_BOUNCE


@EACH
def test_an_address_alone_touches_nobody(
    client: TestClient, engine: Engine, letter: Letter, provider: str
) -> None:
    other = replace(letter, message_id=f"<d.{'a' * 26}@example.org>")

    status = post(client, PROVIDERS[provider](other, "hard", "1"))

    assert (status, reason(engine, letter.address)) == (200, None)
    assert [row.effect for row in kept(engine)] == ["nobody"]


def _forged(posted: Posted) -> Posted:
    """Return a call whose every proof is another."""
    headers = {name: value[:-8] + "AAAAAAAA" for name, value in posted.headers.items()}
    body = posted.body.replace(b'"signature": "', b'"signature": "f')
    body = body.replace(b'"Signature": "', b'"Signature": "AAAA')
    return Posted(posted.path.replace(SECRET, SECRET[:-1] + "x"), body, headers)


@EACH
def test_a_forged_call_is_refused(
    client: TestClient, engine: Engine, letter: Letter, provider: str
) -> None:
    status = post(client, _forged(PROVIDERS[provider](letter, "hard", "1")))

    assert status == 403
    assert kept(engine) == []


@pytest.mark.parametrize("provider", ["postmark", "brevo", "scaleway"])
def test_a_call_without_any_proof_is_refused(
    client: TestClient, letter: Letter, provider: str
) -> None:
    posted = PROVIDERS[provider](letter, "hard", "1")

    assert post(client, Posted(f"/hooks/{provider}", posted.body)) == 403
    assert post(client, Posted(f"/hooks/{provider}/é", posted.body)) == 403


@pytest.mark.parametrize("provider", ["postmark", "brevo", "scaleway"])
def test_a_secret_address_is_proof_enough(
    client: TestClient, letter: Letter, provider: str
) -> None:
    posted = PROVIDERS[provider](letter, "hard", "1")

    assert post(client, Posted(f"/hooks/{provider}/{SECRET}", posted.body)) == 200


@EACH
def test_more_than_a_quarter_of_a_megabyte_is_too_much(
    client: TestClient, engine: Engine, letter: Letter, provider: str
) -> None:
    posted = PROVIDERS[provider](letter, "hard", "1")

    status = post(client, replace(posted, body=posted.body + b" " * 256 * 1024))

    assert status == 413
    assert kept(engine) == []


@EACH
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"a": 1e999}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 900 + b"1" + b"}" * 900,
        b"9" * 5_000,
        b'{"event": {"a": []}, "RecordType": 7, "Type": ["Notification"]}',
    ],
)
def test_nonsense_is_refused_and_changes_nothing(
    client: TestClient, engine: Engine, provider: str, body: bytes
) -> None:
    headers = {"Authorization": f"Bearer {SECRET}"}

    status = post(client, Posted(f"/hooks/{provider}", body, headers))

    # An empty list of events is one of Brevo's.
    assert status in ({400, 403} if (provider, body) != ("brevo", b"[]") else {200})
    assert {row.effect for row in kept(engine)} <= {"nobody"}


@pytest.mark.parametrize("provider", ["postmark", "brevo", "scaleway"])
def test_what_nobody_here_needs_is_taken_and_ignored(
    client: TestClient, engine: Engine, letter: Letter, provider: str
) -> None:
    words = {"postmark": b"HardBounce", "brevo": b"hard_bounce"}
    posted = PROVIDERS[provider](letter, "hard", "1")
    word = words.get(provider, b"email_mailbox_not_found")

    status = post(client, replace(posted, body=posted.body.replace(word, b"opened")))

    assert (status, kept(engine)) == (200, [])


def test_an_absence_that_amazon_calls_a_bounce_is_none(
    client: TestClient, engine: Engine, letter: Letter
) -> None:
    mail = {"headers": [{"name": "Message-ID", "value": letter.message_id}]}
    bounce = {
        "feedbackId": "ses-1",
        "bounceType": "Transient",
        "bounceSubType": "General",
        "bouncedRecipients": [{"emailAddress": letter.address}],
    }
    record = {"eventType": "Bounce", "mail": mail, "bounce": bounce}

    status = post(client, hooks.notification(Message=json.dumps(record)))

    assert (status, kept(engine)) == (200, [])


def test_what_scaleway_dropped_without_an_answer_ends_nothing(
    client: TestClient, engine: Engine, letter: Letter
) -> None:
    posted = PROVIDERS["scaleway"](letter, "soft", "1")

    def unanswered(envelope: dict[str, Any]) -> None:
        record = json.loads(envelope["Message"])
        del record["email_response_code"]
        record["email_response_message"] = "connection timed out"
        envelope["Message"] = json.dumps(record)

    status = post(client, changed(posted, unanswered))

    assert (status, reason(engine, letter.address)) == (200, None)
    assert [(row.failure, row.effect) for row in kept(engine)] == [("soft", "counted")]


def test_hostile_words_can_be_kept(
    client: TestClient, engine: Engine, letter: Letter
) -> None:
    posted = changed(
        hooks.brevo(letter, "soft", "1"),
        lambda record: record.update(reason="552 5.2.2 \x00\ud800\u202e<script>"),
    )

    assert post(client, posted) == 200
    (row,) = kept(engine)
    assert row.diagnostic == "552 5.2.2 \ufffd\ufffd\ufffd<script>"
    assert not {"\x00", "\ud800", "\u202e"} & set(row.evidence)


def test_a_provider_that_is_not_set_has_no_page(
    settings: Settings, engine: Engine, letter: Letter
) -> None:
    only = settings.model_copy(update={"webhooks": f"brevo={SECRET}"})

    status = post(make_client(only, engine), hooks.postmark(letter, "hard", "1"))

    assert status == 404


def test_our_return_path_is_looked_at_first(
    client: TestClient, engine: Engine, letter: Letter
) -> None:
    with db.writing(engine) as session:
        delivery = sent_to(session, factories.make_subscriber(session))
        mailbox, address = mailbox_of(session, delivery), delivery.address

    def give(record: dict[str, Any]) -> None:
        record["event-data"]["envelope"] = {"sender": mailbox}

    assert post(client, changed(hooks.mailgun(letter, "hard", "1"), give)) == 200
    assert reason(engine, address) is SuppressionReason.HARD_BOUNCE
    assert reason(engine, letter.address) is None


def test_no_page_of_a_secret_address_is_kept(client: TestClient) -> None:
    answer = client.post(f"/hooks/brevo/{SECRET}", content=b"[]")

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
