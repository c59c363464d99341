from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import db, editions
from newsletter.config import Settings
from newsletter.models import Edition, Issue
from tests import factories

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)


def an_issue(session: Session) -> Issue:
    item = factories.make_item(
        session, texts={"fr": {"title": "Un titre"}, "nl": {"title": "Een titel"}}
    )
    return factories.make_issue(session, items=[item])


def frozen(session: Session, issue: Issue, language: str) -> Edition:
    return session.exec(
        select(Edition).where(
            Edition.issue_id == issue.id, Edition.language == language
        )
    ).one()


def test_every_edition_with_a_subject_is_frozen(
    session: Session, settings: Settings
) -> None:
    issue = an_issue(session)
    frozen(session, issue, "de").subject = ""

    languages = editions.freeze(session, issue, settings, now=NOW)

    assert languages == ["fr", "nl", "en"]
    assert frozen(session, issue, "de").frozen_at is None
    assert frozen(session, issue, "nl").frozen_at == NOW


def test_each_edition_shows_its_own_words(session: Session, settings: Settings) -> None:
    issue = an_issue(session)

    editions.freeze(session, issue, settings, now=NOW)

    assert "Een titel" in frozen(session, issue, "nl").html
    assert "Un titre" not in frozen(session, issue, "nl").html


def test_borrowed_words_carry_a_label_and_their_own_language(
    session: Session, settings: Settings
) -> None:
    issue = an_issue(session)

    editions.freeze(session, issue, settings, now=NOW)

    english = frozen(session, issue, "en")
    assert "(in French)" in english.html
    assert 'lang="fr"' in english.html
    assert "(in French)" in english.text


def test_nobody_who_writes_waits_for_the_rendering(
    engine: Engine, settings: Settings
) -> None:
    with db.writing(engine) as session:
        issue_id = an_issue(session).id

    with db.writing(engine) as writing, db.reading(engine) as session:
        factories.make_subscriber(writing)
        issue = session.get_one(Issue, issue_id)
        laid = editions.lay_out(session, issue, settings, now=NOW)

    with db.writing(engine) as session:
        issue = session.get_one(Issue, issue_id)
        assert editions.keep(session, issue, laid, now=NOW) == ["fr", "nl", "de", "en"]
        assert "Een titel" in frozen(session, issue, "nl").html


def test_the_archive_form_holds_nobody(session: Session, settings: Settings) -> None:
    issue = an_issue(session)

    editions.freeze(session, issue, settings, now=NOW)

    edition = frozen(session, issue, "fr")
    assert edition.envelope["nonce"] not in edition.web
    assert "/u/" not in edition.web


def test_a_preview_is_the_message_an_imaginary_reader_would_get(
    session: Session, settings: Settings
) -> None:
    issue = an_issue(session)

    shown = editions.preview(session, issue, "fr", settings, now=NOW)

    assert b"To: reader@example.org" in shown.message
    assert "Un titre" in shown.html
    assert "UN TITRE" in shown.text.upper()
    assert frozen(session, issue, "fr").frozen_at is None
