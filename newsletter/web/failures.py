"""What a page says when it cannot do what was asked, in the visitor's language."""

import logging
import secrets
from http import HTTPStatus

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response

from newsletter import i18n
from newsletter.errors import NewsletterError
from newsletter.i18n import N_
from newsletter.web import sessions
from newsletter.web.asgi import is_for_staff, policy
from newsletter.web.deps import Site, site_of, wishes_of
from newsletter.web.pages import Frame
from newsletter.web.sessions import Visitor
from subscribers.errors import SubscriberError
from subscribers.sentences import Told

logger = logging.getLogger(__name__)

_SENTENCES = {
    400: (N_("We could not read this"), N_("Please go back and try again.")),
    401: (
        N_("You are not logged in any more"),
        N_(
            "Log in again in another window, then try once more: what you typed is "
            "still here."
        ),
    ),
    403: (N_("This is not yours to do"), N_("Ask a colleague who may.")),
    404: (
        N_("There is no page here"),
        N_("The address may be mistyped, or the page has moved."),
    ),
    405: (
        N_("This address does not work that way"),
        N_("Please go back and use the button on the page."),
    ),
    410: (N_("This link is over"), N_("Ask whoever sent it to you for a new one.")),
    413: (N_("That was too much at once"), N_("Please send something smaller.")),
    429: (
        N_("Too many attempts"),
        N_("Please wait a quarter of an hour and try again."),
    ),
    500: (
        N_("Something went wrong on our side"),
        N_("Nothing was lost. Please try again in a moment."),
    ),
}


# No page asked who is there: none stands at this address, or none that works that way.
_NO_PAGE = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}


class Gone(Exception):
    """A link that opened something once; its sentence is a msgid."""


def register(app: FastAPI) -> None:
    """Let every failure end in a page of ours."""
    app.add_exception_handler(HTTPException.__mro__[1], refused)
    app.add_exception_handler(RequestValidationError, unreadable)
    app.add_exception_handler(NewsletterError, broken_rule)
    app.add_exception_handler(SubscriberError, broken_rule)
    app.add_exception_handler(Gone, gone)
    app.add_exception_handler(Exception, broken)


def not_found() -> HTTPException:
    """Return the exception that ends in the page for 404."""
    return HTTPException(HTTPStatus.NOT_FOUND)


def refused(request: Request, error: Exception) -> Response:
    """Show the page for a status that a page or the router raised."""
    status = getattr(error, "status_code", 500)
    if status in _NO_PAGE and is_for_staff(request.url.path):
        _look_who_is_there(request)
    answer = show(request, status)
    answer.headers.update(getattr(error, "headers", None) or {})
    return answer


def unreadable(request: Request, _error: Exception) -> Response:
    """Show what an address gets whose parts make no sense, a number in letters, say."""
    return show(request, HTTPStatus.NOT_FOUND)


def broken_rule(request: Request, error: Exception) -> Response:
    """Say in the error's own sentence which rule stands in the way."""
    lost = isinstance(error, LookupError)
    status = HTTPStatus.NOT_FOUND if lost else HTTPStatus.CONFLICT
    language = _language_of(request)
    said = i18n.told(error, language) if isinstance(error, Told) else str(error)
    return show(request, status, sentence=said)


def gone(request: Request, error: Exception) -> Response:
    """Say that a link opens nothing any more, and what to do."""
    sentence = i18n.translator(_language_of(request))(str(error))
    return show(request, HTTPStatus.GONE, sentence=sentence)


def broken(request: Request, error: Exception) -> Response:
    """Log what went wrong under a reference, and show that reference."""
    reference = secrets.token_hex(4)
    logger.error("A page failed; reference %s", reference, exc_info=error)
    answer = show(request, 500, reference=reference)
    # This answer is made outside of everything that adds headers to answers.
    base_url = site_of(request).settings.base_url
    answer.headers.update(policy(request.url.path, base_url=base_url))
    return answer


def show(
    request: Request, status: int, *, sentence: str = "", reference: str = ""
) -> HTMLResponse:
    """Return the page for a status; statuses without words share those of 400.

    Staff see it among their own pages, except for what a script puts into one.
    """
    is_fragment = "hx-request" in request.headers
    return page(
        site_of(request),
        _language_of(request),
        status,
        sentence=sentence,
        reference=reference,
        visitor=None if is_fragment else _visitor_of(request),
    )


def _look_who_is_there(request: Request) -> None:
    if _visitor_of(request) is None:
        here = site_of(request)
        secret = sessions.secret_of(request, here)
        visitor = sessions.visitor_of(secret, wishes_of(request), here)
        request.state.visitor = visitor


def _visitor_of(request: Request) -> Visitor | None:
    """Return who is logged in, if that was found out before the page failed."""
    found: Visitor | None = getattr(request.state, "visitor", None)
    return found


def _language_of(request: Request) -> str:
    visitor = _visitor_of(request)
    if visitor is not None:
        return visitor.language
    return wishes_of(request).language(site_of(request).settings.languages)


def page(
    here: Site,
    language: str,
    status: int,
    *,
    sentence: str = "",
    reference: str = "",
    visitor: Visitor | None = None,
) -> HTMLResponse:
    """Return the same page in a language that is known already."""
    title, advice = _SENTENCES.get(status, _SENTENCES[500 if status >= 500 else 400])
    return here.pages.answer(
        "staff/failure.html" if visitor else "public/failure.html",
        language,
        status=status,
        visitor=visitor,
        title=title,
        advice=sentence or advice,
        reference=reference,
        frame=Frame(language, home=f"/{language}/"),
    )
