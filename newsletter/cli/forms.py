"""Commands about what people see when they subscribe to a list."""

import re
from typing import Annotated, Any

import typer

from newsletter import db
from newsletter.cli import lists as list_commands
from newsletter.cli import program
from newsletter.cli.program import JsonFlag
from newsletter.web import embedding
from newsletter.web.pages import Pages
from subscribers import lists
from subscribers.errors import BadList
from subscribers.lists import Changes
from subscribers.models import MailingList

app = typer.Typer()

_TOPIC = re.compile(r"([^:=]{1,60}):(.*)", re.DOTALL)

Describe = Annotated[
    list[str] | None,
    typer.Option(
        metavar="LANG=WORDS",
        help='What it is about and how often, e.g. "fr=Une fois par mois"; once per '
        "language, or without LANG= for every language.",
    ),
]
Consent = Annotated[
    list[str] | None,
    typer.Option(
        metavar="LANG=WORDS",
        help="The sentence people agree to, instead of ours; an edit is a new version "
        "and changes nobody's proof.",
    ),
]
Topic = Annotated[
    list[str] | None,
    typer.Option(
        metavar="TAG:LANG=WORDS",
        help="A tag that readers may choose themselves, e.g. press:fr=Presse; once per "
        "language. Naming one replaces all there were; --topic none removes them.",
    ),
]
Privacy = Annotated[
    str | None, typer.Option(help="Address of the page about people's data.")
]
Accent = Annotated[
    str | None, typer.Option(help='Colour of the public pages: "#0b5d57".')
]
Public = Annotated[
    bool | None,
    typer.Option("--public/--private", help="Whether strangers may ask for it."),
]
Acknowledge = Annotated[
    bool | None,
    typer.Option(help="Whether somebody who left on a page is told by mail."),
]


@app.command("form")
def change(
    slug: list_commands.Slug,
    *,
    describe: Describe = None,
    consent: Consent = None,
    topic: Topic = None,
    privacy: Privacy = None,
    accent: Accent = None,
    public: Public = None,
    acknowledge: Acknowledge = None,
    json: JsonFlag = False,
) -> None:
    """Set what people see when they subscribe; what is not named stays as it is."""
    changes = Changes(
        descriptions=list_commands.by_language(describe),
        consent=list_commands.by_language(consent),
        topics=_topics(topic),
        privacy_url=privacy,
        accent=accent,
        public=public,
        acknowledge=acknowledge,
    )
    with program.opened() as opened, db.writing(opened.engine) as session:
        mailing_list = lists.get(session, slug)
        lists.change(session, mailing_list, changes)
        facts = _facts(mailing_list)
    if json:
        program.answer(facts)
        return
    rows = [(key, list_commands.plain(value)) for key, value in facts.items()]
    program.table(("", ""), rows)


@app.command()
def embed(
    slug: list_commands.Slug,
    language: Annotated[
        str | None, typer.Option(help="Language of the form; the list's if unsaid.")
    ] = None,
) -> None:
    """Print a sign-up form to put on a website: plain HTML, no script, no frame."""
    with program.opened() as opened, db.reading(opened.engine) as session:
        mailing_list = lists.get(session, slug)
        if not mailing_list.public:
            raise BadList(f"{slug} is private: open it with `lists form {slug}`.")
        spoken = language or mailing_list.default_language
        if spoken not in mailing_list.languages:
            known = ", ".join(mailing_list.languages)
            raise BadList(f"{spoken} is not a language of the list ({known}).")
        base_url = opened.settings.base_url
        program.say(embedding.code(Pages(), base_url, mailing_list, spoken).rstrip())


def _topics(options: list[str] | None) -> dict[str, dict[str, str]] | None:
    if options is None:
        return None
    found: dict[str, dict[str, str]] = {}
    for option in options:
        read = _TOPIC.fullmatch(option)
        if read:
            words = list_commands.by_language([read[2]])
            found[read[1]] = found.get(read[1], {}) | words
        elif option != "none":
            raise BadList(f"{option}: write a topic as press:fr=Presse.")
    return found


def _facts(mailing_list: MailingList) -> dict[str, Any]:
    return {
        "slug": mailing_list.slug,
        "public": mailing_list.public,
        "descriptions": mailing_list.descriptions,
        "consent": mailing_list.consent,
        "topics": mailing_list.topics,
        "privacy_url": mailing_list.privacy_url,
        "accent": mailing_list.accent,
        "acknowledge": mailing_list.acknowledge,
    }
