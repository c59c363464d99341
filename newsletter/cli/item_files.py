"""Commands that give an item its picture and its documents."""

import re
from typing import Annotated, Any

import typer
from sqlmodel import Session

from newsletter import db, items, media
from newsletter.cli.items import ItemId
from newsletter.cli.program import JsonFlag, Program, answer, opened, say
from newsletter.errors import BadText
from newsletter.items.words import Words
from newsletter.media import documents
from newsletter.models import Asset, DocumentFile

app = typer.Typer()

_SPOKEN = re.compile(r"([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3})=(.*)", re.DOTALL)

Location = Annotated[
    str | None,
    typer.Argument(metavar="FILE|URL", help="A path or an address (https://…)."),
]
Alt = Annotated[
    list[str] | None,
    typer.Option(metavar="LANG=WORDS", help="What it shows, once per language."),
]
Caption = Annotated[
    list[str] | None,
    typer.Option(metavar="LANG=WORDS", help="Words under it, once per language."),
]
Title = Annotated[
    list[str] | None,
    typer.Option(metavar="LANG=WORDS", help="Its title, once per language."),
]


@app.command()
def picture(
    item_id: ItemId,
    location: Location = None,
    *,
    alt: Alt = None,
    caption: Caption = None,
    credit: Annotated[str | None, typer.Option(help="Who made it.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take it away.")] = False,
    json: JsonFlag = False,
) -> None:
    """Give an item a picture: turned upright, shrunk, without what the camera wrote.

    Without a file, the words about the picture it has are changed. Words about an
    earlier picture go with it.
    """
    words = _words(alt, caption)
    if bool(location) + remove + bool(not location and (words or credit)) != 1:
        raise typer.BadParameter("give a file, words about the picture, or --remove")
    with opened() as program:
        made = _encoded(program, location) if location else None
        with db.writing(program.engine) as session:
            item = items.get_item(session, item_id)
            asset = session.get(Asset, item.asset_id) if item.asset_id else None
            if made:
                folder = program.settings.media_dir
                asset = media.keep(session, made[0], folder=folder, origin=made[1])
            elif asset is None:
                raise BadText(f"Item {item_id} has no picture.")
            shown = None if remove else asset
            items.illustrate(session, item, shown, words=words, credit=credit)
            facts = _shown(program, shown, item.credit)
    if json:
        answer({"item": item_id, "image": facts})
    elif facts:
        say(f"Item {item_id} shows {facts['url']} ({facts['width']} pixels wide).")
    else:
        say(f"Item {item_id} has no picture any more.")


@app.command()
def document(
    item_id: ItemId,
    location: Location = None,
    *,
    title: Title = None,
    language: Annotated[
        str, typer.Option(help="The language the document is written in.")
    ] = "",
    remove: Annotated[
        str | None, typer.Option(metavar="TITLE", help="Take one back.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Offer a document with an item: PDF, DOCX, XLSX, PPTX, ODT, ODS, ODP or EPUB.

    It is copied to us, and readers get a link. The same file or address again, or
    the same title, replaces the one that is there.
    """
    titles = _spoken(title)
    if bool(location) == bool(remove) or (location and not titles):
        raise typer.BadParameter("give a file with --title fr=…, or --remove TITLE")
    with opened() as program:
        brought = _document(program, location) if location else None
        with db.writing(program.engine) as session:
            item = items.get_item(session, item_id)
            if brought:
                kept = _keep(session, program, brought)
                url = program.settings.base_url + kept.path
                items.add_document(
                    session, item, kept, url=url, titles=titles, language=language
                )
            elif remove:
                items.remove_document(session, item, remove)
            offered = list(item.documents)
    if json:
        answer({"item": item_id, "documents": offered})
        return
    say(f"Item {item_id} offers {_counted(len(offered))}.")
    for row in offered:
        say(f"  {next(iter(row['titles'].values()), '')}: {row['url']}")


def _encoded(program: Program, location: str) -> tuple[media.Picture, str]:
    brought = _bring(program, location, size=media.MAX_BYTES)
    return media.encode(brought.data), brought.origin


def _document(
    program: Program, location: str
) -> tuple[documents.Document, media.Brought]:
    brought = _bring(program, location, size=documents.MAX_BYTES)
    return documents.read(brought.data), brought


def _keep(
    session: Session, program: Program, made: tuple[documents.Document, media.Brought]
) -> DocumentFile:
    document, brought = made
    return documents.keep(
        session,
        document,
        folder=program.settings.media_dir,
        name=brought.name,
        origin=brought.origin,
    )


def _bring(program: Program, location: str, *, size: int) -> media.Brought:
    return media.bring(location, size=size, allow=program.settings.fetch_allow)


def _words(alt: list[str] | None, caption: list[str] | None) -> dict[str, Words]:
    """Return what is said about a picture, by language."""
    alts, captions = _spoken(alt), _spoken(caption)
    found: dict[str, Words] = {
        language: Words(alt=said) for language, said in alts.items()
    }
    for language, said in captions.items():
        found.setdefault(language, Words())["caption"] = said
    return found


def _spoken(options: list[str] | None) -> dict[str, str]:
    """Read `fr=…`, once per language."""
    found = {}
    for option in options or ():
        read = _SPOKEN.fullmatch(option)
        if read is None:
            raise typer.BadParameter(f"“{option[:60]}” needs the form fr=Words")
        found[read[1]] = read[2].strip()
    return found


def _shown(program: Program, asset: Asset | None, credit: str) -> dict[str, Any] | None:
    if asset is None:
        return None
    return {
        "url": program.settings.base_url + asset.path,
        "width": asset.width,
        "height": asset.height,
        "size": asset.size,
        "credit": credit,
    }


def _counted(many: int) -> str:
    return f"{many} document{'' if many == 1 else 's'}"
