"""Commands about persons: list them, show one."""

from typing import Annotated, Any

import typer
from sqlmodel import Session

from newsletter import db, deliveries
from newsletter.cli import program
from newsletter.cli.program import JsonFlag
from subscribers import lists, people
from subscribers.models import Subscriber, SubscriptionState

app = typer.Typer()

# What a terminal has room for; --json has all.
_COLUMNS = {
    "subscriptions": ("list", "state", "confirmed_at"),
    "consents": ("kind", "channel", "list", "at", "words"),
    "deliveries": ("issue", "title", "language", "state", "updated_at"),
}


@app.command("list")
def show_all(
    *,
    language: Annotated[
        str | None, typer.Option(help="Only readers of this language; none: unknown.")
    ] = None,
    mailing_list: Annotated[
        str | None, typer.Option("--list", help="Only people of this list.")
    ] = None,
    state: Annotated[
        SubscriptionState | None, typer.Option(help="Only in this state.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 1_000_000,
    json: JsonFlag = False,
) -> None:
    """List people with their language and tags, by address."""
    with program.opened() as opened, db.reading(opened.engine) as session:
        list_id = lists.get(session, mailing_list).id if mailing_list else None
        found = people.listing(
            session, list_id=list_id, language=language, state=state, limit=limit
        )
        tags = people.tags_of(session, found)
        rows = [(each.email, each.language, tags[each.id or 0]) for each in found]
    if json:
        program.answer(
            [{"email": row[0], "language": row[1], "tags": row[2]} for row in rows]
        )
    else:
        program.table(
            ["Address", "Language", "Tags"],
            [(email, spoken, ", ".join(words)) for email, spoken, words in rows],
        )


@app.command("show")
def show(
    email: Annotated[str, typer.Argument(help="The address of one person.")],
    *,
    json: JsonFlag = False,
) -> None:
    """Show one person: what they agreed to, and every issue that went to them."""
    with program.opened() as opened, db.reading(opened.engine) as session:
        person = _person(session, people.get(session, email))
    if json:
        program.answer(person)
        return
    program.say(f"{person['email']}, language {person['language'] or 'unknown'}")
    program.say(f"Tags: {', '.join(person['tags']) or 'none'}")
    for title, columns in _COLUMNS.items():
        rows = person[title]
        program.say(f"\n{title.capitalize()}:{'' if rows else ' none'}")
        if rows:
            cells = [[row[column] for column in columns] for row in rows]
            program.table([column.capitalize() for column in columns], cells)


def _person(session: Session, subscriber: Subscriber) -> dict[str, Any]:
    return {
        "email": subscriber.email,
        "name": subscriber.name,
        "language": subscriber.language,
        "tags": people.tags_of(session, [subscriber])[subscriber.id or 0],
        "created_at": subscriber.created_at,
        "subscriptions": [
            {
                "list": each.mailing_list.slug,
                "state": each.subscription.state,
                "paused_until": each.subscription.paused_until,
                "confirmed_at": each.subscription.confirmed_at,
                "unsubscribed_at": each.subscription.unsubscribed_at,
            }
            for each in people.standings(session, subscriber)
        ],
        "consents": [_proof(each) for each in people.proofs(session, subscriber)],
        "deliveries": deliveries.of_subscriber(session, subscriber.id or 0),
    }


def _proof(proof: people.Proof) -> dict[str, Any]:
    consent = proof.consent
    return {
        "kind": consent.kind,
        "channel": consent.channel,
        "list": proof.mailing_list.slug if proof.mailing_list else None,
        "at": consent.at,
        "language": consent.language,
        "words": consent.words,
        "words_hash": consent.words_hash,
        "import_id": consent.import_id,
        "filename": proof.file.filename if proof.file else None,
        "evidence": consent.evidence,
    }
