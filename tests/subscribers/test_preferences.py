from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlmodel import Session

from subscribers import preferences
from subscribers.errors import LanguageNotOffered
from subscribers.models import SubscriptionState
from subscribers.tokens import new_handle
from tests.factories import LANGUAGES, make_subscriber, subscription_of, the_list

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
