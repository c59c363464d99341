"""Kill a sender again and again, at every stage, and count who was lost.

Run it as `python -m benchmarks.crash 200`. Each time a sender is killed by SIGKILL
when a letter passes a stage: before the claim, after it, after RCPT, in DATA, amid
the body, after the final dot, after the answer and before it is recorded. The next
one recovers and goes on. At the end a person resends what is unknown twice, and the
relay's own list is held against the readers and against the ledger.
"""

import argparse
import multiprocessing
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from benchmarks import databases, prepared
from benchmarks.killer import STAGES, Killer
from newsletter import db, deliveries, issues, jobs
from newsletter.config import Settings
from newsletter.models import Delivery, DeliveryState, Issue, IssueState

KILLS = 200
CONNECTIONS = 4
# Letters that pass a stage between two kills, at most.
_SPACING = 40
_WINDOW = 4 * CONNECTIONS


@dataclass
class Tally:
    """What a series of kills did."""

    readers: int
    kills: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    twice: int = 0  # messages beyond the first to the same reader
    changed: int = 0  # of those, with other bytes
    widest: int = 0  # the largest number of rows a killed sender held
    too_many: int = 0  # kills after which more came twice than were held
    states: dict[str, int] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        """Whether every promise was kept."""
        broken = self.lost or self.changed or self.too_many or self.widest > _WINDOW
        return not broken and sum(self.states.values()) == self.readers


def main() -> None:
    """Kill on both databases and print the counts; exit 1 if a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", nargs="?", type=int, default=KILLS)
    databases.add_arguments(parser)
    wanted = parser.parse_args()
    sound = True
    with tempfile.TemporaryDirectory(dir=wanted.folder) as folder, ExitStack() as open_:
        for name, url in open_.enter_context(
            databases.urls(wanted, folder, "crash")
        ).items():
            tally = run(Path(folder) / name, url, kills=wanted.kills)
            print(say(name, tally))
            sound = sound and tally.is_sound
    sys.exit(not sound)


def say(name: str, tally: Tally) -> str:
    """Return the counts of one series as lines of text."""
    kills = ", ".join(f"{stage} {tally.kills[stage]}" for stage in STAGES)
    states = ", ".join(f"{s} {n}" for s, n in tally.states.items() if n)
    return (
        f"{name}: {tally.kills.total()} kills ({kills})\n"
        f"  {tally.readers} readers: lost {tally.lost}, twice {tally.twice}"
        f" (with other bytes {tally.changed}), at most {tally.widest} rows held"
        f" of a window of {_WINDOW}\n"
        f"  ledger: {states}, in all {sum(tally.states.values())}"
    )


def run(
    folder: Path, url: str, *, kills: int, seed: int | None = None, **more: Any
) -> Tally:
    """Kill so many senders of one issue, let a last one finish, and count.

    `more` are settings besides, such as the keys that a database was made with.
    """
    chance = random.Random(seed)  # noqa: S311  # no secret
    readers = max(kills * _SPACING // 2, 200)
    folder.mkdir(parents=True, exist_ok=True)
    with Killer().running() as killer:
        quiet = prepared.settings_for(folder, url, **more)
        with prepared.database(quiet, readers) as engine:
            total = prepared.start(engine, quiet)
        settings = prepared.settings_for(
            folder, url, killer.port, connections=CONNECTIONS, **more
        )
        tally = Tally(total)
        before = 0
        for number in range(kills):
            # The first stages in turn, so that none is left out by chance.
            stage = STAGES[number] if number < len(STAGES) else chance.choice(STAGES)
            most = CONNECTIONS if stage == "ehlo" else _SPACING
            killer.aim(stage, after=chance.randint(1, most))
            if not _send(settings, killer):
                break  # nothing was left to send
            tally.kills[stage] += 1
            held = _held(settings)
            tally.widest = max(tally.widest, held)
            twice = _twice(killer)
            # What came twice since the last kill was held at one before.
            tally.too_many += twice - before > _WINDOW
            before = twice
        killer.stand_down()
        _finish(settings, killer)
        _count(tally, settings, killer)
    return tally


def _send(settings: Settings, killer: Killer) -> bool:
    """Run a sender until it is killed; False when it ended by itself."""
    sender = multiprocessing.get_context("fork").Process(
        target=_sender, args=(settings,)
    )
    sender.start()
    killer.victim.value = sender.pid or 0
    sender.join(120)
    killer.victim.value = 0
    if sender.exitcode is None:
        sender.kill()
        raise SystemExit("a sender neither ended nor was killed")
    return sender.exitcode != 0


def _sender(settings: Settings) -> None:
    engine = db.make_engine(settings.database)
    jobs.recover(engine, settings)
    jobs.send_due(engine, settings, stop=threading.Event())
    engine.dispose()


def _finish(settings: Settings, killer: Killer) -> None:
    """Send what is left, and once more what a person resolves to resend."""
    engine = db.make_engine(settings.database)
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        _send(settings, killer)
        with db.writing(engine) as session:
            issue = session.exec(select(Issue)).one()
            if issue.state is IssueState.PAUSED:
                issues.resume(session, issue, now=db.now(session))
                continue
            now = db.now(session)
            waits = deliveries.resolve(session, issue, resend=True, now=now)
            if not waits and issue.state is IssueState.SENT:
                break
    engine.dispose()


def _held(settings: Settings) -> int:
    engine = db.make_engine(settings.database)
    try:
        with db.reading(engine) as session:
            sending = select(func.count()).where(
                col(Delivery.state) == DeliveryState.SENDING
            )
            return session.exec(sending).one()
    finally:
        engine.dispose()


def _twice(killer: Killer) -> int:
    accepted = killer.accepted()
    return len(accepted) - len({recipient for recipient, _ in accepted})


def _count(tally: Tally, settings: Settings, killer: Killer) -> None:
    accepted = killer.accepted()
    copies = Counter(recipient for recipient, _ in accepted)
    tally.twice = len(accepted) - len(copies)
    tally.changed = len(set(accepted)) - len(copies)
    engine = db.make_engine(settings.database)
    with db.reading(engine) as session:
        wanted = set(session.exec(select(Delivery.address)))
        report = deliveries.status(session, session.exec(select(Issue)).one())
    engine.dispose()
    tally.lost = len(wanted - copies.keys())
    tally.states = report.states


if __name__ == "__main__":
    main()
