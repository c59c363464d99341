"""The command line: each module here is one group of commands."""

from typing import Any

import typer
from typer.core import TyperGroup

from newsletter.cli import issues as issue_commands
from newsletter.cli import items, lists, segments, staff, subscribers, system
from newsletter.errors import NewsletterError
from subscribers.errors import SubscriberError


class _Plainly(TyperGroup):
    """Turns a broken rule into one sentence on stderr and exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (NewsletterError, SubscriberError) as error:
            typer.echo(f"newsletter: {error}", err=True)
            raise typer.Exit(1) from error


app = typer.Typer(
    cls=_Plainly,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="One issue, every reader's language.",
    epilog="Answers: 0 done, 1 refused with a reason, 2 wrong use.",
)
app.add_typer(lists.app, name="lists")
app.add_typer(staff.app, name="staff")
app.add_typer(items.app, name="items")
app.add_typer(issue_commands.app, name="issues")
app.add_typer(subscribers.app, name="subscribers")
app.add_typer(segments.app, name="segments")
system.register(app)
