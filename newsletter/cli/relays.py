"""Commands about relays: what each of them takes, and what is used of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from sqlmodel import Session

from newsletter import db, relays
from newsletter.cli import program
from newsletter.cli.program import JsonFlag
from newsletter.config import Settings, Span
from newsletter.relays import Cause, Profile, Statement

app = typer.Typer(
    no_args_is_help=True, help="Relays: how many connections and messages they take."
)

Name = Annotated[
    str, typer.Argument(help="main, or a name that NEWSLETTER_RELAYS gives.")
]
Rate = Annotated[int | None, typer.Option(min=0, help="Messages; 0: no limit.")]
Connections = Annotated[
    int | None, typer.Option(min=1, help="Connections, over all senders.")
]
PerConnection = Annotated[
    int | None,
    typer.Option(
        "--messages-per-connection",
        min=1,
        help="Messages before a connection is opened anew.",
    ),
]
Preset = Annotated[
    str | None,
    typer.Option(help='Limits of a common relay, e.g. brevo; "" for none.'),
]
Groups = Annotated[
    list[str] | None,
    typer.Option(
        "--group",
        metavar="GROUP=N",
        help="At most N a minute to a group of domains: gmail=60; 0: no limit.",
    ),
]
Afresh = Annotated[bool, typer.Option("--reset", help="Forget what was stated before.")]


@app.command("list")
def list_all(*, json: JsonFlag = False) -> None:
    """List the relays in the order of the settings, and their limits."""
    with program.opened() as opened, db.reading(opened.engine) as session:
        found = relays.profiles(session, opened.settings)
    if json:
        program.answer([_facts(each) for each in found])
        return
    rows = [
        (
            each.name,
            _host(each),
            each.preset,
            each.connections,
            each.messages_per_connection,
            _limits(each),
        )
        for each in found
    ]
    columns = ("Relay", "Host", "Preset", "Connections", "Messages each", "Limits")
    program.table(columns, rows)


@app.command()
def show(name: Name, *, json: JsonFlag = False) -> None:
    """Show a relay: its limits, who says so, what is used of them, who is slowed."""
    with program.opened() as opened, db.reading(opened.engine) as session:
        _tell(session, opened.settings, name, json=json)


@app.command("set")
def change(  # one parameter per option
    name: Name,
    *,
    preset: Preset = None,
    connections: Connections = None,
    messages_per_connection: PerConnection = None,
    per_second: Rate = None,
    per_minute: Rate = None,
    per_hour: Rate = None,
    per_day: Rate = None,
    groups: Groups = None,
    afresh: Afresh = False,
    json: JsonFlag = False,
) -> None:
    """State what a relay takes, over all senders; what is not named stays as it is.

    Example: newsletter relays set main --preset brevo --per-day 5000 --group gmail=60
    """
    figures = {
        "connections": connections,
        "messages_per_connection": messages_per_connection,
        "per_second": per_second,
        "per_minute": per_minute,
        "per_hour": per_hour,
        "per_day": per_day,
    }
    statement = Statement(
        preset,
        {figure: value for figure, value in figures.items() if value is not None},
        _by_group(groups or ()),
    )
    with program.opened() as opened, db.writing(opened.engine) as session:
        relays.require(opened.settings, [name])
        relays.state(session, name, statement, afresh=afresh)
        _tell(session, opened.settings, name, json=json)


def _by_group(options: Sequence[str]) -> dict[str, int]:
    found = {}
    for option in options:
        group, equals, limit = option.partition("=")
        if not equals or not group.strip() or not limit.strip().isdecimal():
            raise typer.BadParameter(f"“{option}” needs the form gmail=60")
        found[relays.group_named(group.strip().lower())] = int(limit)
    return found


def _tell(session: Session, settings: Settings, name: str, *, json: bool) -> None:
    profile = relays.get(session, settings, name)
    now = db.now(session)
    facts = _facts(profile) | _present(session, profile, now)
    if json:
        program.answer(facts)
        return
    program.table(("", "", "says"), _rows(profile, facts))
    if profile.preset:
        program.say(relays.PRESETS[profile.preset].why)
    elif proposed := _proposed(profile):
        program.say(f"This looks like {proposed.title}. {proposed.why}")
        program.say(f"  newsletter relays set {name} --preset {proposed.name}")


def _facts(profile: Profile) -> dict[str, Any]:
    proposed = _proposed(profile)
    return {
        "name": profile.name,
        "host": profile.address.host if profile.address else None,
        "preset": profile.preset,
        "proposed_preset": proposed.name if proposed else None,
        **{figure: getattr(profile, figure) for figure in relays.FIGURES},
        "groups": dict(profile.domains),
        "sources": dict(profile.sources),
    }


def _present(session: Session, profile: Profile, now: datetime) -> dict[str, Any]:
    """Return what is in use and who is slowed down at this moment."""
    used = relays.used(session, profile, now=now)
    return {
        "used": {f"per_{span}": many for span, many in used.items()},
        "connections_used": relays.leased(session, profile, now=now),
        "slowed": relays.braked(session, profile, now=now),
    }


def _rows(profile: Profile, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    rows = [("host", _host(profile), ""), ("preset", profile.preset, "")]
    for figure in relays.FIGURES:
        if facts[figure] or figure in profile.sources:
            source = profile.sources.get(figure, "")
            rows.append((figure.replace("_", " "), _figure(facts, figure), source))
    rows += [
        (group, f"{limit} a minute", "stated")
        for group, limit in profile.domains.items()
    ]
    rows += [
        (f"{group or 'everything'} slowed down", f"to {part:.0%}", "its replies")
        for group, part in facts["slowed"].items()
    ]
    return rows


def _figure(facts: dict[str, Any], figure: str) -> str:
    stated = "no limit" if facts[figure] is None else str(facts[figure])
    if figure == "connections":
        return f"{stated}, {facts['connections_used']} in use"
    if figure in facts["used"]:
        return f"{stated}, {facts['used'][figure]} used"
    return stated


def _host(profile: Profile) -> str:
    return profile.address.host if profile.address else "built-in mailbox"


def _limits(profile: Profile) -> str:
    causes = [Cause(limit, span) for span, limit in profile.limits.items()]
    causes += [
        Cause(limit, Span.MINUTE, group) for group, limit in profile.domains.items()
    ]
    return ", ".join(map(relays.limit_in_words, causes)) or "none"


def _proposed(profile: Profile) -> relays.Preset | None:
    return relays.propose(profile.address.host) if profile.address else None
