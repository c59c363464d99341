"""Only topics of ours are believed, and confirmed where they belong."""

import json
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter.config import Settings
from newsletter.errors import FetchFailed
from tests.web.webhooks import hooks
from tests.web.webhooks.hooks import (
    SECRET,
    Letter,
    Posted,
    kept,
    post,
)


@pytest.mark.parametrize("version", ["1", "2"])
def test_both_signatures_of_amazon_are_read(
    client: TestClient, letter: Letter, asked: list[str], version: str
) -> None:
    statuses = [
        post(client, hooks.ses(letter, "soft", number, SignatureVersion=version))
        for number in "12"
    ]

    assert statuses == [200, 200]
    assert asked == [hooks.CERTIFICATE]


@pytest.mark.parametrize(
    "changes",
    [
        {"TopicArn": hooks.TOPIC + "2"},
        {"TopicArn": hooks.TOPIC.replace("eu-west-1", "us-east-1")},
        {"SigningCertURL": hooks.CERTIFICATE.replace("https", "http")},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com.evil.example/a.pem"},
        {"SigningCertURL": "https://evil.example/SimpleNotificationService-0a.pem"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com/../a.pem"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com@evil.example/a.pem"},
        {"SigningCertURL": "https://sns.us-east-1.amazonaws.com/a.pem"},
        {"SignatureVersion": "3"},
        {"Signature": "not base64!"},
    ],
)
def test_another_topic_or_certificate_is_refused_and_nothing_fetched(
    client: TestClient, asked: list[str], letter: Letter, changes: dict[str, str]
) -> None:
    status = post(client, hooks.ses(letter, "hard", "1", **changes))

    assert (status, asked) == (403, [])


def test_a_message_that_was_changed_is_refused(
    client: TestClient, letter: Letter
) -> None:
    posted = hooks.ses(letter, "hard", "1")

    status = post(client, replace(posted, body=posted.body.replace(b"5.1.1", b"5.1.3")))

    assert status == 403


def test_strangers_cannot_make_us_ask_for_certificates_without_end(
    client: TestClient, asked: list[str], letter: Letter
) -> None:
    for number in range(40):
        url = hooks.CERTIFICATE.replace("0a1b2c3d", f"{number:x}")
        post(
            client, hooks.ses(letter, "hard", "1", SigningCertURL=url, Signature="AA==")
        )

    assert len(asked) == 30


def test_amazon_is_asked_to_try_again_when_its_certificate_cannot_be_fetched(
    settings: Settings, engine: Engine, letter: Letter
) -> None:
    def fail(url: str) -> bytes:
        raise FetchFailed(url)

    client = hooks.providers_client(settings, engine, fail)

    assert post(client, hooks.ses(letter, "hard", "1")) == 503
    assert kept(engine) == []


CONFIRM = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=2"


@pytest.mark.parametrize(
    ("url", "confirmed"),
    [
        (f"{CONFIRM}&TopicArn={hooks.TOPIC}", True),
        ("https://evil.example/?Action=ConfirmSubscription&Token=2", False),
        (CONFIRM.replace("eu-west-1", "us-east-1"), False),
        (CONFIRM.replace("ConfirmSubscription", "DeleteTopic"), False),
        ("http://169.254.169.254/latest/meta-data", False),
    ],
)
def test_only_the_subscription_to_our_topic_is_confirmed(
    client: TestClient, asked: list[str], url: str, confirmed: bool
) -> None:
    posted = hooks.notification(
        Type="SubscriptionConfirmation", SubscribeURL=url, Token="2"
    )

    assert post(client, posted) == 200
    assert (url in asked) is confirmed


@pytest.mark.parametrize(
    ("url", "confirmed"),
    [
        ("https://sns.mnq.fr-par.scaleway.com/?Action=ConfirmSubscription", True),
        ("https://sns.mnq.fr-par.scaleway.com.evil.example/", False),
        ("http://127.0.0.1/", False),
    ],
)
def test_a_topic_of_scaleway_is_confirmed_at_scaleway_alone(
    client: TestClient, asked: list[str], url: str, confirmed: bool
) -> None:
    envelope = {"Type": "SubscriptionConfirmation", "SubscribeURL": url}
    body = json.dumps(envelope).encode()

    assert post(client, Posted(f"/hooks/scaleway/{SECRET}", body)) == 200
    assert asked == ([url] if confirmed else [])
