"""Commands about what one person may ask for: their data, leaving, being erased."""

import json as jsonlib
import os
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from newsletter import bounces, db, rights
from newsletter.bounces.lifting import THEIRS
from newsletter.cli import program
from newsletter.cli.program import JsonFlag
from subscribers import lists, optout, people, suppressions
from subscribers.addresses import normalise
from subscribers.errors import SuppressionStays
from subscribers.models import Channel, Subscriber, SuppressionReason

app = typer.Typer()

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The address.")]


@app.command("data")
def export_one(
    email: Email,
    *,
    out: Annotated[str, typer.Option(metavar="FILE", help="Where to write it.")],
) -> None:
    """Write all that is kept of one person to a file that only you can read.

    It is JSON, as GDPR art. 15 and 20 let people ask for: hand it to its owner.
    """
    with program.opened() as opened, db.reading(opened.engine) as session:
        found = rights.gather(session, email)
    _write_private(Path(out), jsonlib.dumps(found, ensure_ascii=False, indent=2))
    program.say(f"Wrote what is kept of {found['email']} to {out}.")


@app.command("erase")
def erase_one(
    email: Email,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: JsonFlag = False,
) -> None:
    """Erase one person: everywhere, for good. Asks first.

    What stays is a keyed hash of the address, so that no import brings them back,
    and the counts of the reports.
    """
    with program.opened() as opened:
        with db.reading(opened.engine) as session:
            found = rights.gather(session, email)
        counts = {
            kind: len(found[kind])
            for kind in ("subscriptions", "consents", "requests", "notices")
        }
        if not yes:
            _ask(found["email"], counts, letters=len(found["deliveries"]))
        with db.writing(opened.engine) as session:
            person = people.get(session, email)
            rights.erase(session, opened.settings.keys, person)
    if json:
        answer = {"email": found["email"], "erased": counts}
        program.answer({**answer, "emptied": {"deliveries": len(found["deliveries"])}})
    else:
        program.say(f"Erased {found['email']}. No import will bring them back.")


@app.command("unsubscribe")
def unsubscribe_one(
    email: Email,
    *,
    mailing_list: Annotated[
        str | None, typer.Option("--list", help="Only from this list; from all unsaid.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Take one person off a list, or off every list, because they asked you to."""
    with program.opened() as opened, db.writing(opened.engine) as session:
        left = _unsubscribe(session, people.get(session, email), mailing_list)
    if json:
        program.answer({"email": email, "left": left})
    elif left:
        program.say(f"Unsubscribed {email} from {', '.join(left)}.")
    else:
        program.say(f"Nothing to do: {email} was not subscribed there.")


@app.command("suppress")
def suppress_one(
    email: Email,
    *,
    because: Annotated[str, typer.Option(help="Why, for whoever wonders later.")] = "",
) -> None:
    """Stop all mail to an address, whether anybody here has it or not."""
    with program.opened() as opened, db.writing(opened.engine) as session:
        changed = suppressions.suppress(
            session,
            opened.settings.keys,
            normalise(email),
            reason=SuppressionReason.STAFF,
            evidence=because,
        )
    done = "No mail goes to" if changed else "Already no mail goes to"
    program.say(f"{done} {email}.")


@app.command("lift")
def lift_one(email: Email) -> None:
    """Allow mail to an address again that bounced, or that staff suppressed.

    Its failures are forgiven: they count no more.
    """
    with program.opened() as opened, db.writing(opened.engine) as session:
        address, keys = normalise(email), opened.settings.keys
        reason = suppressions.reason(session, keys, address)
        if reason in THEIRS:
            said = f"{email} stays suppressed ({reason}): only its owner can come back"
            raise SuppressionStays(f"{said}, by subscribing again.")
        lifted = bounces.lift(session, keys, address, by=program.who())
    done = "Mail may go to" if lifted else "Nothing stood against"
    program.say(f"{done} {email}.")


def _ask(email: str, counts: dict[str, int], *, letters: int) -> None:
    """Say what will go, and wait for a yes; nothing is locked meanwhile."""
    typer.echo(f"Of {email} this erases, besides name, languages and tags:", err=True)
    for kind, many in counts.items():
        typer.echo(f"  {kind}: {many}", err=True)
    typer.echo(f"Letters that stay counted, without a name: {letters}.", err=True)
    typer.confirm("Erase all of it for good?", abort=True, err=True)


def _unsubscribe(session: Session, person: Subscriber, slug: str | None) -> list[str]:
    chosen = lists.get(session, slug).id if slug else None
    left = []
    for standing in people.standings(session, person):
        if chosen in (None, standing.mailing_list.id):
            done = optout.unsubscribe(
                session, standing.subscription.handle, channel=Channel.STAFF
            )
            left += [standing.mailing_list.slug] if done.changed else []
    return left


def _write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600 before a byte is in it; a link is not followed."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)  # it may have been there, open to others
        file.write(f"{text}\n")
