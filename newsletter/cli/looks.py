"""The command about how a list's letters look."""

from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from newsletter import db, looks
from newsletter.cli import lists as list_commands
from newsletter.cli import program
from newsletter.cli.program import JsonFlag
from newsletter.errors import BadTemplate
from newsletter.models import Asset
from newsletter.rendering import Design, Face, palette
from subscribers import lists
from subscribers.models import MailingList

app = typer.Typer()

Logo = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="A picture; PNG with a see-through ground is best."
    ),
]
Template = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="MJML of your own instead of a design, see docs/templates.md.",
    ),
]


DesignOption = Annotated[Design | None, typer.Option(help="How letters are laid out.")]
Titles = Annotated[Face | None, typer.Option(help="What titles are set in.")]
Accent = Annotated[
    str | None,
    typer.Option(help='Colour of links and buttons: "#0b5d57"; "" for ours.'),
]
NoLogo = Annotated[bool, typer.Option("--no-logo", help="The name in words.")]
NoTemplate = Annotated[bool, typer.Option("--no-template", help="Back to the design.")]


@app.command("look")
def change(
    slug: list_commands.Slug,
    *,
    design: DesignOption = None,
    titles: Titles = None,
    accent: Accent = None,
    logo: Logo = None,
    no_logo: NoLogo = False,
    template: Template = None,
    no_template: NoTemplate = False,
    json: JsonFlag = False,
) -> None:
    """Set how a list's letters look; what is not named stays as it is."""
    if (logo and no_logo) or (template and no_template):
        raise typer.BadParameter("Name a file or take it away, not both.")
    changes = looks.Changes(
        design=design,
        titles=titles,
        logo=b"" if no_logo else logo.read_bytes() if logo else None,
        template="" if no_template else _source(template),
    )
    ready = looks.prepare(changes)
    with program.opened() as opened, db.writing(opened.engine) as session:
        mailing_list = lists.get(session, slug)
        lists.change(session, mailing_list, lists.Changes(accent=accent))
        if changes != looks.Changes():
            folder = opened.settings.media_dir
            looks.change(session, mailing_list, ready, folder=folder)
        facts = _facts(session, mailing_list)
    if json:
        program.answer(facts)
        return
    rows = [(key, list_commands.plain(value)) for key, value in facts.items()]
    program.table(("", ""), rows)


def _source(template: Path | None) -> str | None:
    if template is None:
        return None
    try:
        return template.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadTemplate(f"{template} is not text in UTF-8.") from error


def _facts(session: Session, mailing_list: MailingList) -> dict[str, Any]:
    look = looks.get(session, mailing_list)
    logo = session.get(Asset, look.asset_id) if look.asset_id else None
    light, dark = palette.of(mailing_list.accent)
    return {
        "slug": mailing_list.slug,
        "design": look.design,
        "titles": look.titles,
        "accent": mailing_list.accent,
        "accent_by_day": light.accent,
        "accent_by_night": dark.accent,
        "logo": logo.path if logo else "",
        "template": f"{len(look.template)} characters" if look.template else "",
    }
