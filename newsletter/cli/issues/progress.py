"""Send from the command line, and say in plain words how it went."""

import secrets
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import FrameType

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from newsletter import db, deliveries, issues, jobs
from newsletter.cli.program import Program, say, table
from newsletter.deliveries import Report
from newsletter.models import DeliveryState, IssueState

# A retry that comes so soon is waited for; a later one is left to `serve`.
_SOON = timedelta(seconds=60)
_RUNNING = (IssueState.SCHEDULED, IssueState.STARTING, IssueState.SENDING)


def send_here(program: Program, issue_id: int, *, quiet: bool) -> None:
    """Run the clock's jobs and the send loop until nothing of the issue is due soon."""
    with _stopping() as stop, _bar(program, issue_id, quiet=quiet):
        jobs.recover(program.engine, program.settings)
        holder = secrets.token_hex(8)
        while not stop.is_set():
            _one_round(program, issue_id, stop, holder)
            if not _more_soon(program, issue_id):
                return
            stop.wait(0.2)


def tell(report: Report, due: datetime | None) -> None:
    """Print a report: sentences first, then the numbers."""
    say(_headline(report))
    if report.paused_because:
        say(report.paused_because)
    if report.late_by:
        say(f"It started {report.late_by // 60} minutes late.")
    if due is not None:
        say(
            f"The next try is at {due.astimezone():%H:%M}. Keep `newsletter serve` "
            "running, or run `newsletter issues send … --now --wait` again then."
        )
    if not report.total:
        return
    shown = [state for state in DeliveryState if report.states[state]]
    table(
        ("Language", "Readers", *(state.value for state in shown)),
        [
            [tag, counts["total"], *(counts[state] for state in shown)]
            for tag, counts in report.languages.items()
        ],
    )


def _headline(report: Report) -> str:
    accepted = report.states[DeliveryState.ACCEPTED]
    state = report.state.value
    if not report.total:
        return f"Issue {report.id} “{report.title}” is {state}. Nobody has it yet."
    return (
        f"Issue {report.id} “{report.title}” is {state}: "
        f"{accepted} of {report.total} accepted by the relay."
    )


def _one_round(
    program: Program, issue_id: int, stop: threading.Event, holder: str
) -> None:
    engine, settings = program.engine, program.settings
    jobs.start_due_issues(engine, settings, holder=holder)
    jobs.send_issue(engine, settings, issue_id, stop=stop)
    jobs.close_issues(engine)


def _more_soon(program: Program, issue_id: int) -> bool:
    with db.reading(program.engine) as session:
        issue = issues.get_issue(session, issue_id)
        if issue.state not in _RUNNING:
            return False
        states = deliveries.status(session, issue).states
        if issue.total is None or states["queued"] or states["sending"]:
            return True
        due = deliveries.next_due(session, issue)
        return due is not None and due <= db.now(session) + _SOON


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """Turn Ctrl-C and SIGTERM into an orderly end for as long as the block runs."""
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {
        name: signal.signal(name, end) for name in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stop
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
    if stop.is_set():
        say("Stopped in order. Run the command again to go on.")
        raise typer.Exit(1)


@contextmanager
def _bar(program: Program, issue_id: int, *, quiet: bool) -> Iterator[None]:
    """Show a bar on a terminal, a line every five seconds elsewhere."""
    ended = threading.Event()
    if quiet:
        yield
        return
    watcher = threading.Thread(target=_watch, args=(program, issue_id, ended))
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _watch(program: Program, issue_id: int, ended: threading.Event) -> None:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("Sending", total=None)
        said_at = time.monotonic()
        while True:
            last = ended.wait(0.3)
            report = _report(program, issue_id)
            bar.update(task, total=report.total or None, completed=report.settled)
            if not console.is_terminal and time.monotonic() - said_at > 5:
                said_at = time.monotonic()
                console.print(f"{report.settled} of {report.total}")
            if last:
                return


def _report(program: Program, issue_id: int) -> Report:
    with db.reading(program.engine) as session:
        return deliveries.status(session, issues.get_issue(session, issue_id))
