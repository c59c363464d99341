"""The language links of a mail: /l/{token}/{lang}."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter import db
from newsletter.models import Issue, IssueState
from subscribers.models import Subscriber
from tests.web.conftest import Reader, dump, said
from tests.web.test_preferences_page import SAVED, language_of

OFFER = said(
    "nl", "Receive the letter in {language} from now on", language="Nederlands"
)


def test_the_letter_opens_in_that_language_and_offers_to_keep_it(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    before = dump(engine)

    page = client.get(f"{anne.read}/nl")

    assert page.status_code == 200
    assert '<html lang="nl"' in page.text
    assert "Het feest" in page.text
    assert OFFER in page.text
    assert dump(engine) == before


def test_this_time_only_closes_the_offer_and_keeps_nothing(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    before = dump(engine)
    link = f"{anne.read}/nl?once=1"

    page = client.get(link)

    assert f'href="{link}"' in client.get(f"{anne.read}/nl").text
    assert "Het feest" in page.text
    assert OFFER not in page.text
    assert dump(engine) == before


def test_a_language_without_a_letter_is_not_kept(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    before = dump(engine)

    client.post(f"{anne.read}/en")

    assert dump(engine) == before


def test_the_button_keeps_it(client: TestClient, engine: Engine, anne: Reader) -> None:
    page = client.post(f"{anne.read}/nl")

    assert page.status_code == 200
    assert said("nl", SAVED, language="Nederlands") in page.text
    assert OFFER not in page.text
    assert language_of(engine, anne) == "nl"


def test_the_readers_own_language_is_not_offered(
    client: TestClient, anne: Reader
) -> None:
    page = client.get(f"{anne.read}/fr")

    assert "<form" not in page.text


@pytest.mark.parametrize("language", ["en", "es", "x", "%00", "a" * 300, "<script>"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_language_without_edition_shows_those_there_are(
    client: TestClient, anne: Reader, language: str, method: str
) -> None:
    page = client.request(method, f"{anne.read}/{language}")

    assert page.status_code == 200
    assert f'href="{anne.read}/nl"' in page.text
    assert "<script" not in page.text


def test_a_regional_language_finds_its_base(client: TestClient, anne: Reader) -> None:
    page = client.get(f"{anne.read}/nl-BE")

    assert "Het feest" in page.text


def test_the_letter_stays_readable_for_somebody_who_was_erased(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    with db.writing(engine) as session:
        session.delete(session.get_one(Subscriber, anne.subscriber_id))

    page = client.get(f"{anne.read}/nl")

    assert page.status_code == 200
    assert "Het feest" in page.text
    assert OFFER not in page.text


def test_a_draft_cannot_be_read(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    with db.writing(engine) as session:
        session.get_one(Issue, anne.issue_id).state = IssueState.DRAFT

    page = client.get(f"{anne.read}/nl")

    assert page.status_code == 404
    assert "Het feest" not in page.text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_for_leaving_reads_and_keeps_nothing(
    client: TestClient, anne: Reader, method: str
) -> None:
    page = client.request(method, f"/l/{anne.leave.removeprefix('/u/')}/nl")

    assert page.status_code == 404
