"""An edition freezes who signs it: a letter that goes again is the same letter."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import db, deliveries, editions, i18n, issues, jobs
from newsletter.config import Settings
from newsletter.dkim import NO_KEYS, Ring
from newsletter.errors import KeyMissing
from newsletter.messages import Envelope
from newsletter.models import Edition, IssueState
from subscribers.clock import utcnow
from tests import factories
from tests.newsletter.dkim.signed import both, ed25519, key, verdicts
from tests.newsletter.messages.edition import make_envelope, make_reader
from tests.relay import Relay

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
NEVER = threading.Event()


@pytest.fixture
def signing(settings: Settings, relay: Relay) -> Settings:
    """Settings that sign with both keys and send to the scripted relay."""
    return with_keys(settings, both()).model_copy(update={"smtp_url": relay.url})


def with_keys(settings: Settings, ring: Ring) -> Settings:
    return settings.model_copy(update={"dkim_keys": ring})


def frozen(session: Session, settings: Settings) -> Edition:
    item = factories.make_item(session)
    issue = factories.make_issue(session, items=[item], languages=("fr",))
    editions.freeze(session, issue, settings, now=NOW)
    session.expire_all()
    return session.exec(select(Edition).where(Edition.issue_id == issue.id)).one()


def a_scheduled_issue(engine: Engine) -> int:
    with db.writing(engine) as session:
        for language in ("fr", "nl", "de"):
            factories.make_subscriber(session, language=language)
        issue = factories.make_issue(
            session,
            items=[factories.make_item(session)],
            state=IssueState.SCHEDULED,
            send_at=utcnow() - timedelta(seconds=5),
        )
        return issue.id or 0


def report(engine: Engine, issue_id: int) -> deliveries.Report:
    with db.reading(engine) as session:
        return deliveries.status(session, issues.get_issue(session, issue_id))


def resume(engine: Engine, issue_id: int) -> None:
    with db.writing(engine) as session:
        issues.resume(session, issues.get_issue(session, issue_id), now=db.now(session))


def test_an_edition_freezes_its_selectors_and_how_it_is_signed(
    session: Session, settings: Settings
) -> None:
    strict = with_keys(settings, both()).model_copy(update={"dkim_strict": True})

    envelope = Envelope.of(frozen(session, strict).envelope)

    assert envelope.dkim == ("nl2026a", "ed2026a")
    assert envelope.dkim_strict


def test_a_newer_key_changes_nothing_for_what_is_frozen(
    session: Session, settings: Settings
) -> None:
    edition = frozen(session, with_keys(settings, both()))
    newer = Ring([key("nl2027a"), *both()])

    before = editions.compiled(edition, factories.KEYS, both()).build(make_reader())
    after = editions.compiled(edition, factories.KEYS, newer).build(make_reader())

    assert before == after


def test_what_was_frozen_unsigned_stays_so(
    session: Session, settings: Settings
) -> None:
    edition = frozen(session, settings)

    raw = editions.compiled(edition, factories.KEYS, both()).build(make_reader())

    assert b"DKIM-Signature" not in raw


def test_an_edition_from_before_there_were_signatures_is_read() -> None:
    stored = {
        name: value
        for name, value in vars(make_envelope()).items()
        if not name.startswith("dkim")
    }

    envelope = Envelope.of({**stored, "languages": ["fr", "nl"]})

    assert envelope == make_envelope()
    assert envelope.dkim == ()


def test_without_its_key_an_edition_is_never_built_otherwise(
    session: Session, settings: Settings
) -> None:
    edition = frozen(session, with_keys(settings, both()))

    with pytest.raises(KeyMissing, match="nl2026a"):
        editions.compiled(edition, factories.KEYS, Ring([ed25519()]))


def test_a_preview_is_signed_as_the_letter_will_be(
    session: Session, settings: Settings
) -> None:
    issue = factories.make_issue(session, items=[factories.make_item(session)])

    preview = editions.preview(
        session, issue, "fr", with_keys(settings, both()), now=NOW
    )

    domain = factories.the_list(session).sender_address.partition("@")[2]
    assert verdicts(preview.message, both(), domain) == [True, True]


def test_every_letter_reaches_the_relay_with_its_signature(
    engine: Engine, signing: Settings, relay: Relay
) -> None:
    a_scheduled_issue(engine)

    jobs.start_due_issues(engine, signing, holder="test")
    jobs.send_due(engine, signing, stop=NEVER)

    assert len(relay.messages) == 3
    for message in relay.messages:
        domain = message.message["From"].partition("@")[2].rstrip(">")
        assert verdicts(message.raw, both(), domain) == [True, True]


def test_an_issue_whose_key_is_gone_pauses_and_nothing_leaves(
    engine: Engine, signing: Settings, relay: Relay
) -> None:
    issue_id = a_scheduled_issue(engine)
    jobs.start_due_issues(engine, signing, holder="test")

    jobs.send_due(engine, with_keys(signing, NO_KEYS), stop=NEVER)

    paused = report(engine, issue_id)
    assert relay.messages == []
    assert paused.state is IssueState.PAUSED
    said = i18n.retold(paused.paused_because, "en")
    assert "The DKIM key nl2026a that signs this is gone." in said
    assert paused.states["queued"] == paused.total == 3


def test_with_the_key_back_it_goes_on(
    engine: Engine, signing: Settings, relay: Relay
) -> None:
    issue_id = a_scheduled_issue(engine)
    jobs.start_due_issues(engine, signing, holder="test")
    jobs.send_due(engine, with_keys(signing, NO_KEYS), stop=NEVER)
    resume(engine, issue_id)

    jobs.send_due(engine, signing, stop=NEVER)

    assert len(relay.messages) == report(engine, issue_id).states["accepted"] == 3


def test_an_issue_without_its_key_holds_up_no_other(
    engine: Engine, signing: Settings
) -> None:
    stuck = a_scheduled_issue(engine)
    jobs.start_due_issues(engine, signing, holder="test")
    later = with_keys(signing, Ring([key("nl2027a")]))
    other = a_scheduled_issue(engine)
    jobs.start_due_issues(engine, later, holder="test")

    jobs.send_due(engine, later, stop=NEVER)

    assert report(engine, stuck).state is IssueState.PAUSED
    assert report(engine, other).state is IssueState.SENT
