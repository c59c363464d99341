"""Mailgun signs a moment and a token, not the body."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from tests.web.webhooks import hooks
from tests.web.webhooks.hooks import (
    Letter,
    changed,
    kept,
    post,
    reason,
)


def test_an_old_signature_of_mailgun_is_refused(
    client: TestClient, engine: Engine, letter: Letter
) -> None:
    statuses = [
        post(client, hooks.mailgun(letter, "soft", number, age))
        for number, age in (("1", 16 * 60), ("2", -16 * 60), ("3", 14 * 60))
    ]

    assert statuses == [403, 403, 200]
    assert len(kept(engine)) == 1


def test_a_signature_of_mailgun_serves_no_other_body(
    client: TestClient, engine: Engine, letter: Letter
) -> None:
    posted = hooks.mailgun(letter, "soft", "1")
    other = changed(posted, lambda record: record["event-data"].update(id="other"))

    statuses = [post(client, each) for each in (posted, other, posted)]

    assert statuses == [200, 403, 200]
    assert len(kept(engine)) == 1


@pytest.mark.parametrize(
    ("reason_", "said", "failure"),
    [
        ("bounce", "550 5.7.1 blocked for spam", "policy"),
        ("espblock", "550 5.1.1 no such user", "policy"),
        ("old", "Too old", "soft"),
        ("generic", "554 no", "soft"),
    ],
)
def test_what_mailgun_calls_permanent_need_not_be(
    client: TestClient,
    engine: Engine,
    letter: Letter,
    reason_: str,
    said: str,
    failure: str,
) -> None:
    def give(record: dict[str, Any]) -> None:
        record["event-data"]["reason"] = reason_
        record["event-data"]["delivery-status"] = {"message": said}

    post(client, changed(hooks.mailgun(letter, "hard", "1"), give))

    assert [row.failure for row in kept(engine)] == [failure]
    assert reason(engine, letter.address) is None
