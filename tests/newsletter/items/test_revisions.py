"""Earlier words, and what each state of them followed."""

from collections.abc import Sequence

from sqlmodel import Session, select

from newsletter import editions, items
from newsletter.items import Attempt, Author, revisions
from newsletter.models import Revision
from tests import factories


def test_each_state_is_found_with_the_one_it_followed(session: Session) -> None:
    item = factories.make_item(session, texts={"fr": {"title": "Le pont"}})
    other = factories.make_item(session, texts={"fr": {"title": "La gare"}})
    issue = factories.make_issue(session, items=[item, other], languages=["fr", "nl"])
    for version, who in enumerate(("Jan", "Mia", "Jan")):
        for each in (item, other):
            words = Attempt({"title": f"{who} {version}"}, version, Author(who))
            items.save(session, each, words, language="nl")
        lines = Attempt({"subject": f"{who} {version}"}, version + 1, Author(who))
        editions.save_lines(session, issue, lines, language="nl")
    late = Attempt({"title": "Te laat"}, 1, Author("Piet"))
    items.save(session, item, late, language="nl")
    kept = session.exec(select(Revision)).all()

    found = revisions.before(session, kept)

    assert {each.id: plain_before(each, kept) for each in kept} == {
        each.id: found.get(each.id) for each in kept
    }
    (lost,) = [each for each in kept if each.lost]
    assert found[lost.id].words["title"] == "Jan 2"
    assert len(found) < len(kept)


def test_each_state_is_found_with_the_text_it_was_saved_of(session: Session) -> None:
    item = factories.make_item(session, texts={"fr": {"title": "Le pont"}})
    issue = factories.make_issue(session, items=[item], languages=["fr"])
    for title in ("De brug", "De oude brug"):
        version = 0 if title == "De brug" else 1
        words = Attempt({"title": title}, version, Author(title))
        items.save(session, item, words, language="nl")
    lines = Attempt({"subject": "Bonjour"}, 1, Author("Léa"))
    editions.save_lines(session, issue, lines, language="fr")
    kept = session.exec(select(Revision)).all()

    texts = revisions.texts_of(session, kept)

    said = {
        language: revisions.words_of(texts[item_id, issue_id, language])
        for item_id, issue_id, language in map(revisions.whose, kept)
    }
    assert said["nl"]["title"] == "De oude brug"
    assert said["fr"]["subject"] == "Bonjour"


def plain_before(revision: Revision, kept: Sequence[Revision]) -> Revision | None:
    """Return what a state followed, by looking at all of them."""
    earlier = [
        each
        for each in kept
        if revisions.whose(each) == revisions.whose(revision)
        and not each.lost
        and each.id != revision.id
        and each.version <= revision.version
    ]
    return max(earlier, key=lambda each: (each.version, each.id or 0), default=None)
