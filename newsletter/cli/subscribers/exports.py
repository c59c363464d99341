"""The command that writes people out to a file."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from newsletter import db
from newsletter.cli import program
from newsletter.cli.program import JsonFlag
from newsletter.cli.subscribers.files import ListSlug
from newsletter.errors import NewsletterError
from subscribers import exporting, lists, segments
from subscribers.exporting import Form, Selection
from subscribers.models import SubscriptionState

app = typer.Typer()


@app.command("export")
def export_file(
    file: Annotated[
        str, typer.Argument(help="Ends in .csv or .xlsx; - writes CSV to the screen.")
    ],
    *,
    mailing_list: ListSlug = None,
    segment: Annotated[
        str | None, typer.Option(help="Only whom this segment selects.")
    ] = None,
    state: Annotated[
        SubscriptionState | None, typer.Option(help="Only in this state.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="Only readers of this language; none: unknown.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the file if it is there.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Write the people of a list to a file that a spreadsheet opens.

    It holds personal data: only you can read it, and it should not stay around.
    Importing it again changes nobody.
    """
    if file == "-" and json:
        raise typer.BadParameter("- writes the people themselves; leave out --json.")
    form = Form.CSV if file == "-" else _form(file)
    with program.opened() as opened, db.reading(opened.engine) as session:
        wanted = Selection(
            lists.get(session, mailing_list).id or 0,
            segments.get(session, segment) if segment else None,
            state,
            language,
        )
        many = _export(session, file, wanted, form, force=force)
    if json:
        program.answer({"file": file, "rows": many})
    elif file != "-":
        program.say(f"Wrote {many} people to {file}.")


def _form(file: str) -> Form:
    ending = Path(file).suffix.lower().removeprefix(".")
    if ending not in set(Form):
        raise typer.BadParameter("The name of the file must end in .csv or .xlsx.")
    return Form(ending)


def _export(
    session: Session, name: str, wanted: Selection, form: Form, *, force: bool
) -> int:
    if name == "-":
        return exporting.write(session, sys.stdout.buffer, wanted, form)
    path = Path(name)
    if path.exists() and not force:
        raise NewsletterError(f"{name} is there already; --force replaces it.")
    # Readable by its owner alone, and whole or not there at all.
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=".export-")
    try:
        with os.fdopen(handle, "wb") as file:
            many = exporting.write(session, file, wanted, form)
        Path(part).replace(path)
    except BaseException:
        Path(part).unlink()
        raise
    return many
