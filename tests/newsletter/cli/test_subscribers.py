import json

import pytest
from sqlalchemy import Engine

from newsletter import db
from newsletter.cli import program
from newsletter.models import DeliveryState
from subscribers import optout
from subscribers.models import Channel
from tests.conftest import Run
from tests.factories import (
    make_delivery,
    make_issue,
    make_list,
    make_subscriber,
    subscription_of,
)
from tests.newsletter.cli.conftest import WORDS


def test_people_are_listed(run: Run, engine: Engine) -> None:
    with db.writing(engine) as session:
        other = make_list(session, slug="press")
        make_subscriber(session, email="anne@example.org", tags=("b", "a"))
        make_subscriber(session, email="bart@example.org", language="nl", list=other)

    def listed(*words: str) -> list[dict[str, object]]:
        found = json.loads(run("subscribers", "list", "--json", *words).stdout)
        assert isinstance(found, list)
        return found

    anne = {"email": "anne@example.org", "language": "fr", "tags": ["a", "b"]}
    bart = {"email": "bart@example.org", "language": "nl", "tags": []}
    assert listed() == [anne, bart]
    assert listed("--limit", "1") == [anne]
    assert listed("--language", "nl") == [bart]
    assert listed("--list", "press") == [bart]
    run("segments", "add", "labelled", "tag=a")
    assert listed("--segment", "labelled") == [anne]
    assert listed("--segment", "labelled", "--list", "press") == []
    assert listed("--state", "unsubscribed") == []
    assert "anne@example.org  fr        a, b" in run("subscribers", "list").stdout


def test_one_person_is_shown_with_all_that_is_known(run: Run, engine: Engine) -> None:
    with db.writing(engine) as session:
        anne = make_subscriber(
            session,
            email="anne@example.org",
            tags=("press",),
            second_language="de",
            attributes={"city": "Namur"},
        )
        issue = make_issue(session, title="Issue of May")
        make_delivery(
            session, issue=issue, subscriber=anne, state=DeliveryState.ACCEPTED
        )
        handle = subscription_of(session, anne).handle
        optout.unsubscribe(session, handle, channel=Channel.ONE_CLICK)

    shown = json.loads(run("subscribers", "show", "ANNE@example.org", "--json").stdout)

    assert (shown["email"], shown["language"]) == ("anne@example.org", "fr")
    assert shown["tags"] == ["press"]
    assert [row["state"] for row in shown["subscriptions"]] == ["unsubscribed"]
    assert [(row["kind"], row["channel"]) for row in shown["consents"]] == [
        ("granted", "form"),
        ("withdrawn", "one-click"),
    ]
    first = shown["consents"][0]
    assert first["words"] == "Yes, send me the newsletter."
    proof = {"asked_at", "at", "version", "form", "language", "message_id", "filename"}
    assert proof <= first.keys()
    assert (shown["second_language"], shown["attributes"]) == ("de", {"city": "Namur"})
    assert [(row["title"], row["state"]) for row in shown["deliveries"]] == [
        ("Issue of May", "accepted")
    ]


def test_one_person_is_shown_on_a_terminal(run: Run, people_csv: str) -> None:
    run("subscribers", "import", people_csv, "--consent", WORDS)

    output = run("subscribers", "show", "anne@example.org").stdout

    assert "anne@example.org, language fr" in output
    assert "Tags: presse" in output
    assert "Deliveries: none" in output
    assert "confirmed" in output


def test_nobody_is_shown_with_a_sentence(run: Run) -> None:
    result = run("subscribers", "show", "anne@example.org")

    assert result.exit_code == 1
    assert "Nobody here has the address anne@example.org." in result.stderr


def test_what_people_are_called_is_no_markup(
    capsys: pytest.CaptureFixture[str],
) -> None:
    program.table(["Name"], [("[/red] :smile: [b]x",)])

    assert "[/red] :smile: [b]x" in capsys.readouterr().out
