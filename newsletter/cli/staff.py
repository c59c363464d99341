"""Commands about the people who log in."""

import sys
from typing import Annotated, Any

import typer

from newsletter import db, staff
from newsletter.cli import program
from newsletter.cli.program import JsonFlag
from newsletter.models import Role, Staff

app = typer.Typer(no_args_is_help=True, help="The people who log in, and their roles.")


@app.command()
def add(  # one parameter per option
    email: Annotated[str, typer.Argument(help="The address they log in with.")],
    *,
    role: Annotated[Role, typer.Option(help="What they may do.")],
    name: Annotated[str, typer.Option(help="What colleagues call them.")] = "",
    languages: Annotated[
        str, typer.Option(help="What a translator may write: nl,de.")
    ] = "",
    password_stdin: Annotated[
        bool,
        typer.Option("--password-stdin", help="Read the password from standard input."),
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Let somebody log in; asks for a password unless it comes on standard input."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else _ask()
    with program.opened() as opened, db.writing(opened.engine) as session:
        person = staff.add(
            session,
            email,
            role=role,
            password=password,
            name=name,
            languages=[tag.strip() for tag in languages.split(",") if tag.strip()],
        )
    if json:
        program.answer(_facts(person))
    else:
        program.say(f"{person.email} can log in as {person.role}.")


@app.command("list")
def list_all(*, json: JsonFlag = False) -> None:
    """List who can log in."""
    with program.opened() as opened, db.reading(opened.engine) as session:
        found = [_facts(person) for person in staff.every(session)]
    if json:
        program.answer(found)
        return
    rows = [
        (one["email"], one["name"], one["role"], ", ".join(one["languages"]))
        for one in found
    ]
    program.table(("e-mail", "name", "role", "languages"), rows)


def _ask() -> str:
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password


def _facts(person: Staff) -> dict[str, Any]:
    return {
        "email": person.email,
        "name": person.name,
        "role": person.role,
        "languages": person.languages,
    }
