"""Notices leave once, wait for a relay, and are not sent to whoever came back."""

import threading
from copy import deepcopy
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import Engine, update
from sqlmodel import col, select

from newsletter import db, notices
from newsletter.config import Settings
from newsletter.models import DeliveryState, Notice, NoticeKind
from newsletter.smtp.mailbox import received
from subscribers import lists, optout
from subscribers.lists import Changes
from subscribers.models import Channel, Subscription
from tests import factories
from tests.relay import Relay, Script

NEVER = threading.Event()


def a_notice(engine: Engine, kind: NoticeKind = NoticeKind.LINK) -> int:
    with db.writing(engine) as session:
        reader = factories.make_subscriber(session, email="anne@example.org")
        notice = Notice(
            kind=kind,
            list_id=lists.get(session).id or 0,
            subscriber_id=reader.id,
            email=reader.email,
            language="fr",
            # What an invitation tells of; the other kinds do without.
            facts={"role": "editor", "by": "Léa"},
            due_at=db.now(session),
        )
        session.add(notice)
        session.flush()
        return notice.id or 0


def kept(engine: Engine, notice_id: int) -> Notice:
    with db.reading(engine) as session:
        notice = session.get_one(Notice, notice_id)
        session.expunge(notice)
        return notice


def over(settings: Settings, relay: Relay) -> Settings:
    return settings.model_copy(update={"smtp_url": relay.url})


def make_due(engine: Engine) -> None:
    with db.writing(engine) as session:
        session.execute(update(Notice).values(due_at=db.now(session)))


def test_it_leaves_once(engine: Engine, settings: Settings) -> None:
    notice_id = a_notice(engine)

    tried = [notices.send_due(engine, settings, stop=NEVER) for _ in range(2)]

    assert tried == [1, 0]
    assert kept(engine, notice_id).state is DeliveryState.ACCEPTED
    assert len(received(settings.mailbox_dir)) == 1


def test_two_processes_send_it_once(engine: Engine, settings: Settings) -> None:
    a_notice(engine)
    tried: list[int] = []

    def work() -> None:
        tried.append(notices.send_due(engine, settings, stop=NEVER))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(tried) == 1


@pytest.mark.parametrize(
    ("script", "state"),
    [
        (Script(rcpt=["550 5.1.1 no such user"]), DeliveryState.REJECTED),
        (Script(rcpt=["451 4.7.1 greylisted"]), DeliveryState.DEFERRED),
        (Script(dot=["drop"]), DeliveryState.DEFERRED),
        (Script(dot=["550 5.7.26 no DKIM"]), DeliveryState.DEFERRED),
    ],
)
def test_what_the_relay_says_decides(
    engine: Engine,
    settings: Settings,
    relay: Relay,
    script: Script,
    state: DeliveryState,
) -> None:
    notice_id = a_notice(engine)
    # A relay uses its answers up.
    relay.scripts["anne@example.org"] = deepcopy(script)

    notices.send_due(engine, over(settings, relay), stop=NEVER)

    notice = kept(engine, notice_id)
    assert notice.state is state
    assert relay.messages == []


def test_a_retry_has_the_same_bytes(
    engine: Engine, settings: Settings, relay: Relay
) -> None:
    a_notice(engine)
    for _ in range(2):
        notices.send_due(engine, over(settings, relay), stop=NEVER)
        with db.writing(engine) as session:
            again = {"state": DeliveryState.DEFERRED, "due_at": db.now(session)}
            session.execute(update(Notice).values(**again))

    first, second = relay.messages

    assert first.raw == second.raw


def test_while_no_relay_answers_nothing_is_lost(
    engine: Engine, settings: Settings, relay: Relay
) -> None:
    notice_id = a_notice(engine)
    nowhere = settings.model_copy(
        update={"smtp_url": "smtp://127.0.0.1:9?tls=none"}  # nobody listens there
    )
    notices.send_due(engine, nowhere, stop=NEVER)
    waiting = kept(engine, notice_id).state
    make_due(engine)

    notices.send_due(engine, over(settings, relay), stop=NEVER)

    assert waiting is DeliveryState.DEFERRED
    assert kept(engine, notice_id).state is DeliveryState.ACCEPTED


def test_what_a_dead_process_held_leaves_when_its_lease_is_over(
    engine: Engine, settings: Settings
) -> None:
    notice_id = a_notice(engine)
    with db.writing(engine) as session:
        held = {"state": DeliveryState.SENDING, "attempt": 1}
        due = db.now(session) + timedelta(minutes=15)
        session.execute(update(Notice).values(**held, due_at=due))
    early = notices.send_due(engine, settings, stop=NEVER)
    make_due(engine)

    late = notices.send_due(engine, settings, stop=NEVER)

    assert (early, late) == (0, 1)
    assert kept(engine, notice_id).state is DeliveryState.ACCEPTED


def leave(engine: Engine) -> str:
    """Let Anne leave, and return her handle."""
    with db.writing(engine) as session:
        handle = session.exec(select(Subscription.handle)).one()
        optout.unsubscribe(session, handle, channel=Channel.PAGE)
        notices.tell_left(session, handle, language="fr", now=db.now(session))
        return handle


def test_whoever_left_is_told_and_whoever_came_back_is_not(
    engine: Engine, settings: Settings
) -> None:
    with db.writing(engine) as session:
        factories.make_subscriber(session, email="anne@example.org")
    handle = leave(engine)
    soon = notices.send_due(engine, settings, stop=NEVER)
    with db.writing(engine) as session:
        optout.undo(session, handle)
    make_due(engine)
    notices.send_due(engine, settings, stop=NEVER)
    leave(engine)
    with db.writing(engine) as session:
        session.execute(
            update(Notice)
            .where(col(Notice.state) == DeliveryState.QUEUED)
            .values(due_at=db.now(session))
        )
    notices.send_due(engine, settings, stop=NEVER)

    assert soon == 0
    assert len(received(settings.mailbox_dir)) == 1


def test_a_list_may_do_without_farewells(engine: Engine) -> None:
    with db.writing(engine) as session:
        factories.make_subscriber(session)
        lists.change(session, lists.get(session), Changes(acknowledge=False))

    leave(engine)

    with db.reading(engine) as session:
        assert session.exec(select(Notice)).all() == []


@pytest.mark.parametrize("kind", [k for k in NoticeKind if k is not NoticeKind.TEST])
@pytest.mark.parametrize("language", ["fr", "nl", "de", "en", "ar", "fr-BE"])
def test_every_notice_is_a_sound_message(
    engine: Engine, settings: Settings, kind: NoticeKind, language: str
) -> None:
    notice_id = a_notice(engine, kind)
    with db.writing(engine) as session:
        notice = session.get_one(Notice, notice_id)
        notice.language = language
        session.flush()
        raw = notices.compose(session, notice, settings, now=db.now(session)).raw

    message = message_from_bytes(raw, policy=policy.SMTP)
    parts = [part.get_content_type() for part in message.walk()]
    html = message.get_body(("html",))
    assert parts == ["multipart/alternative", "text/plain", "text/html"]
    assert html is not None
    assert f'lang="{message["Content-Language"]}"' in html.get_content()
    assert "{" not in message["Subject"]
    assert "://fonts" not in html.get_content()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
