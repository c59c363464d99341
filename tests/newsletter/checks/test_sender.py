"""The sender's domain: looked at in the background, told before an issue leaves."""

import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, update
from sqlmodel import Session

from newsletter import checks, db, doctor, jobs
from newsletter.checks import Finding, Level
from newsletter.config import INTERFACE_LANGUAGES, Settings
from newsletter.doctor import Colour, World
from newsletter.models import DomainCheck, Issue, IssueState
from subscribers.models import MailingList
from tests import factories
from tests.newsletter.doctor.world import world
from tests.newsletter.doctor.zone import DOMAIN, Zone

NO_POLICY = {"_dmarc.example.org TXT": None}
POLICY = f"{DOMAIN} has no DMARC record"


@pytest.fixture
def looking(settings: Settings) -> Settings:
    """Settings of a service that mails through a server of its own."""
    values = {"check_sender": True, "smtp_url": "smtp://mail.example.org:587"}
    return settings.model_copy(update=values)


@pytest.fixture
def issue_id(engine: Engine) -> int:
    """A draft of a list that sends from the domain of the zone."""
    with db.writing(engine) as session:
        mailing_list = factories.the_list(session)
        mailing_list.sender_address = f"letter@{DOMAIN}"
        return factories.make_issue(session).id or 0


def told(engine: Engine, settings: Settings, issue_id: int) -> list[Finding]:
    with db.reading(engine) as session:
        issue, now = session.get_one(Issue, issue_id), db.now(session)
        report = checks.run(session, issue, settings=settings, now=now)
    return [each for each in report.findings if each.check == "sender-domain"]


def asked(outside: World) -> list[str]:
    assert isinstance(outside.resolver, Zone)
    return outside.resolver.asked


def later(engine: Engine, **ago: float) -> None:
    """Let what is known have been found so long ago."""
    with db.writing(engine) as session:
        then = db.now(session) - timedelta(**ago)
        values = {"asked_at": then, "checked_at": then}
        session.execute(update(DomainCheck).values(**values))


def test_what_the_doctor_finds_is_worth_a_look_before_an_issue_leaves(
    engine: Engine, looking: Settings, issue_id: int
) -> None:
    jobs.look_at_domains(engine, looking, world(NO_POLICY))

    (finding,) = told(engine, looking, issue_id)
    assert (finding.level, finding.place.field) == (Level.LOOK, "sender")
    assert not finding.blocks
    said = {finding.sentence.say(language) for language in INTERFACE_LANGUAGES}
    assert len(said) == 4
    assert all(DOMAIN in each and "{" not in each for each in said)
    english = finding.sentence.say("en")
    assert english.startswith(f"Mail from {DOMAIN} may be refused")
    assert POLICY in english


def test_a_page_that_checks_asks_nobody(
    engine: Engine, looking: Settings, issue_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(*_: object, **__: object) -> None:
        raise AssertionError("somebody was asked")

    monkeypatch.setattr("dns.resolver.Resolver.resolve", nobody)

    assert told(engine, looking, issue_id) == []


def test_without_a_network_there_is_no_alarm_and_what_was_known_stays(
    engine: Engine, looking: Settings, issue_id: int
) -> None:
    nowhere = replace(world(), resolver=Zone({}))
    for blind in (nowhere, doctor.offline()):
        jobs.look_at_domains(engine, looking, blind)
        assert told(engine, looking, issue_id) == []
        later(engine, hours=2)

    jobs.look_at_domains(engine, looking, world(NO_POLICY))
    later(engine, hours=2)
    jobs.look_at_domains(engine, looking, nowhere)

    assert len(told(engine, looking, issue_id)) == 1


def test_what_is_mended_is_told_no_more(
    engine: Engine, looking: Settings, issue_id: int
) -> None:
    signing = {f"{DOMAIN} TXT": ["v=spf1 ip4:93.184.215.20 -all"]}
    jobs.look_at_domains(engine, looking, world(NO_POLICY))
    later(engine, hours=2)

    jobs.look_at_domains(engine, looking, world(signing))

    assert POLICY not in "".join(
        each.sentence.say("en") for each in told(engine, looking, issue_id)
    )


@pytest.mark.usefixtures("issue_id")
def test_it_is_looked_at_once_an_hour_and_at_once_for_a_new_issue(
    engine: Engine, looking: Settings
) -> None:
    outside = [world(NO_POLICY) for _ in range(3)]

    jobs.look_at_domains(engine, looking, outside[0])
    jobs.look_at_domains(engine, looking, outside[1])
    later(engine, minutes=61)
    jobs.look_at_domains(engine, looking, outside[2])

    assert [bool(asked(each)) for each in outside] == [True, False, True]


def test_nobody_is_asked_where_nothing_is_to_be_sent(
    engine: Engine, looking: Settings, settings: Settings, issue_id: int
) -> None:
    outside = world(NO_POLICY)
    stopped = threading.Event()
    stopped.set()

    off = looking.model_copy(update={"check_sender": False})
    jobs.look_at_domains(engine, off, outside)
    jobs.look_at_domains(engine, looking, outside, stop=stopped)
    jobs.look_at_domains(engine, looking, outside, list_id=4711)
    mailbox = settings.model_copy(update={"check_sender": True})
    jobs.look_at_domains(engine, mailbox, outside)
    later(engine, hours=2)
    with db.writing(engine) as session:
        session.get_one(Issue, issue_id).state = IssueState.SENT
    jobs.look_at_domains(engine, looking, outside)

    assert asked(outside) == []


def test_what_was_found_about_another_domain_or_long_ago_is_not_told(
    engine: Engine, looking: Settings, issue_id: int
) -> None:
    jobs.look_at_domains(engine, looking, world(NO_POLICY))

    later(engine, days=3)
    assert told(engine, looking, issue_id) == []
    later(engine, hours=1)
    assert len(told(engine, looking, issue_id)) == 1
    with db.writing(engine) as session:
        session.get_one(MailingList, 1).sender_address = "letter@elsewhere.example"
    assert told(engine, looking, issue_id) == []


@pytest.mark.usefixtures("issue_id")
def test_of_two_clocks_one_looks(engine: Engine, looking: Settings) -> None:
    outside, together = world(NO_POLICY), threading.Barrier(2)

    def tick() -> None:
        together.wait()
        jobs.look_at_domains(engine, looking, outside)

    clocks = [threading.Thread(target=tick) for _ in range(2)]
    for clock in clocks:
        clock.start()
    for clock in clocks:
        clock.join()

    assert max(Counter(asked(outside)).values()) == 1


def test_what_strangers_wrote_is_kept_shown_and_does_nothing(
    engine: Engine, looking: Settings, issue_id: int
) -> None:
    hostile = "v=DMARC1; p=none; rua=mailto:\x00<script>\x1b\u202e{0}@x"

    jobs.look_at_domains(
        engine, looking, world({"_dmarc.example.org TXT": [hostile, hostile]})
    )

    (finding,) = told(engine, looking, issue_id)
    assert not set(finding.sentence.say("en")) & set("\x00\x1b\u202e")


def test_the_worst_comes_first_and_the_rest_is_counted(session: Session) -> None:
    issue = factories.make_issue(session)
    row = {"message": "{domain} is bad.", "values": {"domain": "a.example"}}
    bad = [
        {"check": "spf", "colour": colour, "sentence": row}
        for colour in ("red", "yellow", "yellow")
    ]
    now = db.now(session)
    session.add(
        DomainCheck(
            list_id=issue.list_id, domain="a.example", findings=bad, checked_at=now
        )
    )
    session.flush()

    known = doctor.standing(session, issue.list_id, domain="a.example", now=now)

    assert known is not None
    assert (known.colour, known.others) == (Colour.RED, 2)
    assert known.found.say("en") == "a.example is bad."
