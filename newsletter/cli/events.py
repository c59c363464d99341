"""`newsletter items event`: when and where an event is, also after it was announced."""

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from newsletter import db, issues, items
from newsletter.cli.program import JsonFlag, answer, opened, say

app = typer.Typer()


@app.command("event")
def move(
    item_id: Annotated[int, typer.Argument(metavar="ID", help="The item's number.")],
    *,
    starts: Annotated[str | None, typer.Option(help='"2026-12-12 18:00".')] = None,
    ends: Annotated[str | None, typer.Option(help="The same; empty: none.")] = None,
    place: Annotated[str | None, typer.Option(help="Where; one line.")] = None,
    reply_by: Annotated[str | None, typer.Option(help="Empty: none.")] = None,
    all_day: Annotated[
        bool | None, typer.Option("--all-day/--hours", help="Whether hours are shown.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Move an event: in time, or to another place.

    Times are meant in the zone of the event. Calendars that hold it follow when its
    file is fetched again; letters that have left need `newsletter issues correct`.
    """
    with opened() as program, db.writing(program.engine) as session:
        item = items.get_item(session, item_id)
        zone = ZoneInfo(item.timezone) if item.timezone else program.settings.zone
        stated = {"starts_at": starts, "ends_at": ends, "reply_by_at": reply_by}
        facts: Any = {
            name: _moment(text, zone)
            for name, text in stated.items()
            if text is not None
        }
        facts |= {} if place is None else {"place": place}
        facts |= {} if all_day is None else {"all_day": all_day}
        items.move(session, item, **facts)
        moved = {
            "id": item_id,
            "starts_at": item.starts_at and item.starts_at.astimezone(zone),
            "ends_at": item.ends_at and item.ends_at.astimezone(zone),
            "place": item.place,
            "sequence": item.sequence,
        }
    if json:
        answer(moved)
        return
    say(f"Item {item_id} begins {moved['starts_at']}: {moved['place'] or 'no place'}.")


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    return issues.read_moment(text, zone) if text.strip() else None
