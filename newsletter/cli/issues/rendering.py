"""The command that writes an edition to files, as anybody or as one person gets it."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from newsletter import db, deliveries, editions, issues
from newsletter.cli.issues.compose import IssueId
from newsletter.cli.program import JsonFlag, Program, answer, opened, say
from newsletter.deliveries import Explained
from newsletter.editions import Preview
from newsletter.messages import Reader

app = typer.Typer()


@dataclass(frozen=True)
class _Shown:
    """What there is to write, and for whom."""

    language: str
    preview: Preview | None
    why: Explained | None = None


@app.command()
def render(
    issue_id: IssueId,
    out: Annotated[Path, typer.Option(help="Folder; made if it is not there.")],
    *,
    language: Annotated[
        str | None, typer.Option(help="Tag of the edition, for example nl.")
    ] = None,
    as_: Annotated[
        str | None,
        typer.Option("--as", metavar="EMAIL", help="What this person gets, and why."),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Write one edition to files: issue.mjml, issue.html, issue.txt, message.eml.

    Links in them do nothing. With --as they are that person's own and act: what is
    written is what leaves, or what has left. Somebody who gets nothing: exit 1.
    """
    if bool(language) == bool(as_):
        raise typer.BadParameter("give --language or --as")
    with opened() as program:
        if language:
            shown = _Shown(language, _preview(program, issue_id, language))
        else:
            shown = _of_person(program, issue_id, as_ or "")
    if shown.preview:
        _write(shown.preview, out)
    if json:
        answer(_facts(shown, out))
    else:
        _tell(shown, out)
    if shown.preview is None:
        raise typer.Exit(1)


def _of_person(program: Program, issue_id: int, email: str) -> _Shown:
    with db.reading(program.engine) as session:
        issue = issues.get_issue(session, issue_id)
        keys, now = program.settings.keys, db.now(session)
        found = deliveries.explain(session, issue, email, keys, now=now)
    # A terminal shows the no-break spaces of dates as it likes.
    found = replace(found, sentence=found.sentence.replace("\u00a0", " "))
    if found.gets is None:
        return _Shown("", None, found)
    preview = _preview(program, issue_id, found.gets, reader=found.reader)
    return _Shown(found.gets, preview, found)


def _preview(
    program: Program, issue_id: int, language: str, *, reader: Reader | None = None
) -> Preview:
    with db.reading(program.engine) as session:
        return editions.preview(
            session,
            issues.get_issue(session, issue_id),
            language,
            program.settings,
            now=db.now(session),
            reader=reader,
        )


def _write(shown: Preview, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / "issue.mjml").write_text(shown.mjml, encoding="utf-8")
    (out / "issue.html").write_text(shown.html, encoding="utf-8")
    (out / "issue.txt").write_text(shown.text, encoding="utf-8")
    (out / "message.eml").write_bytes(shown.message)


def _facts(shown: _Shown, out: Path) -> dict[str, object]:
    facts: dict[str, object] = {"language": shown.language or None, "out": out}
    if shown.preview:
        facts["html_bytes"] = len(shown.preview.html.encode())
        facts["message_bytes"] = len(shown.preview.message)
        facts["changed_since"] = shown.preview.changed
    if shown.why:
        facts["because"] = shown.why.sentence
    return facts


def _tell(shown: _Shown, out: Path) -> None:
    if shown.why:
        say(shown.why.sentence)
    if shown.preview is None:
        return
    size = len(shown.preview.html.encode()) / 1000
    say(f"Wrote {out}/issue.mjml, .html ({size:.0f} KB), .txt and message.eml.")
    if shown.why:
        say("The links in them are this person’s own, and act.")
    if shown.preview.changed:
        say(
            "The letter has left as message.eml has it; issue.mjml has the words of "
            "today, which differ."
        )
