"""Commands about what comes back: take it, list it, look at one."""

import sys
import threading
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from newsletter import bounces, db, incoming, issues
from newsletter.cli import program
from newsletter.cli.program import JsonFlag, Program
from newsletter.errors import (
    BadSetting,
    BounceNotFound,
    MailboxUnavailable,
    NewsletterError,
)
from newsletter.incoming import Poller, Tally
from newsletter.models import Bounce

app = typer.Typer(
    no_args_is_help=True, help="What comes back: failures, complaints, answers."
)

# sysexits.h: whoever piped the message keeps it and tries again.
_TEMPORARY = 75
_VISITS = 100  # to one mailbox


@app.command()
def receive(
    files: Annotated[
        list[Path] | None, typer.Argument(help="One message each; none: stdin.")
    ] = None,
    to: Annotated[
        list[str] | None,
        typer.Option(help="A recipient of its envelope, as your mail server knows it."),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Take messages that came back, each in a file or one from a pipe.

    Once it has ended well the messages are not needed any more. With 75 it asks a
    mail server to keep the message and to try again.
    """
    messages = _messages(files)
    try:
        with program.opened() as opened:
            found = [_receive(opened, raw, to or []) for raw in messages]
    except (NewsletterError, SQLAlchemyError, OSError) as error:
        typer.echo(f"newsletter: not taken, try again later: {error}", err=True)
        raise typer.Exit(_TEMPORARY) from error
    if json:
        program.answer([each.as_json() for each in found])
        return
    for each in found:
        program.say(f"{each.kind}: {each.effect}")


@app.command()
def poll(*, json: JsonFlag = False) -> None:
    """Take what waits in the mailboxes of NEWSLETTER_BOUNCE_MAILBOX, now.

    What is a failure, a complaint or an unsubscription is kept in the database and
    then deleted; everything else stays in the mailbox for people.
    """
    tallies, failed = [], []
    with program.opened() as opened:
        if not opened.settings.bounce_mailboxes:
            raise BadSetting("NEWSLETTER_BOUNCE_MAILBOX names no mailbox to poll.")
        for mailbox in opened.settings.bounce_mailboxes:
            try:
                tallies.append((mailbox.name, _empty(opened, Poller(mailbox))))
            except MailboxUnavailable as error:
                failed.append(str(error))
    if json:
        program.answer([{"mailbox": name} | each.as_json() for name, each in tallies])
    else:
        for name, each in tallies:
            program.say(f"{name}: {each}")
    if failed:
        raise MailboxUnavailable("\n".join(failed))


@app.command("list")
def list_command(
    issue: Annotated[int | None, typer.Option(help="Only of this issue.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many.")] = 50,
    json: JsonFlag = False,
) -> None:
    """List what came back, the newest first."""
    with program.opened() as opened, db.reading(opened.engine) as session:
        query = select(Bounce).order_by(col(Bounce.id).desc()).limit(limit)
        if issue is not None:
            query = query.where(Bounce.issue_id == issue)
        found = [_facts(each) for each in session.exec(query)]
    if json:
        program.answer(found)
        return
    columns = ("id", "received_at", "kind", "failure", "status", "issue", "effect")
    rows = [[each[name] for name in columns] for each in found]
    program.table(("Id", "Received", "Kind", "Failure", "Status", "Issue", "Did"), rows)


@app.command()
def count(
    issue_id: Annotated[int, typer.Argument(metavar="ISSUE")], json: JsonFlag = False
) -> None:
    """Count what came back of an issue, by language and by domain of its readers.

    Each reader counts once for each kind of failure.
    """
    with program.opened() as opened, db.reading(opened.engine) as session:
        found = bounces.of_issue(session, issues.get_issue(session, issue_id))
    if json:
        program.answer(found.as_json())
        return
    program.say(f"Complaints: {found.complaints}")
    for heading, counts in (("Language", found.languages), ("Domain", found.domains)):
        rows = [
            (name or "unknown", what, many)
            for name, each in sorted(counts.items())
            for what, many in each.most_common()
        ]
        if rows:
            program.table((heading, "What", "Readers"), rows)


@app.command()
def show(bounce_id: Annotated[int, typer.Argument(metavar="ID")]) -> None:
    """Show what came back as it came, without what a terminal would obey."""
    with program.opened() as opened, db.reading(opened.engine) as session:
        found = _get(session, bounce_id)
        program.say(f"{found.kind} {found.failure} {found.status}: {found.effect}")
        program.say(found.diagnostic)
        program.say(found.evidence)


def _empty(opened: Program, poller: Poller) -> Tally:
    """Visit a mailbox until everything in it was looked at."""
    total, never = Tally(), threading.Event()
    for _ in range(_VISITS):
        total += poller.poll(opened.engine, opened.settings.keys, stop=never)
        if total.is_complete:
            break
    return total


def _messages(files: list[Path] | None) -> list[bytes]:
    if files:
        return [file.read_bytes() for file in files]
    return [sys.stdin.buffer.read()]


def _receive(opened: Program, raw: bytes, to: list[str]) -> incoming.Received:
    with db.writing(opened.engine) as session:
        return incoming.receive(
            session,
            opened.settings.keys,
            raw,
            now=db.now(session),
            recipients=to,
        )


def _get(session: Session, bounce_id: int) -> Bounce:
    found = session.get(Bounce, bounce_id)
    if found is None:
        raise BounceNotFound(f"Nothing that came back has the number {bounce_id}.")
    return found


def _facts(bounce: Bounce) -> dict[str, Any]:
    return {
        "id": bounce.id,
        "received_at": bounce.received_at.isoformat(timespec="seconds"),
        "source": bounce.source,
        "kind": bounce.kind,
        "failure": bounce.failure,
        "status": bounce.status,
        "code": bounce.code,
        "diagnostic": bounce.diagnostic,
        "issue": bounce.issue_id,
        "language": bounce.language,
        "domain": bounce.domain,
        "effect": bounce.effect,
    }
