"""`newsletter items`: news from feeds, and its words in each language."""

import typer

app = typer.Typer(no_args_is_help=True, help="News items and their translations.")
