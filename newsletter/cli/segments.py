"""Commands about segments: saved rules that select subscribers."""

from typing import Annotated

import typer

from newsletter import db, deliveries
from newsletter.cli import program
from newsletter.cli.program import JsonFlag
from subscribers import lists, segments
from subscribers.clock import utcnow
from subscribers.models import Segment

app = typer.Typer(
    no_args_is_help=True,
    help="Segments: saved rules that select some of the readers.",
    epilog='A rule reads like "language=nl,fr and not tag=schools". It may name '
    "language and second (none: unknown), tag, domain, list, received (an issue's "
    'number), attribute.city (or attribute."home town"; none: without), joined and '
    "confirmed (joined>=2025-01-01, joined>=-30d), put together with and, or, not "
    "and brackets.",
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
    _tell(made, json=json)


@app.command("change")
def change(
    name: Name,
    rule: Annotated[str, typer.Argument(help="The rule it is to have.")],
    *,
    json: JsonFlag = False,
) -> None:
    """Give a segment another rule; drafts and scheduled issues follow it."""
    with program.opened() as opened, db.writing(opened.engine) as session:
        changed = deliveries.change_segment(session, name, rule)
    _tell(changed, json=json)


@app.command("remove")
def remove(name: Name) -> None:
    """Remove a segment that no draft, scheduled or running issue goes to."""
    with program.opened() as opened, db.writing(opened.engine) as session:
        deliveries.remove_segment(session, name)
    program.say(f"Removed {name}.")


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
    named = _named(languages)
    total = sum(named.values())
    if json:
        program.answer({"segment": segment.name, "total": total, "languages": named})
    else:
        program.table(["Language", "People"], [*named.items(), ("Total", total)])


@app.command("try")
def try_out(
    rule: Annotated[str, typer.Argument(help='E.g. "language=nl and tag=press".')],
    *,
    mailing_list: ListSlug = None,
    sample: Annotated[
        int, typer.Option(min=0, max=1000, help="How many people to show.")
    ] = 10,
    json: JsonFlag = False,
) -> None:
    """Count whom a rule would select at this moment, and show some; save nothing."""
    with program.opened() as opened, db.reading(opened.engine) as session:
        chosen = lists.get(session, mailing_list)
        tried = segments.preview(
            session, chosen.id or 0, rule, now=utcnow(), sample=sample
        )
    named = _named(tried.languages)
    people = [(each.email, each.name, each.language) for each in tried.sample]
    if json:
        columns = ("email", "name", "language")
        program.answer(
            {
                "rule": rule,
                "total": tried.total,
                "languages": named,
                "sample": [dict(zip(columns, row, strict=True)) for row in people],
            }
        )
        return
    program.table(["Language", "People"], [*named.items(), ("Total", tried.total)])
    if people:
        program.say("")
        program.table(["Address", "Name", "Language"], people)


def _named(languages: dict[str | None, int]) -> dict[str, int]:
    return {language or "none": many for language, many in languages.items()}


def _tell(segment: Segment, *, json: bool) -> None:
    if json:
        program.answer({"id": segment.id, "name": segment.name, "rule": segment.rule})
    else:
        program.say(f"Saved {segment.name}: {segment.rule}")
