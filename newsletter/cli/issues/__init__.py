"""`newsletter issues …`: compose, check, schedule, send and follow an issue."""

import typer

from newsletter.cli.issues import (
    approve,
    archive,
    check,
    compose,
    rendering,
    send,
    testing,
)

app = typer.Typer(no_args_is_help=True, help="Compose, schedule and send issues.")
app.registered_commands += compose.app.registered_commands
app.registered_commands += archive.app.registered_commands
app.registered_commands += check.app.registered_commands
app.registered_commands += send.app.registered_commands
app.registered_commands += approve.app.registered_commands
app.registered_commands += testing.app.registered_commands
app.registered_commands += rendering.app.registered_commands
