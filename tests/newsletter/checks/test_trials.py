"""Links are tried politely, within a bound, and their answers are remembered."""

import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import checks, db, fetching, jobs, trials
from newsletter.config import Settings
from newsletter.models import LinkCheck, LinkState
from newsletter.trials import Trial
from subscribers.clock import utcnow
from tests import factories
from tests.newsletter.feeds.web import Page, Site, site

LOOPBACK = [ip_network("127.0.0.0/8")]
WORKS, BROKEN = Trial(LinkState.WORKS, 200), Trial(LinkState.BROKEN, 404)


@pytest.fixture
def web() -> Iterator[Site]:
    with site() as served:
        yield served


def try_one(url: str) -> Trial:
    return trials.try_all([url], allow=LOOPBACK, seconds=10)[url]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (200, LinkState.WORKS),
        (404, LinkState.BROKEN),
        (410, LinkState.BROKEN),
        (403, LinkState.DOUBTFUL),
        (429, LinkState.DOUBTFUL),
        (503, LinkState.DOUBTFUL),
    ],
)
def test_a_status_becomes_a_word_of_ours(
    web: Site, status: int, state: LinkState
) -> None:
    web.pages["/x"] = Page(b"body", status)

    trial = try_one(web.url("/x"))

    # The server knows no HEAD: GET was tried after it.
    assert (trial.state, trial.code) == (state, status)


def test_a_redirect_is_followed(web: Site) -> None:
    web.pages["/old"] = Page(b"", 301, {"Location": "/new"})
    web.pages["/new"] = Page(b"here")

    assert try_one(web.url("/old")) == WORKS


def test_a_server_that_drips_is_doubtful_and_ends_in_time(web: Site) -> None:
    web.pages["/slow"] = Page(b"x" * 1000, drip=0.3)
    started = time.monotonic()

    found = trials.try_all([web.url("/slow")], allow=LOOPBACK, seconds=1)

    # Not decided, or decided just in time: in any case there is an end.
    assert time.monotonic() - started < 60
    assert found in ({}, {web.url("/slow"): found.get(web.url("/slow"))})


def test_a_private_address_is_not_tried(web: Site) -> None:
    web.pages["/"] = Page(b"secret")

    found = trials.try_all([web.url()], allow=[], seconds=5)

    assert found[web.url()].state is LinkState.UNTRIED
    assert web.asked == []


@pytest.mark.parametrize(
    ("number", "state"),
    [(socket.EAI_NONAME, LinkState.BROKEN), (socket.EAI_AGAIN, LinkState.UNTRIED)],
)
def test_an_unknown_host_is_broken_but_silent_name_servers_say_nothing(
    monkeypatch: pytest.MonkeyPatch, number: int, state: LinkState
) -> None:
    def refuse(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(number, "no")

    monkeypatch.setattr(fetching, "_resolve", refuse)

    assert try_one("https://example.org/x").state is state


def test_a_resolver_that_hangs_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    release = threading.Event()

    def hang(_host: str, _port: int) -> list[str]:
        release.wait(60)
        return []

    monkeypatch.setattr(fetching, "_resolve", hang)
    started = time.monotonic()

    found = trials.try_all(
        [f"https://{n}.example.org/" for n in range(9)], allow=[], seconds=0.5
    )
    release.set()

    assert (found, time.monotonic() - started < 30) == ({}, True)


def test_one_server_gets_one_question_at_a_time(web: Site) -> None:
    for number in range(4):
        web.pages[f"/{number}"] = Page(b"x")
    urls = [web.url(f"/{number}") for number in range(4)]

    found = trials.try_all(urls, allow=LOOPBACK, seconds=10)

    assert set(found) == set(urls)
    asked = [path for path, _ in web.asked]
    assert asked == sorted(asked)


def test_an_answer_is_believed_for_a_day_and_a_failure_for_an_hour(
    session: Session,
) -> None:
    now = utcnow()
    trials.keep(session, {"https://a.org/": WORKS, "https://b.org/": BROKEN}, now=now)
    urls = ["https://a.org/", "https://b.org/", "https://c.org/"]

    def due(later: timedelta) -> list[str]:
        return trials.due(session, urls, now=now + later)

    assert due(timedelta(minutes=59)) == urls[2:]
    assert due(timedelta(minutes=61)) == urls[1:]
    assert due(timedelta(hours=25)) == urls


def test_the_last_answer_counts_and_a_place_within_a_page_is_the_page(
    session: Session,
) -> None:
    trials.keep(session, {"https://a.org/x": BROKEN}, now=utcnow())
    trials.keep(session, {"https://a.org/x#y": WORKS}, now=utcnow())

    assert trials.find(session, ["https://a.org/x#z"]) == {"https://a.org/x#z": WORKS}
    assert len(session.exec(select(LinkCheck)).all()) == 1


def test_two_processes_may_keep_the_same_links_at_once(engine: Engine) -> None:
    urls = [f"https://{n}.example.org/" for n in range(30)]
    failures: list[Exception] = []

    def keep(order: list[str]) -> None:
        try:
            with db.writing(engine) as session:
                trials.keep(session, dict.fromkeys(order, WORKS), now=utcnow())
        except Exception as error:  # noqa: BLE001  # whatever it is, the test shows it
            failures.append(error)

    threads = [
        threading.Thread(target=keep, args=(order,)) for order in (urls, urls[::-1])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with db.reading(engine) as session:
        assert len(trials.find(session, urls)) == 30
    assert failures == []


def test_the_clock_tries_the_links_of_drafts(
    engine: Engine, settings: Settings, web: Site
) -> None:
    web.pages["/ok"] = Page(b"x")
    ours = settings.model_copy(update={"check_links": True, "fetch_allow": LOOPBACK})
    with db.writing(engine) as session:
        item = factories.make_item(session, url=web.url("/ok"))
        own = factories.make_item(session, url=f"{settings.base_url}/fr/x")
        issue = factories.make_issue(session, items=[item, own])

    jobs.try_links(engine, ours, stop=threading.Event())

    with db.reading(engine) as session:
        rows = session.exec(select(LinkCheck)).all()
        assert [(row.url, row.state) for row in rows] == [
            (web.url("/ok"), LinkState.WORKS)
        ]
        assert checks.addresses_of(session, issue, ours) == [web.url("/ok")]


def test_links_are_left_alone_where_the_operator_wants_it(
    engine: Engine, settings: Settings, web: Site
) -> None:
    with db.writing(engine) as session:
        item = factories.make_item(session, url=web.url("/ok"))
        factories.make_issue(session, items=[item])

    jobs.try_links(engine, settings, stop=threading.Event())

    assert web.asked == []


def test_links_that_nobody_tried_for_long_are_forgotten(session: Session) -> None:
    trials.keep(session, {"https://a.org/": WORKS}, now=utcnow() - timedelta(days=91))

    trials.purge(session, now=utcnow())

    assert session.exec(select(LinkCheck)).all() == []
