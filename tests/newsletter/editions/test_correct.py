"""Correct the page of a letter that has left."""

import re

import pytest
from sqlmodel import Session

from newsletter import editions, items
from newsletter.config import Settings
from newsletter.errors import BadText, WrongState
from newsletter.models import Edition, Issue, IssueState, Item
from subscribers.clock import utcnow
from tests import factories

_MAIL = ("html", "text", "size", "envelope", "frozen_at", "subject")


@pytest.fixture
def item(session: Session) -> Item:
    """An item that was sent with a mistake."""
    return factories.make_item(
        session, texts={"fr": {"title": "La fête à 17 h"}, "nl": {"title": "Om 17 uur"}}
    )


@pytest.fixture
def sent(session: Session, settings: Settings, item: Item) -> Issue:
    """An issue that has left with that item."""
    issue = factories.make_issue(session, items=[item], languages=("fr", "nl"))
    editions.freeze(session, issue, settings, now=utcnow())
    issue.state, issue.started_at = IssueState.SENT, utcnow()
    return issue


def edition_in(session: Session, issue: Issue, language: str) -> Edition:
    found = editions.editions_of(session, issue)
    return next(each for each in found if each.language == language)


def test_the_page_says_what_the_items_say_now(
    session: Session, settings: Settings, sent: Issue, item: Item
) -> None:
    french = edition_in(session, sent, "fr")
    before = {name: getattr(french, name) for name in _MAIL}
    items.translate(session, item, language="fr", title="La fête à 18 h")
    now = utcnow()

    editions.correct(session, sent, settings, language="fr", note="18 h.", now=now)

    assert "La fête à 18\xa0h" in french.web
    assert "la fete a 18 h" in french.searchable
    assert "La fête à 17" not in french.web
    assert (french.correction, french.corrected_at) == ("18 h.", now)
    # What retries are made of must give the same bytes.
    assert {name: getattr(french, name) for name in _MAIL} == before


def test_the_other_languages_stay_as_they_are(
    session: Session, settings: Settings, sent: Issue, item: Item
) -> None:
    dutch = edition_in(session, sent, "nl")
    before = dutch.web
    items.translate(session, item, language="nl", title="Om 18 uur")

    editions.correct(session, sent, settings, language="fr", note="18 h.", now=utcnow())

    assert (dutch.web, dutch.corrected_at, dutch.correction) == (before, None, "")


def test_a_corrected_page_holds_no_place_for_a_reader(
    session: Session, settings: Settings, sent: Issue
) -> None:
    french = editions.correct(
        session, sent, settings, language="fr", note="18 h.", now=utcnow()
    )

    assert french.envelope["nonce"] not in french.web
    assert not re.search(r"/[ulpc]/", french.web)


def test_a_later_correction_takes_the_place_of_the_first(
    session: Session, settings: Settings, sent: Issue
) -> None:
    for note in ("La première.", "La  seconde,\r\nsur une ligne."):
        editions.correct(
            session, sent, settings, language="fr", note=note, now=utcnow()
        )

    french = edition_in(session, sent, "fr")
    assert french.correction == "La seconde, sur une ligne."


@pytest.mark.parametrize("note", ["", "  \n", "\u200b", "x" * 501])
def test_a_note_says_something_and_not_too_much(
    session: Session, settings: Settings, sent: Issue, note: str
) -> None:
    with pytest.raises(BadText):
        editions.correct(
            session, sent, settings, language="fr", note=note, now=utcnow()
        )


def test_what_has_not_left_is_not_corrected_but_changed(
    session: Session, settings: Settings
) -> None:
    draft = factories.make_issue(session)

    with pytest.raises(WrongState, match="has not left"):
        editions.correct(
            session, draft, settings, language="fr", note="18 h.", now=utcnow()
        )
