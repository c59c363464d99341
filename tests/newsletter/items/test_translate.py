import pytest
from sqlmodel import Session

from newsletter import items
from newsletter.errors import BadText, ItemNotFound
from newsletter.models import Item, ItemText, ItemType


def test_a_new_item_has_ready_words_in_its_own_language(session: Session) -> None:
    item = items.create(
        session,
        type=ItemType.APPEAL,
        language="fr",
        title="Signez avec nous",
        body="<h2>Pourquoi</h2><script>x</script>",
        place="Namur",
    )

    text = _text(session, item, "fr")
    assert (item.type, item.place) == (ItemType.APPEAL, "Namur")
    assert (text.title, text.body) == ("Signez avec nous", "<h4>Pourquoi</h4>")
    assert (text.ready, text.version) == (True, 1)


def test_a_translation_knows_the_words_it_was_made_from(session: Session) -> None:
    item = items.create(session, language="fr", title="La crue")

    dutch = items.translate(session, item, language="nl", title="Hoogwater")

    source = _text(session, item, "fr")
    assert dutch.source_hash == items.source_hash(source)
    assert not items.is_stale(source, dutch)


def test_changed_source_words_make_translations_stale(session: Session) -> None:
    item = items.create(session, language="fr", title="La crue")
    dutch = items.translate(session, item, language="nl", title="Hoogwater")

    items.translate(session, item, language="fr", body="<p>Elle monte encore.</p>")

    assert items.is_stale(_text(session, item, "fr"), dutch)


def test_translating_again_makes_it_current(session: Session) -> None:
    item = items.create(session, language="fr", title="La crue")
    items.translate(session, item, language="nl", title="Hoogwater")
    items.translate(session, item, language="fr", title="La grande crue")

    dutch = items.translate(session, item, language="nl", summary="Nog hoger.")

    assert not items.is_stale(_text(session, item, "fr"), dutch)
    assert (dutch.title, dutch.version) == ("Hoogwater", 2)


def test_words_left_out_stay(session: Session) -> None:
    item = items.create(session, language="fr", title="La crue", summary="Court.")

    items.translate(session, item, language="fr", title="La grande crue")

    assert _text(session, item, "fr").summary == "Court."


def test_a_draft_is_not_ready(session: Session) -> None:
    item = items.create(session, language="fr", title="La crue")

    dutch = items.translate(session, item, language="nl", title="x", ready=False)

    assert not dutch.ready


def test_the_source_is_never_stale_against_itself(session: Session) -> None:
    item = items.create(session, language="fr", title="La crue")

    source = _text(session, item, "fr")

    assert not items.is_stale(source, source)


def test_words_that_do_not_know_their_source_are_taken_as_they_are() -> None:
    source = ItemText(item_id=1, language="fr", title="La crue")
    dutch = ItemText(item_id=1, language="nl", title="Hoogwater")

    assert not items.is_stale(source, dutch)


@pytest.mark.parametrize("language", ["", "french!", "fr_BE", "x" * 40])
def test_a_language_that_is_none_is_refused(session: Session, language: str) -> None:
    item = items.create(session, language="fr", title="La crue")

    with pytest.raises(BadText, match="language tag"):
        items.translate(session, item, language=language, title="x")


def test_words_without_a_title_are_refused(session: Session) -> None:
    item = items.create(session, language="fr", title="La crue")

    with pytest.raises(BadText, match="nl need a title"):
        items.translate(session, item, language="nl", summary="Zonder titel.")


def test_an_unknown_item_is_named(session: Session) -> None:
    with pytest.raises(ItemNotFound, match="no item 99"):
        items.get_item(session, 99)


def _text(session: Session, item: Item, language: str) -> ItemText:
    assert item.id is not None
    return items.find_texts(session, [item.id])[item.id][language]
