"""A whole examination: what is green, what hangs, what is hostile, what is kept."""

import threading
import time
from dataclasses import replace
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import Any

import jinja2
import pytest
import time_machine

from newsletter import doctor
from newsletter.config import INTERFACE_LANGUAGES, Relay, Settings
from newsletter.doctor import Check, Colour, Diagnosis, Examination, Memory, World
from newsletter.doctor.diagnosis import Record, found, shown
from newsletter.doctor.visits import Visit
from newsletter.doctor.watch import Watch
from newsletter.domains import Answer, Found
from newsletter.reaching import Miss
from newsletter.smtp import Greeting
from subscribers.clock import utcnow
from tests.newsletter.doctor.world import Outside, world
from tests.newsletter.doctor.zone import BROKEN, DOMAIN, SILENT, Zone, patient, records

SECONDS = 3.0
DNS = (Check.SENDER, Check.MAILBOXES, Check.SPF, Check.DKIM, Check.DMARC)


def test_a_zone_in_order_is_green() -> None:
    seen = doctor.examine(patient(), world())

    assert {
        check: seen.colour_of(check)
        for check in Check
        if seen.colour_of(check) is not Colour.GREEN
    } == {Check.EXTRAS: Colour.INFO, Check.LOOP: Colour.INFO}
    assert seen.colour is Colour.INFO
    assert [each.check for each in seen.diagnoses] == sorted(
        (each.check for each in seen.diagnoses), key=[*Check].index
    )


def test_a_usual_examination_asks_few_questions_and_each_once() -> None:
    outside = world()
    doctor.examine(patient(), outside)
    assert isinstance(outside.resolver, Zone)

    assert len(outside.resolver.asked) == len(set(outside.resolver.asked))
    assert len(outside.resolver.asked) <= 30


class Stopwatch(Watch):
    """A clock that waiting moves on at once, so that no machine is too slow for it."""

    def __init__(self) -> None:
        self.passed, self.lock = 0.0, threading.Lock()

    def now(self) -> float:
        return self.passed

    def wait(self, until: float) -> None:
        with self.lock:  # who waits at the same time waits for the same time
            self.passed = max(self.passed, until)

    def next_of(self, results: SimpleQueue[Any], *, until: float) -> Any:
        try:
            return results.get(timeout=0.2)  # what needs nobody comes at once
        except Empty:
            return self.wait(until)


class Silent(Outside):
    """Nobody answers for as long as one may wait, or for longer."""

    def __init__(self, watch: Stopwatch, *, honest: bool) -> None:
        self.watch, self.honest, self.over = watch, honest, threading.Event()

    def ask(self, name: str, kind: str, *, seconds: float) -> Answer:
        self._wait(seconds)
        return Answer(Found.TIMEOUT)

    def visit(self, method: str, url: str, seconds: float) -> Visit:
        self._wait(seconds)
        return Visit(method, miss=Miss.SILENT)

    def greet(self, relay: Relay, seconds: float) -> Greeting:
        self._wait(seconds)
        return Greeting(miss=Miss.SILENT)

    def _wait(self, seconds: float) -> None:
        self.watch.wait(self.watch.now() + seconds)
        if not self.honest:
            self.over.wait(60)


@pytest.mark.parametrize("honest", [True, False])
def test_no_silence_takes_longer_than_three_seconds(*, honest: bool) -> None:
    watch = Stopwatch()
    silent = Silent(watch, honest=honest)

    seen = doctor.examine(
        patient(), World(silent, silent.visit, silent.greet, watch=watch)
    )

    silent.over.set()
    # Of questions that were put, and of the patience with whoever never answers.
    assert 2.5 < watch.passed <= SECONDS
    for check in (*DNS, Check.PAGES, Check.RELAY):
        assert seen.colour_of(check) is Colour.GREY


def test_pages_and_relays_that_hang_are_grey() -> None:
    over = threading.Event()

    class Hanging(Outside):
        def visit(self, method: str, url: str, seconds: float) -> Visit:
            over.wait(60)
            return Visit(method)

    began = time.monotonic()
    seen = doctor.examine(
        patient(), replace(world(), visit=Hanging().visit), seconds=0.3
    )
    took = time.monotonic() - began
    over.set()

    assert took < 10  # not the minute for which it hangs
    assert seen.colour_of(Check.PAGES) is Colour.GREY
    assert seen.colour_of(Check.SPF) is Colour.GREEN


def test_whoever_is_cut_off_accuses_nobody() -> None:
    seen = doctor.examine(patient(), world({"iana.org NS": None, f"{DOMAIN} *": None}))
    nothing = World(Zone({}), Outside().visit, Outside().greet)
    blind = doctor.examine(patient(), nothing)

    assert seen.colour_of(Check.REVERSE) is Colour.GREEN
    for check in (Check.SENDER, Check.SPF, Check.DKIM, Check.DMARC, Check.BLOCKLISTS):
        assert blind.colour_of(check) is Colour.GREY
    assert "finds no names" in blind.of(Check.DKIM)[0].say("en")


class Unknown(Outside):
    """Pages whose name the system does not find."""

    def visit(self, method: str, url: str, seconds: float) -> Visit:
        return Visit(method, miss=Miss.UNKNOWN)


def test_a_page_that_is_not_known_counts_while_others_are() -> None:
    connected = replace(world(), visit=Unknown().visit)
    blind = replace(connected, resolver=Zone({}))

    seen = [doctor.examine(patient(), each) for each in (connected, blind)]

    assert seen[0].colour_of(Check.PAGES) is Colour.RED
    assert seen[1].colour_of(Check.PAGES) is Colour.GREY


@pytest.mark.parametrize(("answer", "word"), [(BROKEN, "error"), (SILENT, "in time")])
def test_an_error_is_told_from_silence(answer: Answer, word: str) -> None:
    seen = doctor.examine(patient(), world({f"{DOMAIN} MX": answer}))

    (sender,) = seen.of(Check.SENDER)
    assert sender.colour is Colour.GREY
    assert word in sender.say("en")


def test_offline_asks_nobody_and_still_says_what_to_publish(settings: Settings) -> None:
    seen = doctor.examine(patient(), doctor.offline())

    assert Colour.RED not in {each.colour for each in seen.diagnoses}
    for check in (Check.SPF, Check.DKIM, Check.DMARC):
        (grey,) = seen.of(check)
        assert grey.colour is Colour.GREY
        assert grey.records
    assert doctor.world(settings).token() != doctor.world(settings).token()


# What strangers write.

HOSTILE = (
    "<script>alert(1)</script>\x1b[31m\u202egro.elpmaxe\u2066\x00\r\nX: y{0}{domain}"
    "\u200b\ud800"
)


def hostile_world() -> World:
    everywhere = Answer(
        Found.RECORDS, (HOSTILE, "v=spf1 " + HOSTILE, "v=DMARC1;" + HOSTILE)
    )
    alias = replace(everywhere, alias=HOSTILE)
    huge = Answer(Found.RECORDS, ("v=spf1 " + "include:a.example " * 4000,))
    changed = {
        f"{DOMAIN} TXT": huge,
        "_dmarc.example.org TXT": everywhere,
        f"nl2026a._domainkey.{DOMAIN} TXT": alias,
        f"{DOMAIN} MX": Answer(Found.RECORDS, ("10 " + HOSTILE,)),
        "20.215.184.93.in-addr.arpa PTR": everywhere,
        f"{DOMAIN}.dbl.spamhaus.org A": everywhere,
        f"default._bimi.{DOMAIN} TXT": everywhere,
    }
    outside = Outside()
    return World(Zone(records(changed)), outside.visit, outside.greet)


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_hostile_words_are_shown_and_do_nothing(language: str) -> None:
    seen = doctor.examine(patient(), hostile_world())
    texts = [
        text
        for each in seen.diagnoses
        for text in (
            each.say(language),
            each.advise(language),
            doctor.shown(each.about),
            *each.found,
            *(record.zone for record in each.records),
        )
    ]

    assert any("<script>" in text for text in texts)  # it is shown, as text
    for text in texts:
        assert not set(text) & set("\x1b\x00\r\n\u202e\u2066\u200b\ud800")
        assert len(text) < 3_000
    page = jinja2.Environment(autoescape=True).from_string("{{ text }}")
    assert all("<script" not in page.render(text=text) for text in texts)


def test_what_is_shown_is_bounded() -> None:
    assert len(shown("x" * 65_535)) == 301
    assert shown("\x07\u202e") == "\\u{7}\\u{202e}"
    assert len(found(*["a"] * 1000)) == 12


# Words and records.


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_every_sentence_is_said_in_every_language(language: str) -> None:
    seen = doctor.examine(patient(sender="gmail.com"), world({}))

    words = [each.say(language) for each in seen.diagnoses]
    assert all(words)
    if language != "en":
        assert not {*words} & {each.say("en") for each in seen.diagnoses}


def test_a_long_record_is_written_in_pieces_a_zone_takes() -> None:
    record = Record("k._domainkey.example.org", "TXT", 'a"\\' + "b" * 300)

    assert list(map(len, record.strings)) == [255, 48]
    assert record.zone.startswith('k._domainkey.example.org. IN TXT ( "a\\"\\\\bb')
    assert record.zone.count('" "') == 1
    assert record.host("example.org") == "k._domainkey"
    assert Record("example.org", "TXT", "x").host("example.org") == "@"
    assert Record("example.org", "MX", "10 m.").zone == "example.org. IN MX 10 m."


# What is kept.


def test_what_was_found_is_kept_for_a_while() -> None:
    looked: list[str] = []

    def look(who: doctor.Patient) -> Examination:
        looked.append(who.slug)
        return Examination(who, utcnow(), ())

    memory, who = Memory(look, keep=timedelta(minutes=10)), patient()
    with time_machine.travel("2026-11-25T12:00:00Z", tick=False) as clock:
        memory.of(who)
        memory.of(who)
        clock.shift(601)
        memory.of(who)
        memory.of(who, afresh=True)
        memory.of(replace(who, slug="other"))

    assert looked == ["newsletter", "newsletter", "newsletter", "other"]


def test_two_who_ask_at_once_are_told_the_same() -> None:
    looked: list[Diagnosis | None] = []

    def look(who: doctor.Patient) -> Examination:
        looked.append(None)
        time.sleep(0.1)
        return Examination(who, utcnow(), ())

    memory, who = Memory(look), patient()
    threads = [threading.Thread(target=memory.of, args=(who,)) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert len(looked) == 1
