"""Show on a terminal, or answer to a script, what an import did or would do."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from newsletter.cli import program
from subscribers import importing
from subscribers.importing import Preview, Report, Undone

# Refused rows shown on a terminal; --json has a thousand.
_SHOWN = 20
# Batches between two lines where no bar can be drawn: 100,000 rows.
_BATCHES = 20


@contextmanager
def bar(*, visible: bool) -> Iterator[importing.Progress | None]:
    """Show how far an import is: a bar on a terminal, a line now and then elsewhere."""
    console = Console(stderr=True)
    if not visible:
        yield None
    elif not console.is_terminal:
        yield _Lines()
    else:
        columns = (TextColumn("Importing"), BarColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as drawn:
            task = drawn.add_task("")
            yield lambda done, size: drawn.update(task, completed=done, total=size)


class _Lines:
    """Says on standard error how far a long file is read."""

    def __init__(self) -> None:
        self._calls = 0

    def __call__(self, done: int, size: int) -> None:
        self._calls += 1
        if self._calls % _BATCHES == 0:
            read, whole = done / 1e6, size / 1e6
            typer.echo(f"Read {read:.0f} of {whole:.0f} MB.", err=True)


def report_as_json(report: Report, preview: Preview | None) -> dict[str, Any]:
    """Return the report as promised to scripts, with totals where lists are cut."""
    answer = asdict(report)
    answer["stayed_out_because"] = answer.pop("out")
    # What the pages tell besides is no promise to scripts.
    for name in ("languages", "offices", "typos"):
        del answer[name]
    for row in (*answer["refused"], *answer["notes"]):
        del row["meant"]
    if preview:
        answer["columns"] = [asdict(each) for each in preview.columns]
        answer["languages"] = [asdict(each) for each in preview.languages]
    return answer


def tell_preview(preview: Preview) -> None:
    """Show what each column was taken for, and how the languages were read."""
    rows = [
        (
            each.index + 1,
            each.heading,
            f"attribute {each.name}" if each.name else each.role or "left out",
            ", ".join(cell for cell in each.cells if cell),
        )
        for each in preview.columns
    ]
    program.table(["Column", "Heading", "Taken for", "First rows"], rows)
    if preview.languages:
        program.say(f"Languages, in the first {preview.rows} rows:")
        spoken = [
            (each.value, each.language or "unknown", each.count)
            for each in preview.languages
        ]
        program.table(["Written", "Read as", "Rows"], spoken)


def tell_report(report: Report) -> None:
    """Show the verdicts."""
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
    if report.import_id is not None and report.new + report.updated:
        days = importing.UNDO_WITHIN.days
        program.say(
            f"This is import {report.import_id}; for {days} days, "
            f"`newsletter subscribers undo-import {report.import_id}` takes it back."
        )


def tell_undone(undone: Undone) -> None:
    """Say what became of the people of an import that was taken back."""
    program.say(
        f"Import {undone.import_id} is taken back: {undone.deleted} deleted who came "
        f"by it alone, {undone.removed} taken off the list who were here before, "
        f"{undone.restored} as they were before, {undone.stayed} left as they are "
        "because they have acted since."
    )
