"""Commands about the people who log in."""

import sys
from typing import Annotated, Any

import typer
from sqlmodel import Session

from newsletter import audit, db, staff
from newsletter.cli import program
from newsletter.cli.program import JsonFlag
from newsletter.errors import StaffNotFound
from newsletter.models import Action, Role, Staff
from newsletter.notices import accounts
from newsletter.staff import resets, two_factor

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
            languages=_tags(languages),
        )
        audit.note(session, program.who(), Action.JOINED, subject=person.email)
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


@app.command("set")
def change(
    email: Annotated[str, typer.Argument(help="The address they log in with.")],
    *,
    role: Annotated[Role, typer.Option(help="What they may do from now on.")],
    languages: Annotated[
        str, typer.Option(help="What a translator may write: nl,de.")
    ] = "",
) -> None:
    """Give somebody another role; they log in again to go on."""
    with program.opened() as opened, db.writing(opened.engine) as session:
        person = _get(session, email)
        staff.change_role(session, person, role=role, languages=_tags(languages))
        who, name = program.who(), person.email
        audit.note(session, who, Action.CHANGED_ROLE, subject=name, role=role.value)
    program.say(f"{person.email} can log in as {person.role}.")


@app.command()
def remove(
    email: Annotated[str, typer.Argument(help="The address they log in with.")],
) -> None:
    """Let somebody log in no more; what they did stays."""
    with program.opened() as opened, db.writing(opened.engine) as session:
        person = _get(session, email)
        staff.remove(session, person)
        audit.note(session, program.who(), Action.REMOVED, subject=person.email)
    program.say(f"{person.email} can no longer log in.")


@app.command()
def reset(
    email: Annotated[str, typer.Argument(help="The address they log in with.")],
    *,
    two_factor_off: Annotated[
        bool,
        typer.Option("--two-factor-off", help="Ask for no code any more, either."),
    ] = False,
) -> None:
    """Print a link that sets a new password, once, within an hour; needs no mail."""
    with program.opened() as opened, db.writing(opened.engine) as session:
        person, who = _get(session, email), program.who()
        handle = resets.begin(session, person)
        if two_factor_off:
            two_factor.switch_off(session, person)
            action = Action.CHANGED_TWO_FACTOR
            audit.note(session, who, action, subject=person.email, on=False)
        path = accounts.reset_path(opened.settings.keys, handle)
        program.say(f"{opened.settings.base_url}{path}")


def _get(session: Session, email: str) -> Staff:
    found = staff.find(session, email)
    if found is None:
        raise StaffNotFound(f"Nobody logs in as {email}: see `newsletter staff list`.")
    return found


def _tags(text: str) -> list[str]:
    return [tag.strip() for tag in text.split(",") if tag.strip()]


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
