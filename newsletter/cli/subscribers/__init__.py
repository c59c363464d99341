"""`newsletter subscribers …`: bring people in, list them, show one."""

import typer

from newsletter.cli.subscribers import exports, files, persons

app = typer.Typer(no_args_is_help=True, help="People: bring them in, list, show.")
app.registered_commands += files.app.registered_commands
app.registered_commands += exports.app.registered_commands
app.registered_commands += persons.app.registered_commands
