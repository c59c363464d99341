import pytest
from sqlmodel import Session

from subscribers import lists
from subscribers.errors import BadList
from subscribers.lists import Changes
from tests.factories import make_list


def test_words_fall_back_to_the_default_language(session: Session) -> None:
    made = make_list(
        session,
        names={"fr": "Nouvelles", "nl": "Nieuws"},
        legal={"fr": "Exemple asbl"},
    )

    assert (made.name_in("nl"), made.name_in("de")) == ("Nieuws", "Nouvelles")
    assert made.legal_in("de") == "Exemple asbl"


def test_a_list_without_words_is_called_by_its_slug(session: Session) -> None:
    made = make_list(session, slug="river", names={}, legal={})

    assert (made.name_in("fr"), made.legal_in("fr")) == ("river", "")


@pytest.mark.parametrize("sender", ["", "   ", "<>"])
def test_a_sender_has_an_address(session: Session, sender: str) -> None:
    with pytest.raises(BadList, match="write a sender as Name"):
        lists.change(session, make_list(session), Changes(sender=sender))
