"""Commands about people: bring them in, list them, show one."""

import typer

app = typer.Typer(no_args_is_help=True, help="People: import, list, show.")
