"""The command line: each module here is one group of commands."""

from typing import Any

import typer
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from typer.core import TyperGroup

from newsletter.cli.words import Words
from newsletter.errors import NewsletterError
from subscribers.errors import SubscriberError


class _Plainly(TyperGroup):
    """Turns what stands in the way into one sentence on stderr and exit code 1."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        self.commands = Words()  # type: ignore[assignment]  # nobody adds to them

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # whoever read the answer has seen enough: not worth a word
        except _IN_THE_WAY as error:
            typer.echo(f"newsletter: {_plain(error)}", err=True)
            raise typer.Exit(1) from error


_IN_THE_WAY = (
    NewsletterError,
    SubscriberError,
    OSError,
    SQLAlchemyError,
    OverflowError,
)


def _plain(error: Exception) -> str:
    """Say in a sentence what stands in the way, whoever raised it."""
    match error:
        case OSError(filename=str(name), strerror=str(reason)):
            return f"Cannot use {name}: {reason}."
        case DBAPIError(orig=Exception() as reason):
            return f"The database does not work: {reason}"
        case OverflowError():
            return "A number or a date is too large to be right."
        case _:
            return str(error)


app = typer.Typer(
    cls=_Plainly,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="One issue, every reader's language.",
    epilog="Answers: 0 done, 1 refused with a reason, 2 wrong use.",
)


@app.callback()
def _newsletter() -> None:
    """Make it a group, although its commands are not known here."""
