"""The mail itself, for a frame: /issues/{issue_id}/preview/{language}."""

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from newsletter.web import numbered, previews, sessions
from newsletter.web.deps import Here, Reading
from newsletter.web.sessions import SignedIn

router = APIRouter(dependencies=[Depends(sessions.same_site)])


@router.get("/issues/{issue_id}/preview/{language}")
def preview(
    issue_id: int, language: str, _visitor: SignedIn, here: Here, session: Reading
) -> HTMLResponse:
    """Send the mail itself, for a frame without rights: no script, no forms."""
    issue = numbered.issue(session, issue_id)
    html = previews.html(session, issue, language, settings=here.settings)
    headers = {"Content-Security-Policy": previews.policy(here.settings)}
    return HTMLResponse(html, headers=headers)
