"""`newsletter series`: rhythms by which drafts of new issues are prepared."""

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from sqlmodel import Session

from newsletter import db, series
from newsletter.cli import lists as list_commands
from newsletter.cli.program import JsonFlag, answer, opened, say, table
from newsletter.models import Series, Turn
from newsletter.series import Moment, Proposal
from subscribers import lists
from subscribers.models import MailingList

app = typer.Typer(
    no_args_is_help=True,
    help="Recurring issues: drafts prepared by a rule, sent when approved.",
)

SeriesId = Annotated[int, typer.Argument(metavar="ID", help="Number of the series.")]
ListSlug = Annotated[str, typer.Argument(metavar="LIST", help="Slug of the list.")]
Titles = Annotated[
    list[str],
    typer.Option(
        "--title",
        metavar="LANG=WORDS",
        help='Title and subject: "News of {month}"; also {year}, {number}, {date}. '
        "Once per language, or without LANG= for every other language.",
    ),
]
RuleWords = Annotated[
    str,
    typer.Option(
        "--rule",
        help='"first Tuesday 10:00", "every Monday 08:00"; fr, nl or de will do too.',
    ),
]
Timezone = Annotated[
    str | None, typer.Option(help="Zone of the rule; default: the list's.")
]
Ahead = Annotated[
    int, typer.Option(help="Hours before its moment that a draft is prepared.")
]
AtLeast = Annotated[int, typer.Option(help="Items; with fewer an issue is skipped.")]
_SHOWN = 5  # moments

_SAID = {
    Turn.PREPARED: "the draft was prepared, of {found} items",
    Turn.THIN: "too little news: {found} items",
    Turn.OPEN: "skipped, an earlier draft still waited",
    Turn.MISSED: "missed, the program was not running",
    Turn.UNAPPROVED: "not sent, nobody had approved it",
}


@app.command()
def add(
    list_: ListSlug,
    *,
    title: Titles,
    rule: RuleWords,
    timezone: Timezone = None,
    ahead: Ahead = 48,
    at_least: AtLeast = 3,
    json: JsonFlag = False,
) -> None:
    """Let drafts of a list be prepared by a rule. They leave only when approved.

    Example: newsletter series add newsletter --title "fr=Nouvelles de {month}"
    --rule "first Tuesday 10:00"
    """
    plan = series.Plan(
        titles=list_commands.by_language(title),
        rule=rule,
        timezone=timezone,
        ahead=ahead,
        at_least=at_least,
    )
    with opened() as program, db.writing(program.engine) as session:
        now = db.now(session)
        made = series.add(session, lists.get(session, list_), plan, now=now)
        facts = _facts(session, made, now)
    _tell(facts, json=json)


@app.command("list")
def list_all(*, json: JsonFlag = False) -> None:
    """List the series, when each comes round next, and how the last time went."""
    with opened() as program, db.reading(program.engine) as session:
        now = db.now(session)
        found = [_facts(session, each, now) for each in series.every(session)]
    if json:
        answer(found)
        return
    table(
        ("Series", "List", "Rule", "Zone", "Next", "Last time"),
        [
            (
                one["id"],
                one["list"],
                one["says"],
                one["timezone"],
                _shown(one["next"]) or "paused",
                one["said"],
            )
            for one in found
        ],
    )


@app.command()
def show(series_id: SeriesId, *, json: JsonFlag = False) -> None:
    """Show a series and its next moments."""
    with opened() as program, db.reading(program.engine) as session:
        facts = _facts(session, series.get(session, series_id), db.now(session))
    _tell(facts, json=json)


@app.command()
def pause(series_id: SeriesId, *, json: JsonFlag = False) -> None:
    """Prepare nothing more until somebody resumes; a draft that is there stays."""
    with opened() as program, db.writing(program.engine) as session:
        found = series.get(session, series_id)
        series.pause(session, found)
        facts = _facts(session, found, db.now(session))
    _tell(facts, json=json)


@app.command()
def resume(series_id: SeriesId, *, json: JsonFlag = False) -> None:
    """Go on with the next moment from now."""
    with opened() as program, db.writing(program.engine) as session:
        found, now = series.get(session, series_id), db.now(session)
        series.resume(session, found, now=now)
        facts = _facts(session, found, now)
    _tell(facts, json=json)


@app.command()
def remove(series_id: SeriesId, *, json: JsonFlag = False) -> None:
    """Forget a series; its issues stay, as issues like any other."""
    with opened() as program, db.writing(program.engine) as session:
        series.remove(session, series.get(session, series_id))
    if json:
        answer({"id": series_id, "removed": True})
        return
    say(f"Series {series_id} is removed. Its issues stay.")


@app.command()
def prepare(
    series_id: SeriesId,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be taken.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Prepare the next issue of a series now, instead of when it is time."""
    with opened() as program:
        if dry_run:
            with db.reading(program.engine) as session:
                found, now = series.get(session, series_id), db.now(session)
                moment = found.next_at or now
                proposal = series.propose(session, found, moment=moment, now=now)
                facts = _proposed(proposal)
        else:
            with db.writing(program.engine) as session:
                found, now = series.get(session, series_id), db.now(session)
                issue = series.prepare_now(session, found, now=now)
                facts = {"id": issue.id, "number": issue.number, "title": issue.title}
                facts |= {"send_at": _iso(issue.send_at)}
    if json:
        answer(facts)
    elif dry_run:
        _say_proposed(facts)
    else:
        say(f"Issue {facts['id']} “{facts['title']}” is prepared. It leaves once")
        say(f"somebody has approved it: newsletter issues approve {facts['id']}")


def _facts(session: Session, found: Series, now: datetime) -> dict[str, Any]:
    mailing_list = session.get_one(MailingList, found.list_id)
    coming = series.moments_of(found, now, count=_SHOWN)
    zone = ZoneInfo(found.timezone)
    waiting = series.open_draft(session, found)
    return {
        "id": found.id,
        "list": mailing_list.slug,
        "titles": found.titles,
        "rule": found.rule,
        "says": series.say(series.rule_of(found), "en"),
        "timezone": found.timezone,
        "ahead": found.ahead,
        "at_least": found.at_least,
        "active": found.active,
        "next": _iso(found.next_at, zone),
        "moments": [_moment(each, zone) for each in coming],
        "turn": found.turn,
        "turn_at": _iso(found.turn_at, zone),
        "said": _said(found),
        "waiting": waiting.id if waiting else None,
    }


def _said(found: Series) -> str:
    if found.turn is None or found.turn_at is None:
        return ""
    day = _iso(found.turn_at, ZoneInfo(found.timezone))
    return f"{_shown(day)}: {_SAID[found.turn].format(found=found.found)}"


def _moment(moment: Moment, zone: ZoneInfo) -> dict[str, Any]:
    return {"at": _iso(moment.at, zone), "moved": moment.moved}


def _tell(facts: dict[str, Any], *, json: bool) -> None:
    if json:
        answer(facts)
        return
    rows = [
        ("series", facts["id"]),
        ("list", facts["list"]),
        ("titles", list_commands.plain(_named(facts["titles"]))),
        ("rule", facts["says"]),
        ("timezone", facts["timezone"]),
        ("prepared", f"{facts['ahead']} hours ahead, of {facts['at_least']} items up"),
        ("next", "\n".join(map(_line, facts["moments"])) or "paused"),
        ("last time", facts["said"]),
        ("waiting", f"issue {facts['waiting']}" if facts["waiting"] else ""),
    ]
    table(("", ""), [row for row in rows if row[1]])


def _named(titles: dict[str, str]) -> dict[str, str]:
    return {language or "others": words for language, words in titles.items()}


def _line(moment: dict[str, Any]) -> str:
    shown = _shown(moment["at"])
    # The hour it names does not exist that night.
    return f"{shown} (moved: the clocks go forward)" if moment["moved"] else shown


def _proposed(proposal: Proposal) -> dict[str, Any]:
    collection = proposal.collection
    default = proposal.mailing_list.default_language
    section = {each: name for name, ids in collection.sections.items() for each in ids}
    by_id = {item.id: item for item in collection.items}
    return {
        "number": proposal.number,
        "title": proposal.titles[default],
        "moment": _iso(proposal.moment, proposal.zone),
        "enough": not proposal.is_thin,
        "at_least": proposal.at_least,
        "items": [
            {
                "item": each,
                "section": section[each],
                "title": collection.title_of(by_id[each], default),
            }
            for each in section
        ],
        "languages": list(collection.languages),
        "left_out": dict(collection.left_out),
        "more": collection.more,
    }


def _say_proposed(facts: dict[str, Any]) -> None:
    rows = [(one["item"], one["section"], one["title"]) for one in facts["items"]]
    table(("Item", "Section", "Title"), rows)
    if facts["more"]:
        say(f"{facts['more']} more would stay on the desk.")
    for language, count in facts["left_out"].items() if facts["enough"] else ():
        say(f"{language} would be left out: {count} items have words in it.")
    if facts["enough"]:
        languages, moment = ", ".join(facts["languages"]), _shown(facts["moment"])
        say(f"It would be “{facts['title']}” in {languages}, for {moment}.")
    else:
        say(f"Too little for an issue: it needs {facts['at_least']} in a language.")


def _iso(moment: datetime | None, zone: ZoneInfo | None = None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(zone or ZoneInfo("UTC")).isoformat()


def _shown(iso: str | None) -> str:
    return f"{datetime.fromisoformat(iso):%a %d %b %Y %H:%M}" if iso else ""
