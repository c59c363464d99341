"""The languages of an issue: gaps settled at once, languages left out and taken in."""

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response

from newsletter import db, deliveries, editions, i18n, issues
from newsletter.web import changing, numbered, sessions
from newsletter.web.changing import Asking, Writer
from newsletter.web.deps import Here, Reading
from newsletter.web.sessions import GenuineForm

router = APIRouter(dependencies=[Depends(sessions.same_site)])


@router.post("/issues/{issue_id}/missing")
def missing(issue_id: int, form: GenuineForm, asker: Asking) -> Response:
    """Settle the gaps of one language: `settle` is "nl fr", or "nl" to leave out."""
    issue = numbered.issue(asker.session, issue_id)
    language, _, show = form.get("settle", "").partition(" ")
    return changing.attempt(
        asker,
        issue,
        lambda by: editions.decide_language(
            asker.session, issue, language, show=show or None, by=by
        ),
    )


@router.get("/issues/{issue_id}/languages/{language}/leave")
def leaving(
    issue_id: int, language: str, visitor: Writer, here: Here, session: Reading
) -> HTMLResponse:
    """Say what it means to leave a language out, before it is done."""
    issue = numbered.issue(session, issue_id)
    issues.require_editable(issue)
    edition = editions.get_edition(session, issue, language)
    others = [
        tag
        for tag in editions.coverage(session, issue).languages
        if tag != edition.language
    ]
    return here.pages.answer(
        "staff/leave_out.html",
        visitor.language,
        visitor=visitor,
        issue=issue,
        tag=edition.language,
        others=others,
    )


@router.get("/issues/{issue_id}/languages/{language}/readers")
def readers(
    issue_id: int, language: str, visitor: Writer, here: Here, session: Reading
) -> HTMLResponse:
    """Count whose letter a language is, and what they would get without it."""
    issue = numbered.issue(session, issue_id)
    tag = editions.get_edition(session, issue, language).language
    tags, now = editions.coverage(session, issue).languages, db.now(session)
    kept = [each for each in tags if each != tag]
    before = deliveries.languages_of(session, issue, languages=tags, now=now)
    after = (
        deliveries.languages_of(session, issue, languages=kept, now=now) if kept else {}
    )
    gained = [each for each in kept if after.get(each, 0) > before.get(each, 0)]
    return here.pages.answer(
        "staff/_leave_out.html",
        visitor.language,
        visitor=visitor,
        tag=tag,
        count=before.get(tag, 0),
        instead=i18n.listed(
            [i18n.language_name(each, visitor.language) for each in gained],
            visitor.language,
        ),
    )


@router.post("/issues/{issue_id}/languages/{language}/leave")
def leave(issue_id: int, language: str, _form: GenuineForm, asker: Asking) -> Response:
    """Let the issue not go out in a language; its words are kept."""
    issue = numbered.issue(asker.session, issue_id)
    return changing.attempt(
        asker,
        issue,
        lambda by: editions.leave_language_out(asker.session, issue, language, by=by),
    )


@router.post("/issues/{issue_id}/languages")
def take_in(issue_id: int, form: GenuineForm, asker: Asking) -> Response:
    """Let the issue go out in one more language of its list."""
    issue = numbered.issue(asker.session, issue_id)
    language = form.get("language", "")
    return changing.attempt(
        asker,
        issue,
        lambda by: editions.take_language_in(asker.session, issue, language, by=by),
    )
