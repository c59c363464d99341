"""What is compared: our sender, aiosmtplib's `sendmail`, and Postfix's smtp-source.

Each runs in a process of its own and is charged for sending alone, except for
smtp-source, from which nothing is subtracted: it is C and starts in a moment.
"""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import aiosmtplib

from benchmarks import prepared, relays
from benchmarks.relays import ROOT
from newsletter import db, sending
from newsletter.sending import Sent

_SENDER = "news@example.org"
_READER = "reader.1@example.org"


@dataclass(frozen=True)
class Order:
    """What to send, and where to."""

    port: int
    messages: int
    connections: int = 10
    size: int = 0  # bytes of a message, for those who make their own
    url: str = ""  # of the database, for ours
    folder: str = ""
    stop_after: int = 0  # messages; 0: all


@dataclass(frozen=True)
class Run:
    """One round of one side."""

    rate: float  # messages a second
    cpu: float  # microseconds of the sending process, per message
    megabytes: float = 0  # its peak


def child(side: str, order: Order) -> Run:
    """Run `ours` or `sendmail` in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.sides", side]
    done = subprocess.run(
        [*command, json.dumps(asdict(order))],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
        timeout=1800,
    )
    return Run(**json.loads(done.stdout))


def smtp_source(order: Order) -> Run:
    """Let Postfix's load generator send as many messages over kept connections."""
    program = relays.tool("smtp-source")
    if program is None:
        raise SystemExit("smtp-source is not installed")
    with relays.ours() as own:
        _source(program, replace(order, port=own.port, messages=order.connections))
        counts = own.counts()
    # It adds headers of its own to the length it is told.
    headers = counts["bytes"] // counts["messages"] - order.size
    return _source(program, replace(order, size=order.size - headers))


def _source(program: str, order: Order) -> Run:
    command = [
        *(program, "-d", "-s", str(order.connections), "-m", str(order.messages)),
        *("-l", str(order.size), "-f", _SENDER, "-t", _READER),
        f"127.0.0.1:{order.port}",
    ]
    begun = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"smtp-source ended with {process.returncode}")
    cpu = used.ru_utime + used.ru_stime
    return Run(order.messages / seconds, cpu * 1e6 / order.messages)


def ours(order: Order) -> Run:
    """Send what is due, with every claim and outcome durable."""
    settings = prepared.settings_for(
        Path(order.folder), order.url, order.port, connections=order.connections
    )
    engine = db.make_engine(settings.database)
    stop, progress = threading.Event(), Sent()
    try:
        with db.reading(engine) as session:
            db.now(session)  # the first connection of the pool
        if order.stop_after:
            threading.Thread(
                target=_stop_after, args=(order, progress, stop), daemon=True
            ).start()
        begun, cpu = time.perf_counter(), time.process_time()
        sending.send(engine, settings, stop=stop, progress=progress)
        return _run(begun, cpu, progress.settled)
    finally:
        stop.set()
        engine.dispose()


def _stop_after(order: Order, progress: Sent, stop: threading.Event) -> None:
    while progress.settled < order.stop_after and not stop.wait(0.05):
        pass
    stop.set()


def sendmail(order: Order) -> Run:
    """Send with aiosmtplib as its documentation shows, over kept connections."""
    return asyncio.run(_sendmail(order))


async def _sendmail(order: Order) -> Run:
    head = f"From: {_SENDER}\r\nTo: {_READER}\r\nSubject: x\r\n\r\n".encode()
    lines = (order.size - len(head)) // 76
    raw = head + (b"x" * 74 + b"\r\n") * lines
    left = iter(range(order.messages))

    async def worker() -> None:
        async with aiosmtplib.SMTP(
            hostname="127.0.0.1",
            port=order.port,
            start_tls=False,
            local_hostname="localhost",
        ) as client:
            for _ in left:
                await client.sendmail(_SENDER, [_READER], raw)

    begun, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(worker() for _ in range(order.connections)))
    return _run(begun, cpu, order.messages)


def _run(begun: float, cpu: float, messages: int) -> Run:
    seconds = time.perf_counter() - begun
    used = (time.process_time() - cpu) * 1e6
    return Run(messages / seconds, used / max(messages, 1), peak())


def peak() -> float:
    """Return the most memory this process ever had, in megabytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("VmHWM"))
    return int(kilobytes) / 1024


def main() -> None:
    """Run one side and print what it measured."""
    side, order = sys.argv[1:]
    run = {"ours": ours, "sendmail": sendmail}[side](Order(**json.loads(order)))
    print(json.dumps(asdict(run)))


if __name__ == "__main__":
    main()
