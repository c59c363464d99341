"""Commands about people: bring them in, list them, show one."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from sqlmodel import Session

from newsletter import db, deliveries
from newsletter.cli import program
from newsletter.cli.program import JsonFlag
from subscribers import importing, lists, people
from subscribers.errors import UnreadableFile
from subscribers.importing import Order, Report
from subscribers.models import Subscriber, SubscriptionState

app = typer.Typer(no_args_is_help=True, help="People: bring them in, list, show.")

# Refused rows shown on a terminal; --json has a thousand.
_SHOWN = 20
# What a terminal has room for; --json has all.
_COLUMNS = {
    "subscriptions": ("list", "state", "confirmed_at"),
    "consents": ("kind", "channel", "list", "at", "words"),
    "deliveries": ("issue", "title", "language", "state", "updated_at"),
}

ListSlug = Annotated[
    str | None,
    typer.Option("--list", help="The mailing list; the first one if unsaid."),
]


File = Annotated[
    str,
    typer.Argument(
        help="CSV, TSV or pasted text in any encoding; - reads standard input."
    ),
]
Consent = Annotated[
    str,
    typer.Option(
        help="What these people agreed to, when and how; kept with each of them."
    ),
]
Update = Annotated[
    bool,
    typer.Option(
        "--update", help="Also take names, languages and tags of known people."
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Give the verdicts, write nothing.")
]


@app.command("import")
def import_file(
    file: File,
    *,
    consent: Consent = "",
    mailing_list: ListSlug = None,
    update: Update = False,
    dry_run: DryRun = False,
    json: JsonFlag = False,
) -> None:
    """Bring people in as confirmed, on the consent you declare.

    Columns, language names and encoding are recognised. Whoever left, complained or
    was erased stays out; known people are not changed unless you say --update.
    """
    with program.opened() as opened, _opened(file) as stream:
        with db.reading(opened.engine) as session:
            list_id = lists.get(session, mailing_list).id or 0
        order = Order(
            list_id, consent, filename=Path(file).name, update=update, dry_run=dry_run
        )
        with _bar(visible=not json) as progress:
            report = importing.import_people(
                opened.engine, opened.settings.keys, stream, order, progress=progress
            )
    if json:
        program.answer(_as_json(report))
    else:
        _tell(report)


@app.command("list")
def show_all(
    *,
    language: Annotated[
        str | None, typer.Option(help="Only readers of this language; none: unknown.")
    ] = None,
    mailing_list: Annotated[
        str | None, typer.Option("--list", help="Only people of this list.")
    ] = None,
    state: Annotated[
        SubscriptionState | None, typer.Option(help="Only in this state.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 1_000_000,
    json: JsonFlag = False,
) -> None:
    """List people with their language and tags, by address."""
    with program.opened() as opened, db.reading(opened.engine) as session:
        list_id = lists.get(session, mailing_list).id if mailing_list else None
        found = people.listing(
            session, list_id=list_id, language=language, state=state, limit=limit
        )
        tags = people.tags_of(session, found)
        rows = [(each.email, each.language, tags[each.id or 0]) for each in found]
    if json:
        program.answer(
            [{"email": row[0], "language": row[1], "tags": row[2]} for row in rows]
        )
    else:
        program.table(
            ["Address", "Language", "Tags"],
            [(email, spoken, ", ".join(words)) for email, spoken, words in rows],
        )


@app.command("show")
def show(
    email: Annotated[str, typer.Argument(help="The address of one person.")],
    *,
    json: JsonFlag = False,
) -> None:
    """Show one person: what they agreed to, and every issue that went to them."""
    with program.opened() as opened, db.reading(opened.engine) as session:
        person = _person(session, people.get(session, email))
    if json:
        program.answer(person)
        return
    program.say(f"{person['email']}, language {person['language'] or 'unknown'}")
    program.say(f"Tags: {', '.join(person['tags']) or 'none'}")
    for title, columns in _COLUMNS.items():
        rows = person[title]
        program.say(f"\n{title.capitalize()}:{'' if rows else ' none'}")
        if rows:
            cells = [[row[column] for column in columns] for row in rows]
            program.table([column.capitalize() for column in columns], cells)


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        yield BytesIO(sys.stdin.buffer.read())
        return
    try:
        with Path(name).open("rb") as file:
            yield file
    except OSError as error:
        raise UnreadableFile(f"Cannot read {name}: {error.strerror}.") from error


@contextmanager
def _bar(*, visible: bool) -> Iterator[importing.Progress | None]:
    console = Console(stderr=True)
    if not visible or not console.is_terminal:
        yield None
        return
    columns = (TextColumn("Importing"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as drawn:
        task = drawn.add_task("")
        yield lambda done, size: drawn.update(task, completed=done, total=size)


def _as_json(report: Report) -> dict[str, Any]:
    """Return the report as promised to scripts, with totals where lists are cut."""
    answer = asdict(report)
    answer["stayed_out_because"] = answer.pop("out")
    return answer


def _tell(report: Report) -> None:
    if report.dry_run:
        program.say("A trial run: nothing was written.")
    program.say(
        f"{report.rows} rows: {report.new} new, {report.updated} updated, "
        f"{report.unchanged} unchanged, {report.refused_total} refused, "
        f"{report.stayed_out} stayed out."
    )
    for reason, many in report.out.items():
        program.say(f"  stayed out, {reason}: {many}")
    for heading, remarks in (("Refused", report.refused), ("Noted", report.notes)):
        if remarks:
            rows = [(each.row, each.value, each.reason) for each in remarks[:_SHOWN]]
            program.table(["Row", heading, "Why"], rows)
        if len(remarks) > _SHOWN:
            program.say(f"… and {len(remarks) - _SHOWN} more: see --json.")


def _person(session: Session, subscriber: Subscriber) -> dict[str, Any]:
    return {
        "email": subscriber.email,
        "name": subscriber.name,
        "language": subscriber.language,
        "tags": people.tags_of(session, [subscriber])[subscriber.id or 0],
        "created_at": subscriber.created_at,
        "subscriptions": [
            {
                "list": each.mailing_list.slug,
                "state": each.subscription.state,
                "paused_until": each.subscription.paused_until,
                "confirmed_at": each.subscription.confirmed_at,
                "unsubscribed_at": each.subscription.unsubscribed_at,
            }
            for each in people.standings(session, subscriber)
        ],
        "consents": [_proof(each) for each in people.proofs(session, subscriber)],
        "deliveries": deliveries.of_subscriber(session, subscriber.id or 0),
    }


def _proof(proof: people.Proof) -> dict[str, Any]:
    consent = proof.consent
    return {
        "kind": consent.kind,
        "channel": consent.channel,
        "list": proof.mailing_list.slug if proof.mailing_list else None,
        "at": consent.at,
        "language": consent.language,
        "words": consent.words,
        "words_hash": consent.words_hash,
        "import_id": consent.import_id,
        "filename": proof.file.filename if proof.file else None,
        "evidence": consent.evidence,
    }
