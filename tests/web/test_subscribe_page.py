"""/{lang}/subscribe: one answer to everybody, and one mail to those it may reach."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import db
from newsletter.app import create_app
from newsletter.config import Settings
from newsletter.messages import part
from newsletter.web import proof, stamps
from subscribers import addresses, lists, pressure, suppressions
from subscribers.clock import utcnow
from subscribers.lists import Changes
from subscribers.models import (
    Request,
    RequestKind,
    Subscriber,
    Subscription,
    SubscriptionState,
    SuppressionReason,
)
from subscribers.tokens import KeyRing
from tests import factories
from tests.web.asking import answer_all, fill_in, let_pass, link_in, mails
from tests.web.conftest import said


def standing(engine: Engine, email: str) -> SubscriptionState | None:
    with db.reading(engine) as session:
        query = (
            select(Subscription.state)
            .join(Subscriber)
            .where(Subscriber.email_key == email)
        )
        found = session.exec(query).first()
        return SubscriptionState(found) if found else None


def asked(engine: Engine) -> list[Request]:
    with db.reading(engine) as session:
        found = list(session.exec(select(Request)))
        session.expunge_all()
        return found


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_a_newcomer_gets_one_mail_in_the_chosen_language(
    client: TestClient, engine: Engine, settings: Settings, language: str
) -> None:
    page = fill_in(client, language)

    answer_all(engine, settings)

    assert page.status_code == 200
    assert said(language, "Please look into your mailbox") in page.text
    (mail,) = mails(settings, "dora@example.org")
    assert f"Content-Language: {language}".encode() in mail.raw
    assert b"Auto-Submitted: auto-generated" in mail.raw
    assert standing(engine, "dora@example.org") is SubscriptionState.UNCONFIRMED


def test_nothing_a_visitor_typed_is_mailed(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    fill_in(client, name="buy http://evil.example", comment="http://evil.example")

    answer_all(engine, settings)

    (mail,) = mails(settings)
    assert "evil" not in part(mail.raw, "plain") + part(mail.raw, "html")


def test_the_page_says_the_same_whoever_the_address_belongs_to(
    client: TestClient, engine: Engine, keys: KeyRing
) -> None:
    with db.writing(engine) as session:
        factories.make_subscriber(session, email="known@example.org")
        factories.make_subscriber(
            session, email="left@example.org", state=SubscriptionState.UNSUBSCRIBED
        )
        suppressions.suppress(
            session,
            keys,
            addresses.normalise("angry@example.org"),
            reason=SuppressionReason.COMPLAINT,
        )
    names = ("new", "known", "left", "angry")

    pages = {fill_in(client, email=f"{name}@example.org").content for name in names}

    assert len(pages) == 1
    assert len(asked(engine)) == len(names)


@pytest.mark.parametrize(
    ("state", "link"),
    [
        (SubscriptionState.CONFIRMED, "p"),
        (SubscriptionState.PAUSED, "p"),
        (SubscriptionState.UNSUBSCRIBED, "c"),
        (SubscriptionState.UNCONFIRMED, "c"),
    ],
)
def test_a_reader_is_reminded_and_a_leaver_asked_again(
    client: TestClient,
    engine: Engine,
    settings: Settings,
    state: SubscriptionState,
    link: str,
) -> None:
    with db.writing(engine) as session:
        factories.make_subscriber(session, email="anne@example.org", state=state)

    fill_in(client, email="Anne@Example.org")
    answer_all(engine, settings)

    (mail,) = mails(settings, "anne@example.org")
    assert link_in(mail, link)
    assert standing(engine, "anne@example.org") is state


@pytest.mark.parametrize(
    ("reason", "mailed"),
    [
        (SuppressionReason.COMPLAINT, 0),
        (SuppressionReason.STAFF, 0),
        # Whoever reads the mail proves that it arrives, or that they are back.
        (SuppressionReason.HARD_BOUNCE, 1),
        (SuppressionReason.ERASED, 1),
    ],
)
def test_who_complained_is_never_written_to_again(
    client: TestClient,
    engine: Engine,
    settings: Settings,
    keys: KeyRing,
    reason: SuppressionReason,
    mailed: int,
) -> None:
    with db.writing(engine) as session:
        address = addresses.normalise("dora@example.org")
        suppressions.suppress(session, keys, address, reason=reason)

    fill_in(client)
    answer_all(engine, settings)

    assert len(mails(settings)) == mailed


def test_many_requests_for_one_mailbox_send_one_mail(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    for spelling in ("d.ora@gmail.com", "dora+x@gmail.com", "dora@googlemail.com"):
        for _ in range(5):
            fill_in(client, email=spelling)

    answer_all(engine, settings)

    assert len(asked(engine)) == 15
    assert len(mails(settings)) == 1


def test_the_next_day_brings_the_next_mail_and_a_month_three(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    for _ in range(6):
        fill_in(client)
        answer_all(engine, settings)
        let_pass(engine, timedelta(hours=25))

    assert len(mails(settings)) == 3


def test_one_network_is_turned_away_and_another_is_not(
    engine: Engine, settings: Settings
) -> None:
    app = create_app(settings, engine, clock=False)
    here, there = (
        TestClient(app, base_url=settings.base_url, client=(address, 50_000))
        for address in ("203.0.113.9", "198.51.100.7")
    )
    for number in range(pressure.PER_NETWORK):
        fill_in(here, email=f"reader{number}@example.org")

    refused = fill_in(here, email="one.more@example.org")
    taken = fill_in(there, email="one.more@example.org")

    assert (refused.status_code, taken.status_code) == (429, 200)
    assert len(asked(engine)) == pressure.PER_NETWORK + 1
    assert all("203.0" not in str(each.network) for each in asked(engine))


def test_a_field_no_person_sees_catches_robots(
    client: TestClient, engine: Engine
) -> None:
    page = fill_in(client, website="https://spam.example")

    assert page.content == fill_in(client).content
    assert len(asked(engine)) == 1


@pytest.mark.parametrize("stamp", ["", "0.x", "9999999999999.a", "１２.x", "12.é"])
def test_a_form_without_our_stamp_is_shown_once_more_filled_in(
    client: TestClient, engine: Engine, stamp: str
) -> None:
    page = client.post(
        "/fr/subscribe",
        data={"email": "dora@example.org", "language": "nl", "stamp": stamp},
    )

    assert page.status_code == 200
    assert 'value="dora@example.org"' in page.text
    assert re.search(r'value="nl" checked', page.text)
    assert asked(engine) == []


def test_a_stamp_is_too_young_then_good_then_too_old(keys: KeyRing) -> None:
    now = utcnow()
    shown = stamps.stamp(keys, now=now)

    ages = (timedelta(0), timedelta(seconds=5), timedelta(hours=23), timedelta(days=2))
    answers = [stamps.is_human(keys, shown, now=now + age) for age in ages]

    assert answers == [False, True, True, False]


@pytest.mark.parametrize(
    "email", ["", "dora", "dora@", "a@b@c", "<script>@x.org", "dora@exa mple.org"]
)
def test_what_is_no_address_is_said_beside_the_field(
    client: TestClient, engine: Engine, email: str
) -> None:
    page = fill_in(client, "en", email=email)

    assert page.status_code == 422
    assert 'aria-describedby="email-problem"' in page.text
    assert "<script>@" not in page.text
    assert asked(engine) == []


def test_a_mistyped_provider_is_asked_about_and_taken_as_typed_when_sure(
    client: TestClient, engine: Engine
) -> None:
    page = fill_in(client, "en", email="dora@gmial.com")
    fill_in(client, "en", email="dora@gmial.com", sure="dora@gmial.com")

    assert "dora@gmail.com" in page.text
    assert [each.email for each in asked(engine)] == ["dora@gmial.com"]


def test_a_domain_in_another_script_is_kept_as_mail_needs_it(
    client: TestClient, engine: Engine
) -> None:
    fill_in(client, email="dora@bücher.example")

    assert [each.email for each in asked(engine)] == ["dora@xn--bcher-kva.example"]


def test_private_lists_cannot_be_asked_for(client: TestClient, engine: Engine) -> None:
    with db.writing(engine) as session:
        lists.change(session, lists.get(session), Changes(public=False))
        open_list = factories.make_list(session, slug="open")
        factories.make_list(session, slug="secret", public=False)
        open_id = open_list.id

    page = fill_in(client, **{"list-secret": "1", "list-newsletter": "1"})

    assert page.status_code == 200
    assert [each.list_ids for each in asked(engine)] == [[open_id]]


def test_while_machines_flood_the_form_mail_waits_for_a_proof(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    with db.writing(engine) as session:
        flood(session)
    fill_in(client, email="slow@example.org")
    answer = solve(client.get("/fr/subscribe").text)
    fill_in(client, email="quick@example.org", proof=answer)
    fill_in(client, email="again@example.org", proof=answer)

    answer_all(engine, settings)

    assert [mail.address for mail in mails(settings)] == ["quick@example.org"]
    let_pass(engine, timedelta(minutes=31))
    answer_all(engine, settings)
    assert len(mails(settings, "slow@example.org")) == 1


def test_only_under_flood_does_the_page_carry_a_script(
    client: TestClient, engine: Engine
) -> None:
    calm = client.get("/fr/subscribe")
    with db.writing(engine) as session:
        flood(session)
    busy = client.get("/fr/subscribe")

    assert "<script" not in calm.text
    assert "script-src 'none'" in calm.headers["content-security-policy"]
    assert "<script" in busy.text
    assert "script-src 'self'" in busy.headers["content-security-policy"]


@pytest.mark.parametrize(
    "answer", ["", "x", "1-a.5.b", "9999999999-ab.12.zz", "é.1.2", "..", "a.b.c.d"]
)
def test_a_proof_nobody_worked_for_is_none(keys: KeyRing, answer: str) -> None:
    assert proof.solved(keys, answer, now=utcnow()) == ""


def test_the_page_is_light_and_sets_no_cookie(client: TestClient) -> None:
    page = client.get("/fr/subscribe")
    sheet = client.get(re.findall(r'href="(/static/[^"]+css[^"]*)"', page.text)[0])

    assert "set-cookie" not in page.headers
    assert len(page.content) + len(sheet.content) < 30_000


def flood(session: Session) -> None:
    """Let machines ask more often than people ever do."""
    for number in range(200):
        session.add(
            Request(
                kind=RequestKind.JOIN,
                email=f"bot{number}@example.org",
                email_key=f"bot{number}@example.org",
                email_hash=f"h{number}",
                limit_hash=f"h{number}",
                language="fr",
                answered_at=utcnow(),
            )
        )


def solve(page: str) -> str:
    """Do what the script on the page does."""
    given = dict(re.findall(r'data-(\w+)="([^"]*)"', page))
    for number in range(int(given["top"])):
        if proof._hash(given["salt"], number) == given["target"]:
            return f"{given['salt']}.{number}.{given['signature']}"
    raise AssertionError("no number solves it")
