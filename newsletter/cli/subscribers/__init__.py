"""`newsletter subscribers …`: bring people in, list them, show one, let one go."""

import typer

from newsletter.cli.subscribers import files, persons, rights

app = typer.Typer(
    no_args_is_help=True, help="People: bring them in, list, show, let them go."
)
app.registered_commands += files.app.registered_commands
app.registered_commands += persons.app.registered_commands
app.registered_commands += rights.app.registered_commands
