"""Commands that compose an issue: items, order, words, gaps, a look at the result."""

from typing import Annotated

import typer

from newsletter import db, editions, issues, items
from newsletter.cli.issues import words
from newsletter.cli.program import JsonFlag, answer, opened, say, table
from newsletter.issues.composing import Plan
from newsletter.models import Visibility
from subscribers import lists, segments
from subscribers.models import MissingPolicy

app = typer.Typer()

IssueId = Annotated[int, typer.Argument(metavar="ISSUE", help="Number of the issue.")]
Language = Annotated[str, typer.Option("--language", help="Tag, for example nl.")]


@app.command()
def create(
    title: Annotated[str, typer.Option(help="What staff call this issue.")],
    list_: Annotated[str | None, typer.Option("--list", help="Slug of a list.")] = None,
    segment: Annotated[str | None, typer.Option(help="Only these readers.")] = None,
    items_: Annotated[str, typer.Option("--items", help="Ids in order: 3,1,2.")] = "",
    latest: Annotated[int, typer.Option(help="Or the latest N items.")] = 0,
    languages: Annotated[str, typer.Option(help="fr,nl; empty: the list's.")] = "",
    visibility: Annotated[
        Visibility, typer.Option(help="Who will find it on the web.")
    ] = Visibility.PUBLIC,
    json: JsonFlag = False,
) -> None:
    """Create an issue from chosen items, or from the latest.

    Example: newsletter issues create --title "December" --latest 6
    """
    with opened() as program, db.writing(program.engine) as session:
        chosen = words.ids(items_)
        if latest:
            chosen += [i.id or 0 for i in items.latest(session, limit=latest)]
        plan = Plan(
            title=title,
            items=chosen,
            languages=words.words(languages),
            segment=segments.get(session, segment) if segment else None,
            visibility=visibility,
        )
        issue = issues.create(session, lists.get(session, list_), plan)
        made = words.summary(session, issue)
    if json:
        answer(made)
        return
    say(f"Issue {made['id']} “{title}” has {len(chosen)} items. Write its words next:")
    for tag in made["languages"]:
        say(f'  newsletter issues write {made["id"]} --language {tag} --subject "…"')


@app.command("list")
def list_command(json: JsonFlag = False) -> None:
    """List the issues, the newest first."""
    with opened() as program, db.reading(program.engine) as session:
        found = [words.summary(session, i) for i in issues.list_issues(session)]
    if json:
        answer(found)
        return
    columns = ("id", "title", "state", "send_at", "languages", "total")
    table(
        ("Issue", "Title", "State", "Sends at", "Languages", "Readers"),
        [[words.flat(row[name]) for name in columns] for row in map(words.line, found)],
    )


@app.command()
def arrange(
    issue_id: IssueId,
    items_: Annotated[str, typer.Option("--items", help="Ids in order: 3,1,2.")],
    section: Annotated[
        list[str] | None, typer.Option(help="Agenda:4 or Agenda:4,5; repeatable.")
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option("--section-name", help="A section's words: Agenda:de=Termine."),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Put an issue's items in order and into sections.

    Items of a section follow the plain ones; an item not named leaves the issue.
    """
    with opened() as program, db.writing(program.engine) as session:
        issue = issues.get_issue(session, issue_id)
        sections = words.sections(section or [])
        issues.arrange(session, issue, items=words.ids(items_), sections=sections)
        issue.section_names = words.section_names(issue.section_names, name or [])
        withdrawn = issues.recheck(session, issue, now=db.now(session))
        matrix = editions.coverage(session, issue)
        rows = [[r.item.id, r.section, r.title] for r in matrix.rows]
    if json:
        answer([dict(zip(("item", "section", "title"), r, strict=True)) for r in rows])
        return
    table(("Item", "Section", "Title"), rows)
    words.say_withdrawn(withdrawn, issue_id)


@app.command()
def write(
    issue_id: IssueId,
    language: Language,
    subject: Annotated[str | None, typer.Option(help="One line.")] = None,
    preheader: Annotated[
        str | None, typer.Option(help="What inboxes show after the subject.")
    ] = None,
    intro: Annotated[str | None, typer.Option(help="The opening words.")] = None,
    json: JsonFlag = False,
) -> None:
    """Write subject, preheader and intro of one edition."""
    with opened() as program, db.writing(program.engine) as session:
        issue = issues.get_issue(session, issue_id)
        edition = editions.write(
            session,
            issue,
            language=language,
            subject=subject,
            preheader=preheader,
            intro=intro,
        )
        withdrawn = issues.recheck(session, issue, now=db.now(session))
        saved = edition.model_dump(
            include={"language", "subject", "preheader", "intro"}
        )
    if json:
        answer(saved)
        return
    say(f"Saved the {language} words of issue {issue_id}.")
    words.say_withdrawn(withdrawn, issue_id)


@app.command()
def coverage(issue_id: IssueId, json: JsonFlag = False) -> None:
    """Show which item has words in which language, and what readers get instead."""
    with opened() as program, db.reading(program.engine) as session:
        matrix = editions.coverage(session, issues.get_issue(session, issue_id))
        if json:
            answer(words.matrix(matrix))
            return
        table(
            ("Item", "Section", "Title", *matrix.languages),
            [
                [r.item.id, r.section, r.title, *map(words.glyph, r.cells)]
                for r in matrix.rows
            ],
        )
        say(words.LEGEND)
        if gaps := matrix.undecided():
            say(f"{gaps} gaps have no decision: the list's default applies.")


@app.command()
def decide(
    issue_id: IssueId,
    item: Annotated[int | None, typer.Option(help="The item in question.")] = None,
    language: Annotated[str | None, typer.Option(help="Whose readers.")] = None,
    show: Annotated[
        str | None, typer.Option(help="Show the words of this language, labelled.")
    ] = None,
    leave_out: Annotated[bool, typer.Option(help="Leave the item out.")] = False,
    missing: Annotated[
        MissingPolicy | None, typer.Option(help="Settle every open gap alike.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Settle a gap: show another language's words, or leave the item out."""
    one_gap = item is not None and language and (bool(show) != leave_out)
    if bool(one_gap) == bool(missing):
        raise typer.BadParameter(
            "give --item, --language and --show or --leave-out; or --missing alone"
        )
    with opened() as program, db.writing(program.engine) as session:
        issue = issues.get_issue(session, issue_id)
        if missing:
            editions.decide_missing(session, issue, policy=missing)
        elif item is not None and language:
            editions.decide(session, issue, item_id=item, language=language, show=show)
        withdrawn = issues.recheck(session, issue, now=db.now(session))
        left = editions.coverage(session, issue)
        if json:
            answer(words.matrix(left))
            return
    say(f"Decided. {left.undecided()} gaps follow the default.")
    words.say_withdrawn(withdrawn, issue_id)
