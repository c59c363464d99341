"""An edit makes a version; the same words are the same version."""

import threading

from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import db
from subscribers import wordings
from subscribers.models import Wording
from tests import factories


def test_words_get_a_version_once(session: Session) -> None:
    list_id = factories.the_list(session).id or 0
    said = ["Oui", "Oui, merci", "Oui"]

    found = [wordings.register(session, list_id, "fr", words) for words in said]
    other = wordings.register(session, list_id, "nl", "Oui")

    assert [each.version for each in found] == [1, 2, 1]
    assert other.version == 1
    assert found[0].words_hash == wordings.digest("Oui")


def test_forms_that_show_new_words_together_agree_on_a_version(engine: Engine) -> None:
    with db.writing(engine) as session:
        list_id = factories.the_list(session).id or 0

    def show(words: str) -> None:
        with db.writing(engine) as session:
            wordings.register(session, list_id, "fr", words)

    threads = [
        threading.Thread(target=show, args=(f"Oui {number % 3}",))
        for number in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with db.reading(engine) as session:
        versions = session.exec(select(Wording).order_by("version")).all()
    assert [each.version for each in versions] == [1, 2, 3]
    assert {each.words for each in versions} == {"Oui 0", "Oui 1", "Oui 2"}
