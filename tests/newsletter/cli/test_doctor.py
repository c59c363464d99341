"""The doctor on the command line; it asks nobody outside in these tests."""

import json
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter import db, doctor
from newsletter.config import Settings
from newsletter.doctor import Colour
from newsletter.smtp import mailbox
from tests import factories
from tests.conftest import Run
from tests.newsletter.dkim.signed import key
from tests.newsletter.doctor.world import world
from tests.newsletter.doctor.zone import GOOD
from tests.relay import Relay


@pytest.fixture
def signing(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "k.pem").write_bytes(key().pem())
    environment["NEWSLETTER_DKIM_KEYS"] = f"nl2026a={tmp_path / 'k.pem'}"


@pytest.fixture
def sender(engine: Engine) -> str:
    """A list whose sender is that of the zone."""
    with db.writing(engine) as session:
        made = factories.make_list(session, sender_address="a@news.example.org")
        return made.slug


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the doctor meet the good zone in place of the Internet."""
    monkeypatch.setattr(doctor, "world", lambda _: world(GOOD))


@pytest.mark.usefixtures("signing")
def test_offline_it_says_what_to_publish(
    run: Run, sender: str, environment: dict[str, str]
) -> None:
    environment["NEWSLETTER_SMTP_URL"] = "smtp://mail.example.org"
    result = run("doctor", "--list", sender, "--offline", "--ip", "93.184.215.9")

    assert result.exit_code == 0, result.output
    assert f"news.example.org (list {sender})" in result.stdout
    assert "Value  v=spf1 ip4:93.184.215.9 ~all" in result.stdout
    assert key().record() in result.stdout
    assert "red" not in [line.split(" ")[0] for line in result.stdout.splitlines()]


@pytest.mark.usefixtures("signing")
def test_json_has_every_fact(run: Run, sender: str) -> None:
    result = run("doctor", "--list", sender, "--offline", "--json")

    facts = json.loads(result.stdout)
    (examined,) = facts["lists"]
    (signed,) = [each for each in examined["checks"] if each["check"] == "dkim"]
    (record,) = signed["records"]
    assert examined["domain"] == "news.example.org"
    assert signed["colour"] == "grey"
    assert "".join(record["strings"]) == record["value"] == key().record()
    assert {each["check"] for each in facts["house"]} == {"house"}


@pytest.mark.usefixtures("outside", "signing")
def test_something_red_makes_it_fail(
    run: Run, sender: str, environment: dict[str, str]
) -> None:
    environment["NEWSLETTER_SMTP_URL"] = "smtp://mail.example.org"
    good = json.loads(run("doctor", "--list", sender, "--json").stdout)
    (spf,) = [e for e in good["lists"][0]["checks"] if e["check"] == "spf"]
    assert spf["colour"] == "green"

    environment["NEWSLETTER_BASE_URL"] = "http://localhost:8000"
    result = run("doctor", "--list", sender)

    assert result.exit_code == 1
    assert "lead to http://localhost:8000" in " ".join(result.stdout.split())


@pytest.mark.parametrize(("language", "word"), [("fr", "lettre"), ("nl", "niemand")])
def test_it_speaks_the_language_of_whoever_asks(
    run: Run, sender: str, language: str, word: str
) -> None:
    result = run("doctor", "--list", sender, "--offline", "--language", language)

    assert word in result.stdout


def test_lists_with_the_same_sender_are_examined_once(run: Run, engine: Engine) -> None:
    with db.writing(engine) as session:
        for slug in ("one", "two"):
            factories.make_list(session, slug=slug, sender_address="a@same.example.org")

    facts = json.loads(run("doctor", "--offline", "--json").stdout)

    assert "one, two" in [each["list"] for each in facts["lists"]]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--list", "nowhere"), 1),
        (("--ip", "999.1.1.1", "--offline"), 2),
        (("--language", "it"), 2),
    ],
)
def test_what_cannot_be_asked_is_refused(
    run: Run, words: tuple[str, ...], code: int
) -> None:
    assert run("doctor", *words).exit_code == code


def test_a_database_that_cannot_be_used_is_red(
    run: Run, environment: dict[str, str]
) -> None:
    environment["NEWSLETTER_DATABASE_URL"] = (
        "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
    )
    result = run("doctor", "--offline")

    assert result.exit_code == 1
    assert "The database cannot be used" in result.stdout


def test_the_house_is_looked_at(settings: Settings, engine: Engine) -> None:
    folder = settings.data_dir
    there = doctor.check_house(settings)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "file").touch()
    unusable = settings.model_copy(update={"data_dir": folder / "file"})
    missing = doctor.check_house(unusable)
    open_key = settings.model_copy(update={"secret_keys": []})
    (folder / "secret.key").write_text("x" * 40)
    (folder / "secret.key").chmod(0o644)
    with db.reading(engine) as session:
        found = doctor.check_database(session)

    assert missing[0].colour is Colour.RED
    assert Colour.RED not in {each.colour for each in there}
    assert doctor.check_house(open_key)[1].colour is Colour.RED
    assert [each.colour for each in found] == [Colour.GREEN, Colour.YELLOW]


# The loop test.


@pytest.mark.usefixtures("signing")
def test_a_letter_goes_round_and_is_compared(
    run: Run, sender: str, relay: Relay, environment: dict[str, str], tmp_path: Path
) -> None:
    environment["NEWSLETTER_SMTP_URL"] = relay.url
    sent = run("doctor", "--list", sender, "--loop-test", "me@example.org")
    assert sent.exit_code == 0, sent.output
    (mail,) = relay.received_by("me@example.org")
    left = sent.stdout.splitlines()[-1].split()[3]
    good, bad = tmp_path / "good.eml", tmp_path / "bad.eml"
    good.write_bytes(b"Received: from x\r\n" + mail.raw)
    bad.write_bytes(mail.raw.replace(b"?a=3D1&amp;b", b"?track=3D1&amp;b"))

    fine = run("doctor", "compare", left, str(good), "--offline")
    broken = run("doctor", "compare", left, str(bad), "--offline", "--json")

    assert mail.sender == "a@news.example.org"
    assert mail.raw == Path(left).read_bytes()
    assert fine.exit_code == 0, fine.output
    assert "covers the unsubscribe" in " ".join(fine.stdout.split())
    assert broken.exit_code == 1
    assert any("lead elsewhere" in e["sentence"] for e in json.loads(broken.stdout))


def test_without_a_relay_the_letter_goes_to_the_built_in_mailbox(
    run: Run, sender: str, settings: Settings
) -> None:
    result = run("doctor", "--list", sender, "--loop-test", "me@example.org")

    assert result.exit_code == 0, result.output
    assert len(mailbox.received(settings.mailbox_dir, "me@example.org")) == 1


def test_a_letter_that_the_relay_refuses_is_told(
    run: Run, sender: str, relay: Relay, environment: dict[str, str]
) -> None:
    environment["NEWSLETTER_SMTP_URL"] = relay.url
    relay.scripts["me@example.org"].rcpt = ["550 5.7.1 not from you"]

    result = run("doctor", "--list", sender, "--loop-test", "me@example.org")

    assert result.exit_code == 1
    assert "not from you" in result.stderr


def test_nothing_outside_is_waited_for_longer_than_three_seconds(
    run: Run, sender: str, environment: dict[str, str]
) -> None:
    environment["NEWSLETTER_SMTP_URL"] = "smtp://192.0.2.1:25?tls=none"
    environment["NEWSLETTER_BASE_URL"] = "https://192.0.2.1"
    began = time.monotonic()
    result = run("doctor", "--list", sender, "--json")

    # One examination and the command itself, on a busy machine; not two minutes.
    assert time.monotonic() - began < 30
    assert json.loads(result.stdout)["lists"]
