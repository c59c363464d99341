"""Somebody at the sign-up form, and the mails that come of it."""

import re
import threading
from datetime import timedelta
from itertools import product

import time_machine
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, jobs
from newsletter.config import Settings
from newsletter.messages import part
from newsletter.models import Notice
from newsletter.smtp.mailbox import ReceivedMail, received
from subscribers.clock import utcnow
from subscribers.models import Request

_MOMENTS = ("asked_at", "due_at", "answered_at", "created_at")


def fill_in(client: TestClient, language: str = "fr", **fields: str) -> Response:
    """Open the form, take the time a person takes, and send it."""
    with time_machine.travel(utcnow() - timedelta(seconds=10), tick=False):
        page = client.get(f"/{language}/subscribe").text
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
    values = {**hidden, "language": language, "email": "dora@example.org", **fields}
    return client.post(f"/{language}/subscribe", data=values)


def answer_all(engine: Engine, settings: Settings) -> None:
    """Run the job that answers what was asked."""
    jobs.answer(engine, settings, stop=threading.Event())


def let_pass(engine: Engine, time: timedelta) -> None:
    """Make what was asked and mailed so much older: a database has its own clock."""
    with db.writing(engine) as session:
        rows = [*session.exec(select(Request)), *session.exec(select(Notice))]
        for row, name in product(rows, _MOMENTS):
            if getattr(row, name, None):
                setattr(row, name, getattr(row, name) - time)
        session.add_all(rows)


def mails(settings: Settings, address: str | None = None) -> list[ReceivedMail]:
    """Return what arrived, for everybody or for one address."""
    if not settings.mailbox_dir.exists():
        return []
    return received(settings.mailbox_dir, address)


def link_in(mail: ReceivedMail, kind: str) -> str:
    """Return the path of the first link of a kind, such as `c`, in a mail's text."""
    text = part(mail.raw, "plain")
    found = re.search(rf"https://[^/\s]+(/{kind}/[a-z2-7]+)", text)
    assert found, text
    return found[1]
