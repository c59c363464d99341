"""`newsletter subscribers …`: bring people in, list them, show one, let one go."""

import typer

from newsletter.cli.subscribers import exports, files, persons, rights

app = typer.Typer(
    no_args_is_help=True,
    help="People: bring them in and out, list, show, let them go.",
)
for group in (files, exports, persons, rights):
    app.registered_commands += group.app.registered_commands
