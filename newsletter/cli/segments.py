"""Commands about segments: saved rules that select subscribers."""

from typing import Annotated

import typer

from newsletter import db
from newsletter.cli import program
from newsletter.cli.program import JsonFlag
from subscribers import lists, segments
from subscribers.clock import utcnow

app = typer.Typer(
    no_args_is_help=True,
    help="Segments: saved rules that select some of the readers.",
    epilog='A rule reads like "language=nl,fr and not tag=schools". It may name '
    "language (none: unknown), tag, domain, joined and confirmed "
    "(joined>=2025-01-01), joined by and, or, not and brackets.",
)

Name = Annotated[str, typer.Argument(help="The name of the segment.")]
ListSlug = Annotated[
    str | None,
    typer.Option("--list", help="The mailing list; the first one if unsaid."),
]


@app.command("add")
def add(
    name: Name,
    rule: Annotated[str, typer.Argument(help='E.g. "language=nl and tag=press".')],
    *,
    json: JsonFlag = False,
) -> None:
    """Save a rule under a name."""
    with program.opened() as opened, db.writing(opened.engine) as session:
        made = segments.add(session, name, rule)
    if json:
        program.answer({"id": made.id, "name": made.name, "rule": made.rule})
    else:
        program.say(f"Saved {made.name}: {made.rule}")


@app.command("list")
def show_all(*, json: JsonFlag = False) -> None:
    """List the saved rules."""
    with program.opened() as opened, db.reading(opened.engine) as session:
        found = segments.all_segments(session)
    if json:
        program.answer([{"name": each.name, "rule": each.rule} for each in found])
    else:
        program.table(["Name", "Rule"], [(each.name, each.rule) for each in found])


@app.command("count")
def count(name: Name, *, mailing_list: ListSlug = None, json: JsonFlag = False) -> None:
    """Count whom a segment selects and mail may go to at this moment, by language."""
    with program.opened() as opened, db.reading(opened.engine) as session:
        chosen = lists.get(session, mailing_list)
        segment = segments.get(session, name)
        languages = segments.count(
            session, chosen.id or 0, segment=segment, now=utcnow()
        )
    named = {language or "none": many for language, many in languages.items()}
    total = sum(named.values())
    if json:
        program.answer({"segment": segment.name, "total": total, "languages": named})
    else:
        program.table(["Language", "People"], [*named.items(), ("Total", total)])
