"""Commands about an issue on the web: who finds it, and what was wrong in it."""

from typing import Annotated

import typer

from newsletter import db, editions, issues
from newsletter.cli.program import JsonFlag, answer, opened, say
from newsletter.models import IssueState, Visibility
from subscribers.models import MailingList

app = typer.Typer()

IssueId = Annotated[int, typer.Argument(metavar="ISSUE", help="Number of the issue.")]

_MEANS = {
    Visibility.PUBLIC: "stands in the archive, its feed and its search",
    Visibility.UNLISTED: "opens for whoever has its address, and stands on no list",
    Visibility.PRIVATE: "opens only through the links in its readers’ mail",
}


@app.command()
def visibility(
    issue_id: IssueId,
    who: Annotated[
        Visibility, typer.Argument(metavar="VISIBILITY", help="Who finds it.")
    ],
    json: JsonFlag = False,
) -> None:
    """Set who finds an issue on the web: public, unlisted or private.

    It can be changed at any time, and pages obey at once. Mail that has left keeps
    the links it left with, so decide about private before sending.
    """
    with opened() as program, db.writing(program.engine) as session:
        issue = issues.get_issue(session, issue_id)
        has_left = issue.state not in (IssueState.DRAFT, IssueState.SCHEDULED)
        closing = who is Visibility.PRIVATE and issue.visibility is not who
        issues.show_to(session, issue, who)
        mailing_list = session.get_one(MailingList, issue.list_id)
        listed = issues.is_listed(issue, mailing_list)
    if json:
        answer({"id": issue_id, "visibility": who.value, "listed": listed})
        return
    say(f"Issue {issue_id} {_MEANS[who]}.")
    if who is Visibility.PUBLIC and not listed:
        say("It went to a segment or a private list, so it is listed nowhere yet.")
    if closing and has_left:
        say("“View online” in mail that has left now leads nowhere.")


@app.command()
def correct(
    issue_id: IssueId,
    language: Annotated[str, typer.Option("--language", help="Tag, for example nl.")],
    note: Annotated[
        str, typer.Option(help="What was wrong, for readers; in that language.")
    ],
    json: JsonFlag = False,
) -> None:
    """Correct an edition on the web after it has left; mail cannot be called back.

    Change the words first (`newsletter items translate`, `newsletter items event`):
    the page is made anew from them, and says when and what was corrected.
    """
    with opened() as program, db.writing(program.engine) as session:
        issue = issues.get_issue(session, issue_id)
        edition = editions.correct(
            session,
            issue,
            program.settings,
            language=language,
            note=note,
            now=db.now(session),
        )
        done = {
            "id": issue_id,
            "language": edition.language,
            "corrected_at": edition.corrected_at,
            "correction": edition.correction,
            "url": f"{program.settings.base_url}/{edition.language}/{issue.slug}",
        }
        private = issue.visibility is Visibility.PRIVATE
    if json:
        answer(done)
        return
    where = "its readers’ own links" if private else done["url"]
    say(f"Corrected: {where}. The mail that left says what it said.")
