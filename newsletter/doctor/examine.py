"""Examine a list: every check at once, none of them longer than a few seconds."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from queue import SimpleQueue

from newsletter import smtp
from newsletter.config import Relay, Settings
from newsletter.doctor.alignment import check_alignment
from newsletter.doctor.blocklists import check_blocklists
from newsletter.doctor.diagnosis import Check, Colour, Diagnosis, phrase, worst
from newsletter.doctor.dmarc import check_policy
from newsletter.doctor.extras import check_extras
from newsletter.doctor.handing import judge_relay
from newsletter.doctor.inquiry import EACH, Inquiry, Remembering
from newsletter.doctor.mailboxes import check_mailboxes
from newsletter.doctor.naming import check_sender
from newsletter.doctor.pages import METHODS, judge_pages
from newsletter.doctor.patient import Patient
from newsletter.doctor.sending_rights import check_rights
from newsletter.doctor.servers import check_reverse
from newsletter.doctor.signing import check_keys
from newsletter.doctor.visits import Visit, Visitor, visit
from newsletter.doctor.watch import Watch
from newsletter.domains import CONTROL, Answer, Found, Lookup, Resolver
from newsletter.i18n import N_
from newsletter.reaching import Miss
from newsletter.smtp import Greeting
from subscribers.clock import utcnow
from subscribers.tokens import KeyRing, Purpose, new_handle

# With what words take, and a thread that starts late: three seconds in all.
SECONDS = 2.7
# What a check gets besides to put its findings into words.
_WORDS = 0.2

Greeter = Callable[[Relay, float], Greeting]
Checker = Callable[[Patient, Inquiry], list[Diagnosis]]

_CHECKS: dict[Check, Checker] = {
    Check.SENDER: check_sender,
    Check.MAILBOXES: check_mailboxes,
    Check.SPF: check_rights,
    Check.DKIM: check_keys,
    Check.DMARC: check_policy,
    Check.ALIGNMENT: check_alignment,
    Check.REVERSE: check_reverse,
    Check.BLOCKLISTS: check_blocklists,
    Check.EXTRAS: check_extras,
}


@dataclass(frozen=True)
class World:
    """Everything outside that is asked: what a test, or `--offline`, replaces."""

    resolver: Resolver
    visit: Visitor
    greet: Greeter
    token: Callable[[], str] = new_handle  # of an unsubscribe link that names nobody
    watch: Watch = field(default_factory=Watch)


@dataclass(frozen=True)
class Examination:
    """What was found about a list at one moment."""

    patient: Patient
    examined_at: datetime
    diagnoses: tuple[Diagnosis, ...] = field(default=())

    @property
    def colour(self) -> Colour:
        """The colour of the list as a whole."""
        return worst([each.colour for each in self.diagnoses])

    def of(self, check: Check) -> list[Diagnosis]:
        """Return what one check found."""
        return [each for each in self.diagnoses if each.check is check]

    def colour_of(self, check: Check) -> Colour:
        """Return the colour of one check."""
        return worst([each.colour for each in self.of(check)])


def world(settings: Settings) -> World:
    """Return the world as this machine reaches it."""
    name = smtp.ehlo_name(settings)
    return World(
        Lookup(),
        visit,
        lambda relay, seconds: smtp.greet(relay, ehlo_name=name, seconds=seconds),
        lambda: link_to_nobody(settings.keys),
    )


def names() -> World:
    """Return a world in which the DNS is asked, and neither page nor relay."""
    nobody = _Nobody()
    return World(Lookup(), nobody.visit, nobody.greet)


def offline() -> World:
    """Return a world in which nobody is asked."""
    nobody = _Nobody()
    return World(nobody, nobody.visit, nobody.greet)


class _Nobody:
    """Answers for everybody that nobody was asked."""

    def ask(self, name: str, kind: str, *, seconds: float) -> Answer:
        return Answer(Found.NOT_ASKED)

    def visit(self, method: str, url: str, seconds: float) -> Visit:
        return Visit(method, miss=Miss.NOT_ASKED)

    def greet(self, relay: Relay, seconds: float) -> Greeting:
        return Greeting(miss=Miss.NOT_ASKED)


def link_to_nobody(keys: KeyRing) -> str:
    """Return the token of a genuine unsubscribe link of no reader at all."""
    return keys.sign(Purpose.UNSUBSCRIBE, new_handle())


def examine(patient: Patient, world: World, *, seconds: float = SECONDS) -> Examination:
    """Make every check at the same time; what is not done by then is grey.

    No person, no message and no database is touched. It takes `seconds` and a little
    at most, so a caller keeps what it returns for some minutes, see `Memory`.
    """
    until = world.watch.now() + seconds
    now = utcnow()
    fair = _Fair(world, until)
    asked = replace(world, resolver=fair.resolver, visit=fair.visit, greet=fair.greet)
    jobs = [*_asking(patient, asked, until), *_visiting(patient, asked, until, now)]
    results: SimpleQueue[tuple[int, list[Diagnosis]]] = SimpleQueue()
    for number, (_, job) in enumerate(jobs):
        threading.Thread(target=_work, args=(number, job, results), daemon=True).start()
    done: dict[int, list[Diagnosis]] = {}
    while len(done) < len(jobs):
        result = world.watch.next_of(results, until=until + _WORDS)
        if result is None:
            break
        done[result[0]] = result[1]
    found = [
        each
        for number, (check, _) in enumerate(jobs)
        for each in done.get(number, [_unfinished(check)])
    ]
    return Examination(patient, now, tuple(_sorted([*found, _LOOP])))


class _Fair:
    """A world that holds no unknown name against anybody while it finds none at all."""

    def __init__(self, world: World, until: float) -> None:
        self._world = world
        self.resolver = Remembering(world.resolver, until=until, now=world.watch.now)

    def visit(self, method: str, url: str, seconds: float) -> Visit:
        seen = self._world.visit(method, url, seconds)
        return replace(seen, miss=self._judged(seen.miss))

    def greet(self, relay: Relay, seconds: float) -> Greeting:
        said = self._world.greet(relay, seconds)
        return replace(said, miss=self._judged(said.miss))

    def _judged(self, miss: Miss) -> Miss:
        if miss is not Miss.UNKNOWN:
            return miss
        control = self.resolver.ask(CONTROL, "NS", seconds=EACH)
        return miss if control.found is Found.RECORDS else Miss.NOT_ASKED


Job = Callable[[], list[Diagnosis]]


def _asking(patient: Patient, world: World, until: float) -> list[tuple[Check, Job]]:
    def job(checker: Checker) -> Job:
        return lambda: checker(
            patient, Inquiry(world.resolver, until=until, now=world.watch.now)
        )

    return [(check, job(checker)) for check, checker in _CHECKS.items()]


def _visiting(
    patient: Patient, world: World, until: float, now: datetime
) -> list[tuple[Check, Job]]:
    def left() -> float:
        return max(until - world.watch.now(), 0.01)

    def pages() -> list[Diagnosis]:
        url = f"{patient.base_url}/u/{world.token()}"
        visits = {method: world.visit(method, url, left()) for method in METHODS}
        return judge_pages(patient, visits, now=now)

    def relays() -> list[Diagnosis]:
        found = []
        for way in patient.ways:
            said = world.greet(way.relay, left()) if way.relay else Greeting()
            found += judge_relay(way, said, now=now)
        return found

    return [(Check.PAGES, pages), (Check.RELAY, relays)]


def _work(
    number: int, job: Job, results: SimpleQueue[tuple[int, list[Diagnosis]]]
) -> None:
    results.put((number, job()))


def _sorted(found: Sequence[Diagnosis]) -> list[Diagnosis]:
    order = list(Check)
    return sorted(found, key=lambda each: order.index(each.check))


def _unfinished(check: Check) -> Diagnosis:
    return Diagnosis(
        check, Colour.GREY, phrase(N_("This check was not done in three seconds."))
    )


_LOOP = Diagnosis(
    Check.LOOP,
    Colour.INFO,
    phrase(
        N_(
            "Whether letters arrive as they left, only a loop test shows: send one to "
            "a mailbox of yours and compare (newsletter doctor --loop-test)."
        )
    ),
)


class Memory:
    """Examinations that are kept for a while, for pages that ask again and again."""

    def __init__(
        self,
        look: Callable[[Patient], Examination],
        *,
        keep: timedelta = timedelta(minutes=10),
    ) -> None:
        self._look, self._keep = look, keep
        self._known: dict[Patient, Examination] = {}
        self._lock = threading.Lock()

    def of(self, patient: Patient, *, afresh: bool = False) -> Examination:
        """Return what is known of a list, found out anew if that is old."""
        with self._lock:  # whoever comes second waits for what the first finds
            known = self._known.get(patient)
            now = utcnow()
            if known is None or afresh or now - known.examined_at > self._keep:
                known = self._look(patient)
                self._known[patient] = known
                for old in [*self._known][:-_MOST_KEPT]:
                    del self._known[old]
            return known


_MOST_KEPT = 50
