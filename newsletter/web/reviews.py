"""A reviewer without an account reads an issue and says what they think: /r/{token}."""

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from newsletter import db, editions, i18n, reviews
from newsletter.config import INTERFACE_LANGUAGES
from newsletter.errors import BadReview
from newsletter.models import Guest, Issue, Verdict
from newsletter.reviews import About
from newsletter.web import pages, previews, sessions
from newsletter.web.deps import Asked, Form, Here, Reading, Site, Wishes, Writing
from newsletter.web.failures import not_found
from subscribers.models import MailingList

router = APIRouter(dependencies=[Depends(sessions.same_site)])

_LONGEST_TOKEN = 100


@dataclass(frozen=True)
class Draft:
    """What somebody wrote that could not be kept, and why; it is not lost."""

    words: str = ""
    item: str = ""
    problem: str = ""


@router.get("/r/{token}")
def read(  # noqa: PLR0913  # what a page needs, and three things of its address
    token: str,
    wishes: Asked,
    here: Here,
    session: Reading,
    show: str = "",
    width: str = "phone",
    said: str = "",
) -> HTMLResponse:
    """Show the letter in a language, and where to say something about it."""
    opened = _open(session, token)
    if opened is None:
        return _closed(here, wishes)
    return _page(here, wishes, session, opened, token, _View(show, width, said))


@router.get("/r/{token}/letter/{language}")
def letter(token: str, language: str, here: Here, session: Reading) -> HTMLResponse:
    """Send the mail itself, for a frame without rights."""
    opened = _open(session, token)
    if opened is None:
        raise not_found()
    _, issue = opened
    html = previews.html(
        session,
        issue,
        language,
        settings=here.settings,
        others=f"/r/{token}/letter/",
    )
    headers = {"Content-Security-Policy": previews.policy(here.settings)}
    return HTMLResponse(html, headers=headers)


@router.post("/r/{token}/comments")
def comment(
    token: str, form: Form, wishes: Asked, here: Here, session: Writing
) -> Response:
    """Keep a comment; what cannot be kept is shown again, with the reason."""
    opened = _open(session, token)
    if opened is None:
        return _closed(here, wishes)
    guest, issue = opened
    spoken = [each.language for each in editions.editions_of(session, issue)]
    language = form.get("language", "")
    item = form.get("item", "")
    about = About(
        item_id=int(item)
        if item.isascii() and item.isdigit() and len(item) < 10
        else None,
        language=language if language in spoken else "",
    )
    words = form.get("words", "")
    try:
        reviews.comment(session, guest, words, about, now=db.now(session))
    except BadReview as problem:
        draft = Draft(
            words, item, i18n.told(problem, wishes.language(here.settings.languages))
        )
        view = _View(language, "phone", "")
        return _page(here, wishes, session, opened, token, view, draft)
    return _back(token, language, "comment")


@router.post("/r/{token}/verdict")
def verdict(
    token: str, form: Form, wishes: Asked, here: Here, session: Writing
) -> Response:
    """Keep what they make of it all; whoever made the link is told by mail."""
    opened = _open(session, token)
    if opened is None:
        return _closed(here, wishes)
    guest, _ = opened
    word = form.get("verdict", "")
    if word not in set(Verdict):
        raise not_found()
    reviews.judge(session, guest, Verdict(word), now=db.now(session))
    return _back(token, form.get("language", ""), "verdict")


@dataclass(frozen=True)
class _View:
    show: str  # the language of the letter
    width: str
    said: str  # what has just been done


def _open(session: Session, token: str) -> tuple[Guest, Issue] | None:
    if len(token) > _LONGEST_TOKEN:
        return None
    return reviews.find(session, token, now=db.now(session))


def _page(  # noqa: PLR0913  # a page, and what was typed on it
    here: Site,
    wishes: Wishes,
    session: Session,
    opened: tuple[Guest, Issue],
    token: str,
    view: _View,
    draft: Draft | None = None,
) -> HTMLResponse:
    guest, issue = opened
    coverage = editions.coverage(session, issue)
    mailing_list = session.get_one(MailingList, issue.list_id)
    language = wishes.language(INTERFACE_LANGUAGES)
    draft = draft or Draft()
    return here.pages.answer(
        "public/review.html",
        language,
        status=422 if draft.problem else 200,
        frame=pages.frame(mailing_list, language),
        issue=issue,
        guest=guest,
        token=token,
        coverage=coverage,
        shown=previews.chosen(coverage.languages, view.show),
        width="desktop" if view.width == "desktop" else "phone",
        comments=reviews.comments(session, issue, guest=guest),
        said=view.said,
        draft=draft,
        verdicts=Verdict,
        longest=reviews.LONGEST,
    )


def _closed(here: Site, wishes: Wishes) -> HTMLResponse:
    """Say that a link opens nothing any more, whatever the reason."""
    language = wishes.language(INTERFACE_LANGUAGES)
    return here.pages.answer(
        "public/review_closed.html",
        language,
        status=HTTPStatus.NOT_FOUND,
        frame=pages.Frame(language, home=f"/{language}/"),
    )


def _back(token: str, language: str, said: str) -> Response:
    tag = language if language.replace("-", "").isalnum() else ""
    where = f"/r/{token}?show={tag}&said={said}#say"
    return RedirectResponse(where, HTTPStatus.SEE_OTHER)
