"""The sections of one issue: /issues/{issue_id}/sections."""

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response

from newsletter import editions, i18n, issues
from newsletter.web import changing, matrix, numbered, sessions
from newsletter.web.changing import Asking, Writer
from newsletter.web.deps import Here, Reading
from newsletter.web.sessions import GenuineForm

router = APIRouter(dependencies=[Depends(sessions.same_site)])


@router.get("/issues/{issue_id}/sections")
def every(issue_id: int, visitor: Writer, here: Here, session: Reading) -> HTMLResponse:
    """Show the sections of an issue with what each language calls them."""
    issue = numbered.issue(session, issue_id)
    coverage = editions.coverage(session, issue)
    shown = matrix.of(session, issue, coverage, language=visitor.language)
    return here.pages.answer(
        "staff/sections_of_issue.html",
        visitor.language,
        visitor=visitor,
        issue=issue,
        groups=[group for group in shown.groups if group.name],
        languages=coverage.languages,
        usual=i18n.section_name,
        editable=issue.state in issues.EDITABLE,
    )


@router.post("/issues/{issue_id}/sections")
def add(issue_id: int, form: GenuineForm, asker: Asking) -> Response:
    """Add a section at the end."""
    issue = numbered.issue(asker.session, issue_id)
    name = form.get("name", "")
    return changing.attempt(
        asker, issue, lambda by: issues.add_section(asker.session, issue, name, by=by)
    )


@router.post("/issues/{issue_id}/sections/names")
def rename(issue_id: int, form: GenuineForm, asker: Asking) -> Response:
    """Say what a section is called in each language: `name-fr`, `name-nl`."""
    issue = numbered.issue(asker.session, issue_id)
    spoken = editions.coverage(asker.session, issue).languages
    names = {tag: form.get(f"name-{tag}", "") for tag in spoken}
    section = form.get("section", "")
    return changing.attempt(
        asker,
        issue,
        lambda by: issues.name_section(
            asker.session, issue, section, names=names, by=by
        ),
    )


@router.post("/issues/{issue_id}/sections/order")
def move(issue_id: int, form: GenuineForm, asker: Asking) -> Response:
    """Move a section with its items: `step` is "up" or "down", and its name."""
    issue = numbered.issue(asker.session, issue_id)
    towards, _, section = form.get("step", "").partition(" ")
    down, seen = towards == "down", changing.seen(form)
    return changing.attempt(
        asker,
        issue,
        lambda by: issues.move_section(
            asker.session, issue, section, down=down, by=by, seen=seen
        ),
    )


@router.post("/issues/{issue_id}/sections/remove")
def remove(issue_id: int, form: GenuineForm, asker: Asking) -> Response:
    """Take a section away; its items go to the one before."""
    issue = numbered.issue(asker.session, issue_id)
    section = form.get("section", "")
    return changing.attempt(
        asker,
        issue,
        lambda by: issues.remove_section(asker.session, issue, section, by=by),
    )
