"""Commands that bring people in from a file, and take that back."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from newsletter import db, deliveries
from newsletter.cli import program
from newsletter.cli.program import JsonFlag
from newsletter.cli.subscribers import telling
from subscribers import importing, lists
from subscribers.clock import utcnow
from subscribers.errors import UnreadableFile
from subscribers.importing import EVERYTHING, Entry, Field, Order

app = typer.Typer()

ListSlug = Annotated[
    str | None,
    typer.Option("--list", help="The mailing list; the first one if unsaid."),
]
File = Annotated[
    str,
    typer.Argument(
        help="XLSX, CSV, TSV or pasted text in any encoding; - reads standard input."
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
        "--update",
        help="Also take names, languages, tags and attributes of known people.",
    ),
]
UpdateField = Annotated[
    list[Field] | None,
    typer.Option("--update-field", help="Of known people, take only this; repeatable."),
]
ColumnChoice = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        help='What a column is, where a guess is wrong: email="Adresse mail", or '
        "name=3 by its number, or tags= for none; repeatable.",
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run", help="Show the columns and give the verdicts, write nothing."
    ),
]


@app.command("import")
def import_file(
    file: File,
    *,
    consent: Consent = "",
    mailing_list: ListSlug = None,
    update: Update = False,
    update_field: UpdateField = None,
    column: ColumnChoice = None,
    dry_run: DryRun = False,
    json: JsonFlag = False,
) -> None:
    """Bring people in as confirmed, on the consent you declare.

    Columns, language names and encoding are recognised. Whoever left, complained or
    was erased stays out; known people are not changed unless you say --update.
    """
    with program.opened() as opened, _opened(file) as stream:
        order = Order(
            _list_id(opened, mailing_list),
            consent,
            filename=Path(file).name,
            update=update or bool(update_field),
            fields=frozenset(update_field or EVERYTHING),
            dry_run=dry_run,
            columns=_columns(column or []),
        )
        preview = importing.preview(opened.engine, stream, order) if dry_run else None
        with telling.bar(visible=not json) as progress:
            report = importing.import_people(
                opened.engine, opened.settings.keys, stream, order, progress=progress
            )
    if json:
        program.answer(telling.report_as_json(report, preview))
        return
    if preview:
        telling.tell_preview(preview)
    telling.tell_report(report)


@app.command("imports")
def show_imports(
    *,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    json: JsonFlag = False,
) -> None:
    """List the imports there were, the latest first."""
    with program.opened() as opened, db.reading(opened.engine) as session:
        found = importing.listing(session, limit=limit)
    if json:
        program.answer([_entry(each) for each in found])
        return
    columns = ("id", "at", "file", "list", "rows", "new", "updated", "undone_at")
    rows = [(_entry(each) | each.entry.counts) for each in found]
    program.table(
        ["Import", "When", "File", "List", "Rows", "New", "Updated", "Taken back"],
        [[_brief(row.get(column)) for column in columns] for row in rows],
    )


@app.command("undo-import")
def undo_import(
    number: Annotated[int, typer.Argument(metavar="ID", help="Which: see imports.")],
    *,
    json: JsonFlag = False,
) -> None:
    """Take an import back, within seven days.

    Whom it alone brought is deleted, whom it changed is as before. Whoever left,
    complained or chose something since stays exactly as they are.
    """
    with program.opened() as opened:
        undone = importing.undo(
            opened.engine, number, forget=deliveries.forget, now=utcnow()
        )
    if json:
        program.answer(asdict(undone))
    else:
        telling.tell_undone(undone)


def _entry(each: Entry) -> dict[str, object]:
    return {
        "id": each.entry.id,
        "at": each.entry.created_at,
        "file": each.entry.filename,
        "list": each.mailing_list.slug,
        "counts": each.entry.counts,
        "undone_at": each.entry.undone_at,
    }


def _brief(value: object) -> object:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value


def _list_id(opened: program.Program, slug: str | None) -> int:
    with db.reading(opened.engine) as session:
        return lists.get(session, slug).id or 0


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


def _columns(choices: list[str]) -> dict[str, str | int]:
    found: dict[str, str | int] = {}
    for choice in choices:
        role, separator, heading = choice.partition("=")
        if not separator:
            raise typer.BadParameter(
                f"{choice!r} does not say which column: write {role}=HEADING.",
                param_hint="--column",
            )
        found[role.strip()] = heading.strip()
    return found
