"""Commands of whoever decides whether a draft leaves: approve it, or discard it."""

import typer
from sqlmodel import Session

from newsletter import checks, db, estimates, issues
from newsletter.cli.issues import words
from newsletter.cli.issues.send import IssueId
from newsletter.cli.program import JsonFlag, Program, answer, opened, say, who
from newsletter.models import Issue, IssueState
from newsletter.relays import Estimate

app = typer.Typer()


@app.command()
def approve(issue_id: IssueId, json: JsonFlag = False) -> None:
    """Approve an issue as it stands; if it has its moment, it leaves then.

    Lists that ask for approval and recurring drafts send nothing without. Any change
    to its words, items or order afterwards withdraws the approval.
    """
    with opened() as program:
        expected = _expected(program, issue_id)
        with db.writing(program.engine) as session:
            issue = issues.get_issue(session, issue_id)
            now = db.now(session)
            checks.require_ready(session, issue, settings=program.settings, now=now)
            issues.approve(session, issue, by=who(), now=now)
            needed = issues.needs_approval(session, issue)
            facts = _facts(session, issue)
    if json:
        answer(facts | {"estimate": words.estimate_facts(expected)})
        return
    say(f"Issue {issue_id} “{issue.title}” is approved by {issue.approved_by}.")
    if issue.state is IssueState.SCHEDULED:
        say(f"It leaves {words.when(issue)}.")
    else:
        say("It has no moment to come. Say when it leaves:")
        say(f'  newsletter issues schedule {issue_id} --at "…"')
    if not needed:
        say("Its list does not ask for approval: it could have left without.")
    words.say_estimate(expected)


@app.command()
def discard(issue_id: IssueId, json: JsonFlag = False) -> None:
    """End a draft that nobody wants; its items and its number are free again."""
    with opened() as program, db.writing(program.engine) as session:
        issue = issues.get_issue(session, issue_id)
        issues.discard(session, issue)
        facts = _facts(session, issue)
    if json:
        answer(facts)
        return
    say(f"Issue {issue_id} “{issue.title}” is discarded. Its items are free again.")


def _expected(program: Program, issue_id: int) -> Estimate | None:
    with db.reading(program.engine) as session:
        issue = issues.get_issue(session, issue_id)
        now = db.now(session)
        return estimates.of_issue(session, program.settings, issue, now=now)


def _facts(session: Session, issue: Issue) -> dict[str, object]:
    return {
        "id": issue.id,
        "state": issue.state.value,
        "send_at": issue.send_at.isoformat() if issue.send_at else None,
        "approved": issues.is_approved(session, issue),
        "approved_by": issue.approved_by,
        "approved_at": issue.approved_at.isoformat() if issue.approved_at else None,
    }
