"""Commands about mailing lists: what people subscribe to."""

import re
from typing import Annotated, Any

import typer

from newsletter import db
from newsletter import relays as relay_profiles
from newsletter.cli import program
from newsletter.cli.program import JsonFlag
from subscribers import lists
from subscribers.lists import Changes
from subscribers.models import MailingList, MissingPolicy, UnknownPolicy

app = typer.Typer(
    no_args_is_help=True, help="Mailing lists: names, sender, languages, rules."
)

_LANGUAGE = re.compile(r"([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)=(.*)", re.DOTALL)

Slug = Annotated[str, typer.Argument(help="The short name of the list.")]
Name = Annotated[
    list[str] | None,
    typer.Option(
        metavar="LANG=WORDS",
        help='What readers call it, e.g. "fr=Nos nouvelles"; once per language, '
        "or without LANG= for every language.",
    ),
]
Legal = Annotated[
    list[str] | None,
    typer.Option(
        metavar="LANG=WORDS",
        help="Who sends it, for the foot of every mail: name, form, seat, number; "
        "once per language, or without LANG= for every language.",
    ),
]
From = Annotated[
    str | None, typer.Option("--from", help='The sender: "Name <name@example.org>".')
]
ReplyTo = Annotated[
    str | None, typer.Option(help="Where answers go, if not to the sender.")
]
Languages = Annotated[
    str | None,
    typer.Option(help="Language tags, the default one first: fr,nl,de,en."),
]
Missing = Annotated[
    MissingPolicy | None,
    typer.Option(help="What readers get of an item without words in their language."),
]
OnUnknown = Annotated[
    UnknownPolicy | None,
    typer.Option(help="What to do when the relay fell silent after a message."),
]
Timezone = Annotated[
    str | None, typer.Option(help="Where its times are meant: Europe/Brussels.")
]
Relays = Annotated[
    str | None,
    typer.Option(
        help='Relays in order of preference, e.g. main,backup; "" for all as set.'
    ),
]

Approval = Annotated[
    bool | None,
    typer.Option(
        "--approval/--no-approval",
        help="Whether somebody must approve an issue before it may leave.",
    ),
]


@app.command()
def add(  # one parameter per option
    slug: Slug,
    *,
    name: Name = None,
    sender: From = None,
    reply_to: ReplyTo = None,
    legal: Legal = None,
    languages: Languages = None,
    missing: Missing = None,
    on_unknown: OnUnknown = None,
    timezone: Timezone = None,
    approval: Approval = None,
    json: JsonFlag = False,
) -> None:
    """Make a mailing list."""
    with program.opened() as opened, db.writing(opened.engine) as session:
        changes = Changes(
            names=by_language(name),
            legal=by_language(legal),
            sender=sender,
            reply_to=reply_to,
            languages=_split(languages) or list(opened.settings.languages),
            missing=missing,
            on_unknown=on_unknown,
            timezone=timezone or opened.settings.timezone,
            approval=approval,
        )
        _tell(lists.add(session, slug, changes), json=json)


@app.command("set")
def change(  # one parameter per option
    slug: Slug,
    *,
    name: Name = None,
    sender: From = None,
    reply_to: ReplyTo = None,
    legal: Legal = None,
    languages: Languages = None,
    missing: Missing = None,
    on_unknown: OnUnknown = None,
    timezone: Timezone = None,
    relays: Relays = None,
    approval: Approval = None,
    json: JsonFlag = False,
) -> None:
    """Change a mailing list; what is not named stays as it is."""
    changes = Changes(
        names=by_language(name),
        legal=by_language(legal),
        sender=sender,
        reply_to=reply_to,
        languages=_split(languages),
        missing=missing,
        on_unknown=on_unknown,
        timezone=timezone,
        relays=_split(relays),
        approval=approval,
    )
    with program.opened() as opened, db.writing(opened.engine) as session:
        relay_profiles.require(opened.settings, changes.relays or [])
        mailing_list = lists.get(session, slug)
        lists.change(session, mailing_list, changes)
        _tell(mailing_list, json=json)


@app.command("list")
def list_all(*, json: JsonFlag = False) -> None:
    """List the mailing lists; commands use the first one unless told otherwise."""
    with program.opened() as opened, db.reading(opened.engine) as session:
        found = [(one.name_in(""), _facts(one)) for one in lists.every(session)]
    if json:
        program.answer([facts for _, facts in found])
        return
    rows = [
        (facts["slug"], name, facts["from"], plain(facts["languages"]))
        for name, facts in found
    ]
    program.table(("slug", "name", "from", "languages"), rows)


@app.command()
def show(slug: Slug, *, json: JsonFlag = False) -> None:
    """Show everything that is set about a list."""
    with program.opened() as opened, db.reading(opened.engine) as session:
        _tell(lists.get(session, slug), json=json)


def by_language(options: list[str] | None) -> dict[str, str]:
    """Return the words of `LANG=WORDS` options; "" holds those for every language."""
    words = {}
    for option in options or ():
        tagged = _LANGUAGE.fullmatch(option)
        language, text = tagged.groups() if tagged else ("", option)
        words[language] = text
    # The words for every language first, so that a language's own prevail.
    return dict(sorted(words.items()))


def _split(text: str | None) -> list[str] | None:
    if text is None:
        return None
    return [tag.strip() for tag in text.split(",") if tag.strip()]


def _tell(mailing_list: MailingList, *, json: bool) -> None:
    facts = _facts(mailing_list)
    if json:
        program.answer(facts)
    else:
        program.table(("", ""), [(key, plain(value)) for key, value in facts.items()])
    if lists.is_freemail(mailing_list.sender_address):
        domain = lists.domain_of(mailing_list.sender_address)
        typer.echo(
            f"Careful: receivers refuse newsletters from {domain} addresses. "
            "Send from a domain of your own.",
            err=True,
        )


def _facts(mailing_list: MailingList) -> dict[str, Any]:
    sender = mailing_list.sender_address
    if mailing_list.sender_name:
        sender = f"{mailing_list.sender_name} <{sender}>"
    return {
        "slug": mailing_list.slug,
        "names": mailing_list.names,
        "from": sender,
        "reply_to": mailing_list.reply_to,
        "legal": mailing_list.legal,
        "languages": mailing_list.languages,
        "missing": mailing_list.missing,
        "on_unknown": mailing_list.on_unknown,
        "timezone": mailing_list.timezone,
        "relays": mailing_list.relays,
        "approval": mailing_list.approval,
        "list_id": mailing_list.list_id,
    }


def plain(value: Any) -> str:
    """Return a fact as a cell of a table."""
    if isinstance(value, dict):
        return "\n".join(f"{key}: {words}" for key, words in value.items())
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else str(value)
