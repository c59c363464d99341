"""`newsletter issues …`: compose, check, schedule, send and follow an issue."""

import typer

from newsletter.cli.issues import check, compose, send

app = typer.Typer(no_args_is_help=True, help="Compose, schedule and send issues.")
app.registered_commands += compose.app.registered_commands
app.registered_commands += check.app.registered_commands
app.registered_commands += send.app.registered_commands
