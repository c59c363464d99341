"""One person's data: all of it handed over, all of it erased."""

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, col, select

from newsletter import db, deliveries, issues, rights
from newsletter.models import Bounce, DeliveryState, IssueState, Notice, NoticeKind
from subscribers import optout, preferences, requests, suppressions
from subscribers.addresses import normalise
from subscribers.errors import SubscriberNotFound
from subscribers.models import (
    Channel,
    Consent,
    Import,
    ImportChange,
    Request,
    RequestKind,
    Subscriber,
    SuppressionReason,
)
from subscribers.tokens import KeyRing
from tests.factories import (
    make_delivery,
    make_issue,
    make_list,
    make_subscriber,
    subscription_of,
    the_list,
)
from tests.subscribers.importing.bringing import bring

ADDRESS = "Anne.Unmistakable@example.org"
NAME = "Anne Unmistakable"
FORMER = "anne.before@example.org"


@pytest.fixture
def anne(session: Session, keys: KeyRing) -> Subscriber:
    """Somebody of whom every table knows something, beside others."""
    anne = make_subscriber(
        session,
        email=ADDRESS,
        name=NAME,
        language="ar",
        second_language="fr",
        tags=("press",),
        attributes={"city": "Unmistakable-sur-Mer"},
    )
    issue = make_issue(session, title="Issue of May", state=IssueState.SENT, total=2)
    for reader, state in ((anne, "accepted"), (make_subscriber(session), "rejected")):
        make_delivery(
            session,
            issue=issue,
            subscriber=reader,
            state=DeliveryState(state),
            reply=f"250 <{reader.email}> ok",
        )
    _brought(session, anne)
    _asked(session, keys, anne)
    _came_back(session, anne)
    return anne


def _came_back(session: Session, anne: Subscriber) -> None:
    """Keep reports about her, also of nobody knows whom, and a colleague's."""
    said: dict[str, Any] = {"kind": "bounce", "failure": "soft", "source": "mail"}
    quoted = f"Original-Recipient: rfc822;{ADDRESS.upper()}"
    session.add_all(
        [
            Bounce(
                key="1" * 64,
                subscriber_id=anne.id,
                diagnostic=f"<{ADDRESS}> is full",
                evidence=quoted,
                domain="unmistakable.example.org",
                **said,
            ),
            Bounce(key="2" * 64, effect="nobody", evidence=quoted, **said),
            Bounce(key="3" * 64, evidence="about Bart", **said),
        ]
    )


def _brought(session: Session, anne: Subscriber) -> None:
    file = Import(
        list_id=the_list(session).id or 0,
        filename="people.csv",
        file_hash="f" * 64,
        consent="On paper.",
    )
    session.add(file)
    session.flush()
    before = {"name": f"{NAME} before", "language": "fr"}
    session.add(
        ImportChange(import_id=file.id or 0, subscriber_id=anne.id or 0, before=before)
    )
    consent = session.exec(
        select(Consent).where(Consent.subscriber_id == anne.id)
    ).one()
    consent.version, consent.form = 3, "https://example.org/join"
    consent.asked_at = consent.at - timedelta(minutes=2)
    consent.message_id = "<confirmed@news.example.org>"


def _asked(session: Session, keys: KeyRing, anne: Subscriber) -> None:
    list_ids = (the_list(session).id or 0,)
    asked = [
        requests.Draft(RequestKind.JOIN, normalise(FORMER), "fr", anne.id, list_ids),
        # Before anybody knew who that is.
        requests.Draft(RequestKind.LINK, normalise(ADDRESS), "fr"),
        requests.Draft(
            RequestKind.NEW_ADDRESS,
            normalise("bart@example.org"),
            "nl",
            new_email=ADDRESS,
        ),
    ]
    made = [requests.ask(session, keys, draft) for draft in asked]
    for request, kind in zip(made, ("welcome", "link", "new address"), strict=True):
        session.add(
            Notice(
                kind=NoticeKind(kind),
                list_id=list_ids[0],
                request_id=request.id,
                subscriber_id=request.subscriber_id,
                email=ADDRESS,
                language="fr",
            )
        )
    session.flush()


def contents(session: Session) -> str:
    """Return every cell of every table, in small letters."""
    session.flush()
    rows = [
        f"{table.name}: {dict(row._mapping)}"
        for table in SQLModel.metadata.sorted_tables
        for row in session.execute(table.select())
    ]
    return "\n".join(rows).lower()


def test_everything_that_is_kept_is_handed_over(
    session: Session, anne: Subscriber
) -> None:
    found = rights.gather(session, anne)

    again = json.loads(json.dumps(found))
    assert again == found
    assert list(found) == [
        "email",
        "name",
        "language",
        "second_language",
        "tags",
        "attributes",
        "created_at",
        "updated_at",
        "subscriptions",
        "consents",
        "requests",
        "imports",
        "suppression",
        "deliveries",
        "bounces",
        "notices",
    ]
    assert (found["email"], found["name"]) == (ADDRESS, NAME)
    assert (found["language"], found["second_language"]) == ("ar", "fr")
    assert (found["tags"], found["suppression"]) == (["press"], None)
    assert found["attributes"] == {"city": "Unmistakable-sur-Mer"}
    (letter,) = found["deliveries"]
    assert (letter["title"], letter["state"]) == ("Issue of May", "accepted")
    assert [each["kind"] for each in found["notices"]] == ["welcome"]
    assert [each["kind"] for each in found["requests"]] == ["join", "link"]
    assert found["requests"][0]["lists"] == [the_list(session).slug]
    (file,) = found["imports"]
    assert (file["filename"], file["file_hash"]) == ("people.csv", "f" * 64)
    assert file["before"]["name"] == f"{NAME} before"


@pytest.mark.usefixtures("anne")
def test_a_consent_says_who_what_when_how_and_which_text(session: Session) -> None:
    (consent,) = rights.gather(session, ADDRESS.upper())["consents"]

    assert consent["words"] == "Yes, send me the newsletter."
    assert len(consent["words_hash"]) == 64
    assert (consent["kind"], consent["channel"]) == ("granted", "form")
    assert (consent["version"], consent["language"]) == (3, "ar")
    assert consent["form"] == "https://example.org/join"
    assert consent["asked_at"] < consent["at"]
    assert consent["message_id"] == "<confirmed@news.example.org>"


def test_no_key_of_a_link_is_handed_over(session: Session, anne: Subscriber) -> None:
    handles = [subscription_of(session, anne).handle]
    handles += session.exec(select(Request.handle))
    handles += session.exec(select(Notice.handle))

    text = json.dumps(rights.gather(session, anne))

    assert [handle for handle in handles if handle in text] == []


def test_of_a_suppressed_person_the_reason_is_handed_over(
    session: Session, keys: KeyRing, anne: Subscriber
) -> None:
    suppressions.suppress(
        session,
        keys,
        normalise(ADDRESS),
        reason=SuppressionReason.HARD_BOUNCE,
        evidence="5.1.1",
    )

    found = rights.gather(session, anne)["suppression"]

    assert (found["reason"], found["evidence"]) == ("hard bounce", "5.1.1")


def test_of_an_unknown_address_nothing_is_kept(session: Session) -> None:
    with pytest.raises(SubscriberNotFound):
        rights.gather(session, "nobody@example.org")


def test_nothing_of_an_erased_person_is_left_in_any_table(
    session: Session, keys: KeyRing, anne: Subscriber
) -> None:
    handle = subscription_of(session, anne).handle
    traces = [ADDRESS.lower(), "unmistakable", FORMER, handle]
    before = contents(session)
    assert [trace for trace in traces if trace not in before] == []

    rights.erase(session, keys, anne)

    after = contents(session)
    assert [trace for trace in traces if trace in after] == []
    # The keyed hash stays in one place: where it keeps imports from bringing her back.
    assert after.count(keys.fingerprint(ADDRESS.lower())) == 1
    assert suppressions.reason(session, keys, normalise(ADDRESS)) == "erased"


def test_reports_count_an_erased_person_on(
    session: Session, keys: KeyRing, anne: Subscriber
) -> None:
    issue = issues.get_issue(session, 1)
    before = deliveries.status(session, issue).as_json()

    rights.erase(session, keys, anne)

    assert deliveries.status(session, issue).as_json() == before
    assert before["total"] == issue.total == 2


def test_what_came_back_is_handed_over_with_its_evidence(
    session: Session, anne: Subscriber
) -> None:
    (found,) = rights.gather(session, anne)["bounces"]

    assert (found["failure"], found["lifted"]) == ("soft", False)
    assert ADDRESS.upper() in found["evidence"]


def test_reports_about_others_stay_when_somebody_is_erased(
    session: Session, keys: KeyRing, anne: Subscriber
) -> None:
    rights.erase(session, keys, anne)

    kept = session.exec(select(Bounce).order_by(col(Bounce.key))).all()
    assert [row.evidence for row in kept] == ["", "", "about Bart"]
    assert [row.failure for row in kept] == ["soft"] * 3


def test_others_keep_what_is_theirs(
    session: Session, keys: KeyRing, anne: Subscriber
) -> None:
    bart = make_subscriber(session, list=make_list(session), tags=("press",))
    before = rights.gather(session, bart)

    rights.erase(session, keys, anne)

    assert rights.gather(session, bart) == before


def test_the_links_of_an_erased_person_are_nobodys(
    session: Session, keys: KeyRing, anne: Subscriber
) -> None:
    handle = subscription_of(session, anne).handle

    rights.erase(session, keys, anne)

    assert optout.unsubscribe(session, handle, channel=Channel.PAGE).known is False
    assert optout.undo(session, handle) is False
    assert preferences.find(session, handle) is None


def test_an_evidence_of_before_goes_as_well(
    session: Session, keys: KeyRing, anne: Subscriber
) -> None:
    suppressions.suppress(
        session,
        keys,
        normalise(ADDRESS),
        reason=SuppressionReason.COMPLAINT,
        evidence=f"from {ADDRESS}",
    )

    rights.erase(session, keys, anne)

    assert ADDRESS.lower() not in contents(session)


def test_a_second_time_changes_nothing(
    session: Session, keys: KeyRing, anne: Subscriber
) -> None:
    rights.erase(session, keys, anne)
    before = contents(session)

    rights.erase(session, keys, anne)

    assert contents(session) == before


def test_no_log_names_an_erased_person(
    engine: Engine, keys: KeyRing, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with db.writing(engine) as session:
        rights.erase(session, keys, make_subscriber(session, email=ADDRESS, name=NAME))

    assert ADDRESS.lower() not in caplog.text.lower()
    assert NAME not in caplog.text


def test_no_import_brings_an_erased_person_back(engine: Engine, keys: KeyRing) -> None:
    with db.writing(engine) as session:
        rights.erase(session, keys, make_subscriber(session, email=ADDRESS))

    report = bring(engine, f"email\n{ADDRESS.upper()}\nbart@example.org\n".encode())

    assert report.out == {"erased": 1}
    with db.reading(engine) as session:
        assert session.exec(select(Subscriber.email)).all() == ["bart@example.org"]


def test_two_erasures_at_once_are_one(engine: Engine, keys: KeyRing) -> None:
    with db.writing(engine) as session:
        anne = make_subscriber(session, email=ADDRESS)
    with db.reading(engine) as session:
        stale = session.get_one(Subscriber, anne.id)
    with db.writing(engine) as session:
        rights.erase(session, keys, session.get_one(Subscriber, anne.id))

    with db.writing(engine) as session:
        rights.erase(session, keys, stale)

    with db.reading(engine) as session:
        assert suppressions.reason(session, keys, normalise(ADDRESS)) == "erased"
        assert session.exec(select(Subscriber)).all() == []
