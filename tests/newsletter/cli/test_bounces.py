import json
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import db
from newsletter.models import Bounce
from subscribers.models import Subscriber
from tests import factories
from tests.conftest import Run
from tests.newsletter.bounces.sent import mailbox_of, sent_to
from tests.newsletter.incoming.test_receive import returned


def a_report(engine: Engine) -> bytes:
    with db.writing(engine) as session:
        delivery = sent_to(session, factories.make_subscriber(session))
        return returned("aol-unknown", mailbox_of(session, delivery))


def kept(engine: Engine) -> list[Bounce]:
    with Session(engine) as session:
        return list(session.exec(select(Bounce)))


def test_files_are_taken_one_message_each(
    run: Run, engine: Engine, tmp_path: Path
) -> None:
    files = [tmp_path / "one.eml", tmp_path / "two.eml"]
    for file in files:
        file.write_bytes(a_report(engine))

    result = run("bounces", "receive", *map(str, files), "--json")

    # Two people, two reports, though their mail server gave both one Message-ID.
    effects = [each["effect"] for each in json.loads(result.stdout)]
    assert effects == ["suppressed", "suppressed"]
    assert len(kept(engine)) == 2


def test_a_pipe_is_one_message(run: Run, engine: Engine) -> None:
    result = run("bounces", "receive", stdin=a_report(engine))

    assert "bounce: suppressed" in result.stdout


def test_what_came_back_can_be_listed_and_looked_at(run: Run, engine: Engine) -> None:
    run("bounces", "receive", stdin=a_report(engine))

    (found,) = json.loads(run("bounces", "list", "--json").stdout)
    shown = run("bounces", "show", str(found["id"])).stdout

    assert found["failure"] == "hard"
    assert "bounce hard" in shown
    assert "Delivered-To: b+" in shown


def test_a_number_that_nothing_has_is_refused(run: Run) -> None:
    result = run("bounces", "show", "7")

    assert result.exit_code == 1
    assert "has the number 7" in result.stderr


def test_a_mail_server_is_asked_to_try_again_without_a_database(
    run: Run, environment: dict[str, str]
) -> None:
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:9/nothing"
    environment["NEWSLETTER_DATABASE_URL"] = nowhere

    result = run("bounces", "receive", stdin=b"")

    assert result.exit_code == 75


def test_what_came_back_of_an_issue_is_counted(run: Run, engine: Engine) -> None:
    run("bounces", "receive", stdin=a_report(engine))
    (row,) = kept(engine)

    counted = json.loads(run("bounces", "count", str(row.issue_id), "--json").stdout)
    said = run("bounces", "count", str(row.issue_id)).stdout

    assert counted == {
        "complaints": 0,
        "failures": {"hard": 1},
        "languages": {row.language: {"hard": 1}},
        "domains": {"example.org": {"hard": 1}},
    }
    assert "Complaints: 0" in said
    assert "example.org" in said


def test_a_person_is_shown_with_what_came_back(run: Run, engine: Engine) -> None:
    run("bounces", "receive", stdin=a_report(engine))
    with Session(engine) as session:
        email = session.exec(select(Subscriber)).one().email

    (found,) = json.loads(run("subscribers", "show", email, "--json").stdout)["bounces"]
    said = run("subscribers", "show", email).stdout

    assert (found["failure"], found["effect"]) == ("hard", "suppressed")
    assert "Delivered-To: b+" in found["evidence"]
    assert "Bounces:" in said


def test_lifting_forgives_what_came_back(run: Run, engine: Engine) -> None:
    run("bounces", "receive", stdin=a_report(engine))
    with Session(engine) as session:
        email = session.exec(select(Subscriber)).one().email

    result = run("subscribers", "lift", email)

    assert f"Mail may go to {email}." in result.stdout
    assert kept(engine)[0].lifted_by.endswith("command line)")
