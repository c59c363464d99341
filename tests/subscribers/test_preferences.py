from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlmodel import Session, select

from subscribers import people, preferences
from subscribers.errors import LanguageNotOffered
from subscribers.models import MailingList, Request, RequestKind, SubscriptionState
from subscribers.tokens import KeyRing, new_handle
from tests.factories import (
    LANGUAGES,
    make_list,
    make_subscriber,
    subscription_of,
    the_list,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_they_show_a_masked_address_and_nothing_more(session: Session) -> None:
    anne = make_subscriber(session, email="anne@example.org", language="nl")
    subscription = subscription_of(session, anne)

    found = preferences.find(session, subscription.handle)

    assert found is not None
    assert found.masked == "a•••@example.org"
    assert "anne@" not in str(found)
    assert (found.language, found.state) == ("nl", SubscriptionState.CONFIRMED)
    assert found.languages == tuple(the_list(session).languages)
    assert found.names == the_list(session).names


def test_nobody_has_an_unknown_handle(session: Session) -> None:
    assert preferences.find(session, new_handle()) is None


def test_a_reader_chooses_a_language(session: Session) -> None:
    with time_machine.travel(NOON - timedelta(days=1), tick=False):
        anne = make_subscriber(session, language=None)
    handle = subscription_of(session, anne).handle

    with time_machine.travel(NOON, tick=False):
        chosen = preferences.set_language(session, handle, "de", allowed=LANGUAGES)

    assert chosen is True
    assert (anne.language, anne.updated_at) == ("de", NOON)


def test_choosing_the_same_language_changes_nothing(session: Session) -> None:
    anne = make_subscriber(session, language="de")
    before = anne.updated_at
    handle = subscription_of(session, anne).handle

    assert preferences.set_language(session, handle, "de", allowed=LANGUAGES) is True
    assert anne.updated_at == before


def test_nobody_chooses_a_language_for_an_unknown_handle(session: Session) -> None:
    chosen = preferences.set_language(session, new_handle(), "de", allowed=LANGUAGES)

    assert chosen is False


def test_a_language_nobody_writes_cannot_be_chosen(session: Session) -> None:
    anne = make_subscriber(session, language="fr")
    handle = subscription_of(session, anne).handle

    with pytest.raises(LanguageNotOffered, match="choose one of fr, nl"):
        preferences.set_language(session, handle, "tlh", allowed=LANGUAGES)

    assert anne.language == "fr"


def test_a_reader_chooses_a_second_language(session: Session) -> None:
    anne = make_subscriber(session, language="fr")
    handle = subscription_of(session, anne).handle

    assert second(session, handle, "nl") is True
    assert (anne.language, anne.second_language) == ("fr", "nl")
    assert second(session, handle, None) is True
    assert anne.second_language is None


@pytest.mark.parametrize(("first", "language"), [("nl", "nl"), (None, "fr")])
def test_the_second_language_is_not_the_first(
    session: Session, first: str | None, language: str
) -> None:
    anne = make_subscriber(session, language=first)
    handle = subscription_of(session, anne).handle

    assert second(session, handle, language) is False
    assert anne.second_language is None


def test_a_second_language_that_becomes_the_first_is_second_no_longer(
    session: Session,
) -> None:
    anne = make_subscriber(session, language="fr", second_language="nl")
    handle = subscription_of(session, anne).handle

    preferences.set_language(session, handle, "nl", allowed=LANGUAGES)

    assert (anne.language, anne.second_language) == ("nl", None)


def test_another_first_language_keeps_the_second(session: Session) -> None:
    anne = make_subscriber(session, language="fr", second_language="nl")
    handle = subscription_of(session, anne).handle

    preferences.set_language(session, handle, "de", allowed=LANGUAGES)

    assert (anne.language, anne.second_language) == ("de", "nl")


def test_a_second_language_nobody_writes_cannot_be_chosen(session: Session) -> None:
    handle = subscription_of(session, make_subscriber(session)).handle

    with pytest.raises(LanguageNotOffered):
        second(session, handle, "tlh")


def test_nobody_chooses_a_second_language_for_an_unknown_handle(
    session: Session,
) -> None:
    assert second(session, new_handle(), "nl") is False


def test_topics_are_those_of_the_lists_a_reader_gets(session: Session) -> None:
    offer(session, the_list(session), "action", "agenda")
    offer(session, make_list(session), "press")
    anne = make_subscriber(session, tags=["agenda", "vip"])

    found = preferences.topics(session, anne.id or 0)

    assert [(each.tag, each.chosen) for each in found] == [
        ("action", False),
        ("agenda", True),
    ]


def test_topics_are_taken_as_ticked_and_no_other_label_is_touched(
    session: Session,
) -> None:
    offer(session, the_list(session), "action", "agenda", "work")
    anne = make_subscriber(session, tags=["agenda", "work", "vip"])
    handle = subscription_of(session, anne).handle

    done = preferences.set_topics(session, handle, {"action", "work", "staff"})

    assert done is True
    assert people.tags_of(session, [anne]) == {anne.id: ["action", "vip", "work"]}


def test_who_left_has_no_topics(session: Session) -> None:
    offer(session, the_list(session), "agenda")
    anne = make_subscriber(
        session, state=SubscriptionState.UNSUBSCRIBED, tags=["agenda"]
    )
    handle = subscription_of(session, anne).handle

    preferences.set_topics(session, handle, set())

    assert preferences.topics(session, anne.id or 0) == []
    assert people.tags_of(session, [anne]) == {anne.id: ["agenda"]}


def test_nobody_takes_topics_for_an_unknown_handle(session: Session) -> None:
    assert preferences.set_topics(session, new_handle(), {"agenda"}) is False


@pytest.mark.parametrize("kind", [RequestKind.DATA, RequestKind.ERASE])
def test_what_only_the_mailbox_may_have_becomes_a_request(
    session: Session, keys: KeyRing, kind: RequestKind
) -> None:
    anne = make_subscriber(session, email="Anne@example.org")
    handle = subscription_of(session, anne).handle

    asked = preferences.ask(session, keys, handle, kind, language="de")

    request = session.exec(select(Request)).one()
    assert asked is True
    assert (request.kind, request.email) == (kind, "Anne@example.org")
    assert (request.subscriber_id, request.language) == (anne.id, "de")
    assert (request.form, request.list_ids) == ("/p", [])


def test_nobody_asks_with_an_unknown_handle(session: Session, keys: KeyRing) -> None:
    asked = preferences.ask(
        session, keys, new_handle(), RequestKind.DATA, language="de"
    )

    assert asked is False
    assert session.exec(select(Request)).all() == []


def second(session: Session, handle: str, language: str | None) -> bool:
    return preferences.set_second_language(session, handle, language, allowed=LANGUAGES)


def offer(session: Session, mailing_list: MailingList, *tags: str) -> None:
    mailing_list.topics = {tag: {"fr": f"Sur {tag}"} for tag in tags}
    session.add(mailing_list)
    session.flush()
