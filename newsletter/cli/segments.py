"""Commands about segments: saved rules that select subscribers."""

import typer

app = typer.Typer(no_args_is_help=True, help="Segments: saved rules over people.")
