"""What editors read of drafts, each in their language."""

import threading
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, i18n, issues, notices, series
from newsletter.config import Settings
from newsletter.models import DeliveryState, Issue, Notice, NoticeKind, Role
from subscribers.clock import utcnow
from subscribers.models import MissingPolicy
from tests import factories
from tests.newsletter.series.desk import a_series, an_item, staff_of

NEVER = threading.Event()
LANGUAGES = ("fr", "nl", "de", "en")
FACTS = {
    "title": "Décembre",
    "number": 12,
    "when": "2026-12-01T09:00:00+00:00",
    "next": "2027-01-05T09:00:00+00:00",
    "zone": "Europe/Brussels",
    "items": ["Le pont", "La loutre"],
    "more": 2,
    "missing": {"nl": 1, "de": 2},
    "left_out": {"en": 1},
    "instead": "fr",
    "found": 1,
    "at_least": 3,
    "waiting": "Novembre",
}
HOSTILE = "<b>Pont</b>\u202e & “Co” {month}"


def prepare(engine: Engine, *, news: int = 4) -> int:
    """Let a series prepare a draft; the fourth item's title is hostile."""
    series_id = a_series(engine, news=0)
    with db.writing(engine) as session:
        each, now = series.get(session, series_id), db.now(session)
        each.next_at = now + timedelta(hours=1)
        for number in range(news):
            title = HOSTILE if number == 3 else f"Nouvelle {number}"
            texts = {"fr": {"title": title}}
            if number < 3:
                texts["nl"] = {"title": f"Nieuws {number}"}
            an_item(session, number, texts=texts, published_at=now - timedelta(hours=1))
        factories.the_list(session).missing = MissingPolicy.LEAVE_OUT
        late = timedelta(hours=2)
        return series.take_turn(session, series_id, now=now, late_limit=late) or 0


def mails(settings: Settings, engine: Engine) -> dict[str, EmailMessage]:
    """Let what is due leave; return what each address got last."""
    notices.send_due(engine, settings, stop=NEVER)
    found = {}
    for path in sorted(Path(settings.mailbox_dir).rglob("*.eml")):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert isinstance(message, EmailMessage)
        found[str(message["To"])] = message
    return found


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_prepared_draft_is_told_in_the_editors_language(
    engine: Engine, settings: Settings, language: str
) -> None:
    staff_of(engine, language)
    issue_id = prepare(engine)

    (message,) = mails(settings, engine).values()

    say, text = i18n.translator(language), text_of(message)
    assert message["Content-Language"] == language
    assert say("Look at it and approve") in text
    assert f"{settings.base_url}/issues/{issue_id}" in text
    title = "Nieuws 0" if language == "nl" else "Nouvelle 0"
    assert f"• {title}" in text
    assert "{" not in text.replace("{month}", "")  # the hostile title has one
    # German and English have no words at all, and are left out.
    german = i18n.language_name("de", language)
    assert any(german.lower() in line.lower() for line in text.splitlines())
    html = message.get_body(("html",))
    assert html is not None
    assert "<b>Pont" not in html.get_content()


def test_it_goes_to_whoever_may_approve_and_nobody_else(
    engine: Engine, settings: Settings
) -> None:
    for role in Role:
        staff_of(engine, "fr", role=role)
    prepare(engine)

    assert sorted(mails(settings, engine)) == [
        "admin-fr@example.org",
        "editor-fr@example.org",
    ]


def test_a_language_without_words_of_ours_becomes_the_lists(
    engine: Engine, settings: Settings
) -> None:
    staff_of(engine, "it")
    prepare(engine)

    (message,) = mails(settings, engine).values()

    assert message["Content-Language"] == "fr"


def test_a_draft_approved_meanwhile_is_not_told_of(
    engine: Engine, settings: Settings
) -> None:
    staff_of(engine, "fr")
    issue_id = prepare(engine)
    with db.writing(engine) as session:
        issue = session.get_one(Issue, issue_id)
        issues.approve(session, issue, by="x", now=db.now(session))

    sent = mails(settings, engine)

    with db.reading(engine) as session:
        (notice,) = session.exec(select(Notice))
    assert sent == {}
    assert notice.state is DeliveryState.SKIPPED


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "about",
    ["prepared", "prepared late", "thin", "open", "missed", "unapproved", "changed"],
)
def test_every_mail_is_complete_in_every_language(
    engine: Engine, settings: Settings, about: str, language: str
) -> None:
    with db.writing(engine) as session:
        notice = Notice(
            kind=NoticeKind.DRAFT,
            list_id=factories.the_list(session).id or 0,
            facts=FACTS | {"about": about},
            email="editor@example.org",
            language=language,
            due_at=utcnow(),
        )
        session.add(notice)
        session.flush()
        raw = notices.compose(session, notice, settings, now=db.now(session)).raw

    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    text = text_of(message)
    assert message["Content-Language"] == language
    assert "Décembre" in message["Subject"]
    assert "{" not in text + message["Subject"]
    assert "10" in text  # in the morning, in Brussels
    if language != "en":
        english = {"Nobody", "approved", "There are", "skipped", "prepared"}
        assert not [word for word in english if word in text]
