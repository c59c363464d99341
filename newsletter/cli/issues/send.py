"""Commands that send an issue, follow it and stop it."""

import getpass
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

import typer
from sqlmodel import Session

from newsletter import checks, db, deliveries, estimates, issues
from newsletter.cli.issues import progress, words
from newsletter.cli.program import JsonFlag, Program, answer, opened, say
from newsletter.config import Settings
from newsletter.errors import BadTime, WrongState
from newsletter.i18n import N_
from newsletter.models import Issue
from newsletter.relays import Estimate

app = typer.Typer()

Override = Annotated[
    str | None,
    typer.Option(help="Why it may leave although a check says no; it is kept."),
]
IssueId = Annotated[int, typer.Argument(metavar="ISSUE", help="Number of the issue.")]


@app.command()
def schedule(
    issue_id: IssueId,
    at: Annotated[
        str | None, typer.Option(help='"2026-12-01 09:00", an offset if you like.')
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Zone of --at; default: the list's.")
    ] = None,
    now: Annotated[bool, typer.Option("--now", help="Start at the next tick.")] = False,
    override: Override = None,
    json: JsonFlag = False,
) -> None:
    """Set when an issue starts. `newsletter serve` starts it, once, at that moment."""
    if now == bool(at):
        raise typer.BadParameter("give --at or --now")
    with opened() as program:
        expected = _expected(program, issue_id)
        with db.writing(program.engine) as session:
            issue = issues.get_issue(session, issue_id)
            if timezone:
                issue.timezone = _zone(timezone).key
            moment = issues.read_moment(at, _zone(issue.timezone)) if at else None
            _schedule(session, issue, moment, program.settings, override)
            report = deliveries.status(session, issue)
    if json:
        answer(report.as_json())
        return
    say(f"Issue {issue_id} starts {words.when(issue)}.")
    words.say_estimate(expected)


@app.command()
def send(
    issue_id: IssueId,
    now: Annotated[bool, typer.Option("--now", help="Start at once.")] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Send from here, with a progress bar.")
    ] = False,
    override: Override = None,
    json: JsonFlag = False,
) -> None:
    """Send an issue now. With --wait this command is the sender.

    Without it, `newsletter serve` or `newsletter worker` sends. Ctrl-C stops cleanly:
    what is in flight is finished, the rest waits. Run it again to go on.
    """
    if not now:
        raise typer.BadParameter("say --now, or use `newsletter issues schedule`")
    with opened() as program:
        expected = _expected(program, issue_id)
        with db.writing(program.engine) as session:
            issue = issues.get_issue(session, issue_id)
            if not issues.is_under_way(issue):
                _schedule(session, issue, None, program.settings, override)
        if not json:
            words.say_estimate(expected)
        if wait:
            progress.send_here(program, issue_id, quiet=json)
        with db.reading(program.engine) as session:
            report = deliveries.status(session, issues.get_issue(session, issue_id))
            due = deliveries.next_due(session, issues.get_issue(session, issue_id))
    if json:
        answer(report.as_json())
        return
    progress.tell(report, due)


@app.command()
def status(issue_id: IssueId, json: JsonFlag = False) -> None:
    """Show what became of every delivery; the states always add up to the total."""
    with opened() as program, db.reading(program.engine) as session:
        issue = issues.get_issue(session, issue_id)
        report = deliveries.status(session, issue)
        due = deliveries.next_due(session, issue)
    if json:
        answer(report.as_json())
        return
    progress.tell(report, due)


@app.command()
def pause(issue_id: IssueId, json: JsonFlag = False) -> None:
    """Stop sending until somebody resumes; nobody gets it twice."""
    _move(issue_id, "pause", json=json)


@app.command()
def resume(issue_id: IssueId, json: JsonFlag = False) -> None:
    """Go on with a paused issue."""
    _move(issue_id, "resume", json=json)


@app.command()
def cancel(issue_id: IssueId, json: JsonFlag = False) -> None:
    """End an issue: whoever has not got it yet will not get it."""
    _move(issue_id, "cancel", json=json)


@app.command()
def resolve(
    issue_id: IssueId,
    unknown: Annotated[
        words.UnknownChoice,
        typer.Option(help="resend: send them once more; leave: keep them unknown."),
    ],
    json: JsonFlag = False,
) -> None:
    """Decide about deliveries whose message may or may not have arrived."""
    with opened() as program, db.writing(program.engine) as session:
        issue = issues.get_issue(session, issue_id)
        again = unknown is words.UnknownChoice.RESEND
        count = deliveries.resolve(session, issue, resend=again, now=db.now(session))
        report = deliveries.status(session, issue)
    if json:
        answer(report.as_json())
        return
    say(f"{count} unknown deliveries {'will be sent again' if again else 'stay so'}.")


def _move(issue_id: int, verb: str, *, json: bool) -> None:
    with opened() as program, db.writing(program.engine) as session:
        issue = issues.get_issue(session, issue_id)
        if verb == "pause":
            if not issues.pause(session, issue, because=N_("Paused by hand.")):
                raise WrongState(f"Issue {issue_id} is {issue.state}, not running.")
        elif verb == "resume":
            issues.resume(session, issue, now=db.now(session))
        else:
            issues.cancel(session, issue)
        report = deliveries.status(session, issue)
    if json:
        answer(report.as_json())
        return
    progress.tell(report, None)


def _expected(program: Program, issue_id: int) -> Estimate | None:
    """Return how long it will take: counting readers keeps no writer waiting."""
    with db.reading(program.engine) as session:
        issue = issues.get_issue(session, issue_id)
        now = db.now(session)
        return estimates.of_issue(session, program.settings, issue, now=now)


def _schedule(
    session: Session,
    issue: Issue,
    moment: datetime | None,
    settings: Settings,
    override: str | None,
) -> None:
    now = db.now(session)
    given = checks.Override(override, _user()) if override else None
    checks.require_ready(session, issue, settings=settings, now=now, override=given)
    issues.schedule(session, issue, at=moment or now, now=now)


def _user() -> str:
    """Return who sits at this terminal: whoever may run this may override."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):  # a container's user may have no name
        return "command line"


def _zone(name: str) -> ZoneInfo:
    if name not in available_timezones():
        raise BadTime(f"{name} is not a time zone, try Europe/Brussels.")
    return ZoneInfo(name)
