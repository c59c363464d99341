"""Commands that bring people in from a file."""

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

from newsletter import db
from newsletter.cli import program
from newsletter.cli.program import JsonFlag
from subscribers import importing, lists
from subscribers.errors import UnreadableFile
from subscribers.importing import Order, Report

app = typer.Typer()

# Refused rows shown on a terminal; --json has a thousand.
_SHOWN = 20

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
