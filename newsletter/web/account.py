"""One's own account: the language of the pages, /account."""

from http import HTTPStatus
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from newsletter.config import INTERFACE_LANGUAGES
from newsletter.models import Staff
from newsletter.web import sessions
from newsletter.web.deps import Writing
from newsletter.web.sessions import GenuineForm, SignedIn

router = APIRouter(dependencies=[Depends(sessions.same_site)])


@router.post("/account/language")
def speak(
    request: Request, visitor: SignedIn, form: GenuineForm, session: Writing
) -> Response:
    """Show pages in another language from now on, and go back to where they were."""
    person = session.get(Staff, visitor.person.id)
    wanted = form.get("language", "")
    if person and wanted in INTERFACE_LANGUAGES:
        person.language = wanted
    return RedirectResponse(_back(request), HTTPStatus.SEE_OTHER)


def _back(request: Request) -> str:
    """Return the page they came from, of ours: never a whole address of a stranger."""
    parts = urlsplit(request.headers.get("referer", ""))
    here = parts.path.startswith("/") and not parts.path.startswith("//")
    query = f"?{parts.query}" if parts.query else ""
    return parts.path + query if here else "/issues"
