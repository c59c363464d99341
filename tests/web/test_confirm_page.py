"""/c/{token}: opening it changes nothing, the button does what was asked, once."""

import json
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db
from newsletter.config import Settings
from newsletter.messages import part
from newsletter.web.agreements import words_of
from subscribers import addresses, lists, optout, requests, suppressions, wordings
from subscribers.models import (
    Channel,
    Consent,
    Request,
    RequestKind,
    Subscriber,
    SubscriptionState,
    SuppressionReason,
)
from subscribers.requests import Draft
from subscribers.tokens import KeyRing, Purpose
from tests import factories
from tests.web.asking import answer_all, fill_in, let_pass, link_in, mails
from tests.web.conftest import dump, said

YES = {"confirm": "1"}


@pytest.fixture
def link(client: TestClient, engine: Engine, settings: Settings) -> str:
    """The link in the mail to Dora, who asked in Dutch."""
    fill_in(client, "nl")
    answer_all(engine, settings)
    return link_in(mails(settings)[0], "c")


def dora(engine: Engine) -> Subscriber:
    with db.reading(engine) as session:
        query = select(Subscriber).where(Subscriber.email_key == "dora@example.org")
        found = session.exec(query).one()
        session.expunge_all()
        return found


def states(engine: Engine, reader: Subscriber) -> list[SubscriptionState]:
    with db.reading(engine) as session:
        found = factories.subscription_of(session, reader)
        return [found.state]


def test_opening_the_link_changes_nothing(
    client: TestClient, engine: Engine, link: str
) -> None:
    before = dump(engine)

    answers = [client.get(link), client.head(link), client.post(link, data={"x": "1"})]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert said("nl", "Yes, I confirm") in answers[0].text
    assert "d•••@example.org" in answers[0].text
    assert "dora@" not in answers[0].text
    assert dump(engine) == before


def test_the_button_subscribes_with_the_whole_proof(
    client: TestClient, engine: Engine, settings: Settings, link: str
) -> None:
    page = client.post(link, data=YES)

    assert page.status_code == 200
    reader = dora(engine)
    assert reader.language == "nl"
    assert states(engine, reader) == [SubscriptionState.CONFIRMED]
    with db.reading(engine) as session:
        consent = session.exec(select(Consent)).one()
        shown = words_of(lists.get(session), "nl")
    assert consent.words == shown
    assert consent.words_hash == wordings.digest(shown)
    assert consent.version == 1
    assert consent.channel is Channel.FORM
    assert consent.form == "/nl/subscribe"
    assert consent.asked_at is not None
    assert consent.asked_at <= consent.at
    assert f"Message-ID: {consent.message_id}".encode() in mails(settings)[0].raw


def test_the_welcome_states_the_right_to_object_and_how(
    client: TestClient, engine: Engine, settings: Settings, link: str
) -> None:
    client.post(link, data=YES)
    answer_all(engine, settings)

    welcome = mails(settings)[-1]
    text = part(welcome.raw, "plain")
    assert "Uw recht van bezwaar" in text
    assert client.get(link_in(welcome, "u")).status_code == 200
    assert client.get(link_in(welcome, "p")).status_code == 200
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in welcome.raw


def test_a_second_press_changes_nothing_and_a_leaver_stays_away(
    client: TestClient, engine: Engine, settings: Settings, link: str
) -> None:
    client.post(link, data=YES)
    with db.writing(engine) as session:
        standing = factories.subscription_of(session, dora(engine))
        optout.unsubscribe(session, standing.handle, channel=Channel.PAGE)
    before = dump(engine)

    page = client.post(link, data=YES)

    assert page.status_code == 200
    assert dump(engine) == before
    answer_all(engine, settings)
    assert len(mails(settings)) == 2  # the confirmation and one welcome


def test_after_three_days_the_link_is_old(
    client: TestClient, engine: Engine, link: str
) -> None:
    let_pass(engine, timedelta(hours=73))

    pages = [client.get(link), client.post(link, data=YES)]

    assert [page.status_code for page in pages] == [404, 404]
    assert states(engine, dora(engine)) == [SubscriptionState.UNCONFIRMED]


def test_a_link_for_something_else_confirms_nothing(
    client: TestClient, engine: Engine, keys: KeyRing, link: str
) -> None:
    handles = keys.read(Purpose.CONFIRM, link.removeprefix("/c/"))
    assert handles is not None
    others = [p for p in Purpose if p is not Purpose.CONFIRM]

    pages = [client.post(f"/c/{keys.sign(p, *handles)}", data=YES) for p in others]

    assert {page.status_code for page in pages} == {404}
    assert states(engine, dora(engine)) == [SubscriptionState.UNCONFIRMED]


def test_an_edited_sentence_is_a_new_version_and_old_proofs_keep_theirs(
    client: TestClient, engine: Engine, settings: Settings, link: str
) -> None:
    client.post(link, data=YES)
    with db.writing(engine) as session:
        changes = lists.Changes(consent={"nl": "Ja, stuur maar."})
        lists.change(session, lists.get(session), changes)
    fill_in(client, "nl", email="emil@example.org")
    answer_all(engine, settings)

    (mail,) = mails(settings, "emil@example.org")
    client.post(link_in(mail, "c"), data=YES)

    with db.reading(engine) as session:
        found = session.exec(select(Consent).order_by("id")).all()
    assert [each.version for each in found] == [1, 2]
    assert found[1].words == "Ja, stuur maar."
    assert found[0].words != found[1].words


def test_a_mailbox_that_answers_is_neither_dead_nor_forgotten(
    client: TestClient, engine: Engine, keys: KeyRing, link: str
) -> None:
    address = addresses.normalise("dora@example.org")
    with db.writing(engine) as session:
        suppressions.suppress(
            session, keys, address, reason=SuppressionReason.HARD_BOUNCE
        )

    client.post(link, data=YES)

    with db.reading(engine) as session:
        assert not suppressions.is_suppressed(session, keys, address)


@pytest.fixture
def anne(engine: Engine) -> int:
    """The key of a reader of French."""
    with db.writing(engine) as session:
        return factories.make_subscriber(session, email="anne@example.org").id or 0


def ask(
    engine: Engine, keys: KeyRing, kind: RequestKind, reader: int, new: str = ""
) -> None:
    """Ask as the preferences page does."""
    with db.writing(engine) as session:
        address = addresses.normalise("anne@example.org")
        draft = Draft(kind, address, "fr", subscriber_id=reader, new_email=new)
        requests.ask(session, keys, draft)


def test_an_address_changes_when_both_mailboxes_have_said_so(
    client: TestClient, engine: Engine, settings: Settings, keys: KeyRing, anne: int
) -> None:
    ask(engine, keys, RequestKind.ADDRESS, anne, "anne@example.net")
    answer_all(engine, settings)
    (first,) = mails(settings, "anne@example.org")

    client.post(link_in(first, "c"), data=YES)
    answer_all(engine, settings)
    (second,) = mails(settings, "anne@example.net")
    with db.reading(engine) as session:
        assert session.get_one(Subscriber, anne).email == "anne@example.org"
    client.post(link_in(second, "c"), data=YES)

    assert "example.net" not in part(first.raw, "plain")
    with db.reading(engine) as session:
        moved = session.get_one(Subscriber, anne)
        assert moved.email == "anne@example.net"
        assert moved.email_hash == keys.fingerprint("anne@example.net")


def test_an_address_that_somebody_has_is_not_taken_over(
    client: TestClient, engine: Engine, settings: Settings, keys: KeyRing, anne: int
) -> None:
    with db.writing(engine) as session:
        factories.make_subscriber(session, email="anne@example.net")
    ask(engine, keys, RequestKind.ADDRESS, anne, "anne@example.net")
    answer_all(engine, settings)
    client.post(link_in(mails(settings)[0], "c"), data=YES)
    answer_all(engine, settings)

    page = client.post(link_in(mails(settings, "anne@example.net")[0], "c"), data=YES)

    assert page.status_code == 200
    assert said("fr", "You get it there already") in page.text
    with db.reading(engine) as session:
        assert session.get_one(Subscriber, anne).email == "anne@example.org"


def test_the_copy_of_the_data_takes_the_button_and_one_hour(
    client: TestClient, engine: Engine, settings: Settings, keys: KeyRing, anne: int
) -> None:
    ask(engine, keys, RequestKind.DATA, anne)
    answer_all(engine, settings)
    link = link_in(mails(settings)[0], "c")

    shown, given = client.get(link), client.post(link, data=YES)
    let_pass(engine, timedelta(minutes=61))
    late = client.post(link, data=YES)

    assert "anne@example.org" not in shown.text
    assert json.loads(given.content)["email"] == "anne@example.org"
    assert "attachment" in given.headers["content-disposition"]
    assert late.status_code == 404


def test_erasing_takes_the_button_and_leaves_nothing(
    client: TestClient, engine: Engine, settings: Settings, keys: KeyRing, anne: int
) -> None:
    ask(engine, keys, RequestKind.ERASE, anne)
    answer_all(engine, settings)
    link = link_in(mails(settings)[0], "c")

    assert client.get(link).status_code == 200
    page = client.post(link, data=YES)

    assert said("fr", "Everything is erased") in page.text
    assert "anne@example.org" not in repr(dump(engine))
    assert client.get(link).status_code == 404


def test_a_reader_asks_for_their_data_three_times_an_hour_at_most(
    engine: Engine, settings: Settings, keys: KeyRing, anne: int
) -> None:
    for _ in range(5):
        ask(engine, keys, RequestKind.DATA, anne)
    ask(engine, keys, RequestKind.ERASE, anne)

    answer_all(engine, settings)

    assert len(mails(settings)) == 4


@pytest.mark.usefixtures("anne")
def test_a_fresh_link_goes_to_readers_only(
    client: TestClient, engine: Engine, settings: Settings, keys: KeyRing
) -> None:
    with db.writing(engine) as session:
        for email in ("anne@example.org", "nobody@example.org"):
            draft = Draft(RequestKind.LINK, addresses.normalise(email), "fr")
            requests.ask(session, keys, draft)

    answer_all(engine, settings)

    assert [mail.address for mail in mails(settings)] == ["anne@example.org"]
    assert client.get(link_in(mails(settings)[0], "p")).status_code == 200
    with db.reading(engine) as session:
        assert all(each.answered_at for each in session.exec(select(Request)))
