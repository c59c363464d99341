"""The doctor as pages ask: examinations kept for a while, one relay tried at once."""

import threading
from queue import SimpleQueue

from newsletter.doctor.diagnosis import Diagnosis
from newsletter.doctor.examine import SECONDS, Examination, Memory, World, examine
from newsletter.doctor.handing import judge_relay
from newsletter.doctor.patient import Patient, Way
from newsletter.reaching import Miss
from newsletter.smtp import Greeting
from subscribers.clock import utcnow


class Practice:
    """Whom pages send to; nothing takes longer than three seconds."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._memory = Memory(lambda patient: examine(patient, world))

    def examine(self, patient: Patient, *, afresh: bool = False) -> Examination:
        """Return what is known of a list, found out anew if that is old."""
        return self._memory.of(patient, afresh=afresh)

    def try_relay(self, way: Way) -> list[Diagnosis]:
        """Connect, encrypt, log in where there is a name for it, and hang up."""
        relay, watch = way.relay, self._world.watch
        if relay is None:
            return judge_relay(way, Greeting(), now=utcnow())
        until = watch.now() + SECONDS
        answers: SimpleQueue[Greeting] = SimpleQueue()
        # A search for the name may outlast the time; nobody waits for it.
        threading.Thread(
            target=lambda: answers.put(self._world.greet(relay, SECONDS)), daemon=True
        ).start()
        said = watch.next_of(answers, until=until)
        return judge_relay(way, said or Greeting(miss=Miss.SILENT), now=utcnow())
