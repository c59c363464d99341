"""Which edition a reader of two languages gets, counted and frozen alike."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlmodel import Session, col, select

from newsletter import deliveries
from newsletter.models import Delivery, Issue, IssueState
from subscribers.models import Subscriber
from tests.factories import make_issue, make_list, make_subscriber

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TAGS = ("fr", "fr-BE", "FR_be", "nl", "nl-BE", "de", "en", "en-GB", "ar", None)

People = list[tuple[str | None, str | None]]


def listed(session: Session, issue: Issue, languages: list[str]) -> dict[str, int]:
    """Fan an issue out; return how many rows each edition has."""
    for chunk in deliveries.unlisted(session, issue):
        deliveries.fan_out(session, issue, chunk, languages=languages, now=NOW)
    rows = session.exec(select(Delivery.language).where(Delivery.issue_id == issue.id))
    return Counter(rows)


@pytest.mark.parametrize(
    ("language", "second", "edition"),
    [
        ("nl", "de", "nl"),
        ("nl-BE", "de", "nl"),
        ("ar", "de", "de"),
        ("ar", "de-AT", "de"),
        (None, "nl", "nl"),
        ("ar", "pl", "fr"),
        ("ar", None, "fr"),
        (None, None, "fr"),
    ],
)
def test_the_second_language_comes_before_the_lists_own(
    session: Session, language: str | None, second: str | None, edition: str
) -> None:
    make_subscriber(session, language=language, second_language=second)
    issue = make_issue(session, state=IssueState.STARTING)

    assert listed(session, issue, ["fr", "nl", "de"]) == {edition: 1}


@pytest.mark.parametrize(
    ("language", "second", "edition"),
    [
        ("de", None, "nl"),
        ("de-AT", "ar", "nl"),
        ("ar", "de", "nl"),
        ("de", "fr", "fr"),  # a language of theirs goes before
        ("en", None, "fr"),  # what stands in for it is not there
    ],
)
def test_the_list_says_what_stands_in_for_a_language(
    session: Session, language: str, second: str | None, edition: str
) -> None:
    mailing_list = make_list(
        session, fallbacks={"de": ["ar", "nl", "fr"], "en": ["ar"]}
    )
    make_subscriber(
        session, list=mailing_list, language=language, second_language=second
    )
    issue = make_issue(session, list=mailing_list, state=IssueState.STARTING)

    assert listed(session, issue, ["fr", "nl"]) == {edition: 1}


def test_one_reader_of_two_languages_gets_one_letter(session: Session) -> None:
    anne = make_subscriber(session, language="nl", second_language="fr")
    issue = make_issue(session, state=IssueState.STARTING)

    listed(session, issue, ["fr", "nl"])

    row = session.exec(select(Delivery)).one()
    assert (row.subscriber_id, row.language) == (anne.id, "nl")


tags = st.sampled_from(TAGS)
editions = st.sampled_from(["fr", "fr-BE", "nl", "nl-BE", "de", "en"])


@hypothesis_settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    people=st.lists(st.tuples(tags, tags), max_size=12),
    languages=st.lists(editions, min_size=1, unique=True),
    default=editions,
    fallbacks=st.dictionaries(editions, st.lists(editions, max_size=3), max_size=3),
)
def test_what_is_counted_before_is_what_is_listed(
    session: Session,
    people: People,
    languages: list[str],
    default: str,
    fallbacks: dict[str, list[str]],
) -> None:
    session.execute(delete(Delivery))
    session.execute(delete(Subscriber).where(col(Subscriber.id).is_not(None)))
    mailing_list = make_list(session, languages=[default], fallbacks=fallbacks)
    for language, second in people:
        make_subscriber(
            session, list=mailing_list, language=language, second_language=second
        )
    issue = make_issue(session, list=mailing_list, state=IssueState.STARTING)

    counted = deliveries.languages_of(session, issue, languages=languages, now=NOW)

    assert listed(session, issue, languages) == counted
    assert sum(counted.values()) == len(people)
