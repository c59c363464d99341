"""Commands about persons: list them, show one."""

from typing import Annotated

import typer

from newsletter import db, rights
from newsletter.cli import program
from newsletter.cli.program import JsonFlag
from subscribers import lists, people, segments
from subscribers.models import SubscriptionState

app = typer.Typer()

# What a terminal has room for; --json has all.
_COLUMNS = {
    "subscriptions": ("list", "state", "confirmed_at"),
    "consents": ("kind", "channel", "list", "at", "version", "words"),
    "deliveries": ("issue", "title", "language", "state", "updated_at"),
    "bounces": ("id", "received_at", "kind", "failure", "effect", "diagnostic"),
}


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
    segment: Annotated[
        str | None, typer.Option(help="Only whom this segment selects.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 1_000_000,
    json: JsonFlag = False,
) -> None:
    """List people with their language and tags, by address."""
    with program.opened() as opened, db.reading(opened.engine) as session:
        list_id = lists.get(session, mailing_list).id if mailing_list else None
        found = people.listing(
            session,
            list_id=list_id,
            language=language,
            state=state,
            segment=segments.get(session, segment) if segment else None,
            limit=limit,
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
    """Show one person: what they agreed to, and every issue that went to them.

    --json tells who agreed to which words, when and how, to prove it, and what came
    back of their letters as it came.
    """
    with program.opened() as opened, db.reading(opened.engine) as session:
        person = rights.gather(session, email)
    if json:
        program.answer(person)
        return
    program.say(f"{person['email']}, language {person['language'] or 'unknown'}")
    program.say(f"Second language: {person['second_language'] or 'none'}")
    program.say(f"Tags: {', '.join(person['tags']) or 'none'}")
    known = [f"{name} {value}" for name, value in person["attributes"].items()]
    program.say(f"Besides: {', '.join(known) or 'nothing'}")
    for title, columns in _COLUMNS.items():
        rows = person[title]
        program.say(f"\n{title.capitalize()}:{'' if rows else ' none'}")
        if rows:
            cells = [[row[column] for column in columns] for row in rows]
            program.table([column.capitalize() for column in columns], cells)
