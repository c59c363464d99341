import pytest
from sqlmodel import Session

from subscribers import optout, people
from subscribers.errors import InvalidAddress, SubscriberNotFound
from subscribers.models import Channel, ConsentKind, SubscriptionState
from tests.factories import make_list, make_subscriber, subscription_of, the_list


def test_somebody_is_found_however_the_address_is_cased(session: Session) -> None:
    anne = make_subscriber(session, email="Anne@example.org")

    assert people.get(session, " anne@EXAMPLE.org") is anne


def test_nobody_is_found_with_a_sentence(session: Session) -> None:
    with pytest.raises(SubscriberNotFound, match=r"the address anne@example\.org"):
        people.get(session, "anne@example.org")

    with pytest.raises(InvalidAddress):
        people.get(session, "anne")


def test_people_are_listed_by_address(session: Session) -> None:
    make_subscriber(session, email="bart@example.org", language="nl")
    make_subscriber(session, email="anne@example.org", language="fr")
    make_subscriber(session, email="cris@example.org", language=None)

    def listed(**chosen: object) -> list[str]:
        found = people.listing(session, **({"limit": 10} | chosen))  # type: ignore[arg-type]  # keyword overrides
        return [each.email[:4] for each in found]

    assert listed() == ["anne", "bart", "cris"]
    assert listed(limit=2) == ["anne", "bart"]
    assert listed(language="nl") == ["bart"]
    assert listed(language="none") == ["cris"]


def test_people_are_listed_by_list_and_state(session: Session) -> None:
    other = make_list(session)
    anne = make_subscriber(session, list=other)
    bart = make_subscriber(session, state=SubscriptionState.UNSUBSCRIBED)
    main = the_list(session).id
    left = SubscriptionState.UNSUBSCRIBED

    assert people.listing(session, list_id=other.id, limit=9) == [anne]
    assert people.listing(session, list_id=main, limit=9) == [bart]
    assert people.listing(session, state=left, limit=9) == [bart]
    assert people.listing(session, list_id=other.id, state=left, limit=9) == []


def test_tags_of_more_people_than_one_question_holds(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "_WINDOW", 2)
    tags = [("b", "a"), (), ("c",)]
    readers = [make_subscriber(session, tags=words) for words in tags]

    found = people.tags_of(session, readers)

    assert list(found.values()) == [["a", "b"], [], ["c"]]


def test_the_history_of_one_person_can_be_told(session: Session) -> None:
    anne = make_subscriber(session)
    handle = subscription_of(session, anne).handle
    optout.unsubscribe(session, handle, channel=Channel.ONE_CLICK)

    (standing,) = people.standings(session, anne)
    granted, withdrawn = people.proofs(session, anne)

    assert standing.mailing_list == the_list(session)
    assert standing.subscription.state == SubscriptionState.UNSUBSCRIBED
    assert granted.consent.words == "Yes, send me the newsletter."
    assert withdrawn.consent.kind == ConsentKind.WITHDRAWN
    assert (granted.mailing_list, granted.file) == (the_list(session), None)
