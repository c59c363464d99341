"""`newsletter items`: news from feeds, and its words in each language."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, cast
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlmodel import Session

from newsletter import db, feeds, items
from newsletter.cli.program import JsonFlag, Program, answer, opened, say, table
from newsletter.errors import BadText
from newsletter.feeds import Outcome, Report
from newsletter.feeds.importing import Watch
from newsletter.items.words import Words
from newsletter.models import Asset, Item, ItemText

# A text longer than this is no translation of a news item.
_MAX_BODY = 2_000_000  # bytes

app = typer.Typer(no_args_is_help=True, help="News items and their translations.")

ItemId = Annotated[int, typer.Argument(metavar="ID", help="The item's number.")]


@app.command("import")
def import_(
    feed: Annotated[
        str, typer.Argument(metavar="FEED", help="A path or an address (https://…).")
    ],
    *,
    language: Annotated[
        str | None,
        typer.Option(help="The feed's language, where it does not say or is wrong."),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Make items of a feed: RSS, Atom or JSON Feed.

    Run it as often as you like: what has not changed stays as it is, and a changed
    entry brings the source words up to date and marks translations to be looked at.
    """
    with opened() as program, _progress(silent=json) as watch:
        report = feeds.import_feed(
            program.engine, program.settings, feed, language=language, watch=watch
        )
    if json:
        answer(report.as_json())
    else:
        _tell(report)


@app.command("list")
def list_(
    *,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 50,
    json: JsonFlag = False,
) -> None:
    """List the newest items and the languages they have words in."""
    with opened() as program, db.reading(program.engine) as session:
        found = items.latest(session, limit)
        texts = items.find_texts(session, [item.id or 0 for item in found])
        lines = [_line(item, texts[item.id or 0]) for item in found]
    if json:
        answer(lines)
        return
    table(
        ("No", "Published", "Type", "Languages", "Title"),
        [_row(line) for line in lines],
    )


@app.command()
def show(item_id: ItemId, *, json: JsonFlag = False) -> None:
    """Show everything about an item: words per language, picture, documents, event."""
    with opened() as program, db.reading(program.engine) as session:
        shown = _everything(session, program, items.get_item(session, item_id))
    if json:
        answer(shown)
        return
    for name, value in shown.items():
        if name != "texts" and value not in (None, "", [], {}):
            say(f"{name}: {value}")
    for language, words in shown["texts"].items():
        say(f"\n[{language}, {words['state']}] {words['title']}\n{words['body']}")


@app.command()
def translate(
    item_id: ItemId,
    *,
    language: Annotated[str, typer.Option(help="The language of these words.")],
    title: Annotated[str | None, typer.Option(help="The headline.")] = None,
    summary: Annotated[str | None, typer.Option(help="One or two sentences.")] = None,
    body_file: Annotated[
        Path | None, typer.Option(help="The text as HTML, or - for standard input.")
    ] = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="Keep it as a draft: not ready to be sent.")
    ] = False,
) -> None:
    """Write an item's words in one language; what you leave out stays as it was."""
    given = {"title": title, "summary": summary, "body": _body(body_file)}
    words = {name: value for name, value in given.items() if value is not None}
    with opened() as program:
        _check_language(program, language)
        with db.writing(program.engine) as session:
            item = items.get_item(session, item_id)
            text = items.translate(
                session, item, language=language, ready=not draft, **cast(Words, words)
            )
            heading = text.title
    say(f"Item {item_id} has its words in {language}: {heading}")


@contextmanager
def _progress(*, silent: bool) -> Iterator[Watch | None]:
    """Draw a bar on a terminal; elsewhere the report says enough."""
    console = Console(stderr=True)
    if silent or not console.is_terminal:
        yield None
        return
    columns = (TextColumn("Reading"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("entries", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _tell(report: Report) -> None:
    counts = ", ".join(f"{report.count(outcome)} {outcome}" for outcome in Outcome)
    rows = [
        (item.id, item.outcome, item.type, item.language, item.title)
        for item in report.items
        if item.outcome is not Outcome.UNCHANGED
    ]
    if rows:
        table(("No", "", "Type", "Language", "Title"), rows)
    for refused in report.refused:
        say(f"Refused: {refused.entry}: {refused.reason}")
    for warning in report.warnings:
        say(f"Note: {warning}")
    say(f"{counts}.")


def _line(item: Item, texts: dict[str, ItemText]) -> dict[str, Any]:
    source = texts.get(item.language)
    return {
        "id": item.id,
        "title": source.title if source else "",
        "language": item.language,
        "type": item.type.value,
        "state": item.state.value,
        "published_at": _moment(item.published_at),
        "languages": sorted(texts, key=lambda language: language != item.language),
    }


def _everything(session: Session, program: Program, item: Item) -> dict[str, Any]:
    texts = items.find_texts(session, [item.id or 0])[item.id or 0]
    source = texts.get(item.language)
    shared = ("url", "author", "credit", "attribution", "video_url")
    return {
        **_line(item, texts),
        **{name: getattr(item, name) for name in shared},
        "image": _image(session, program, item, source),
        "documents": item.documents,
        "event": _event(item),
        "texts": {language: _words(text, source) for language, text in texts.items()},
    }


def _image(
    session: Session, program: Program, item: Item, source: ItemText | None
) -> dict[str, Any] | None:
    asset = session.get(Asset, item.asset_id) if item.asset_id else None
    if asset is None:
        return None
    return {
        "url": program.settings.base_url + asset.path,
        "width": asset.width,
        "height": asset.height,
        "size": asset.size,
        "alt": source.alt if source else "",
        "caption": source.caption if source else "",
        "credit": item.credit,
    }


def _event(item: Item) -> dict[str, Any] | None:
    if item.starts_at is None:
        return None
    zone = item.timezone or "UTC"
    return {
        "starts_at": _moment(item.starts_at, zone),
        "ends_at": _moment(item.ends_at, zone),
        "all_day": item.all_day,
        "place": item.place,
        "reply_by_at": _moment(item.reply_by_at, zone),
        "timezone": item.timezone,
    }


def _words(text: ItemText, source: ItemText | None) -> dict[str, Any]:
    names = (
        "title",
        "summary",
        "body",
        "caption",
        "alt",
        "link_text",
        "url",
        "version",
    )
    stale = source is not None and items.is_stale(source, text)
    state = "source changed" if stale else "ready" if text.ready else "draft"
    return {name: getattr(text, name) for name in names} | {"state": state}


def _moment(moment: datetime | None, zone: str = "UTC") -> str | None:
    """Return a moment in ISO 8601, as the clock in `zone` shows it."""
    return moment.astimezone(ZoneInfo(zone)).isoformat() if moment else None


def _row(line: dict[str, Any]) -> tuple[Any, ...]:
    day = (line["published_at"] or "")[:10]
    languages = " ".join(line["languages"])  # the source language comes first
    return line["id"], day, line["type"], languages, line["title"]


def _body(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        source = (
            typer.get_binary_stream("stdin") if str(path) == "-" else path.open("rb")
        )
        with source as file:
            data = file.read(_MAX_BODY + 1)
    except OSError as error:
        raise BadText(f"{path} cannot be read: {error.strerror}.") from error
    if len(data) > _MAX_BODY:
        raise BadText(f"{path} is larger than {_MAX_BODY // 1_000_000} MB.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadText(f"{path} is not UTF-8 text.") from error


def _check_language(program: Program, language: str) -> None:
    ours = program.settings.languages
    if language not in ours:
        raise BadText(f"{language} is not one of our languages: {', '.join(ours)}.")
