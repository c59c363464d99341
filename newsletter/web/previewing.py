"""The mail itself, for a frame: /issues/{issue_id}/preview/{language}."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from newsletter import db, editions
from newsletter.models import Issue
from newsletter.web import numbered, previews, sessions
from newsletter.web.deps import Here, Reading, Site
from newsletter.web.previews import Scheme
from newsletter.web.sessions import SignedIn, Visitor

router = APIRouter(dependencies=[Depends(sessions.same_site)])


@dataclass(frozen=True)
class Wish:
    """Which form of the mail is asked for; what makes no sense is the usual one."""

    scheme: Scheme
    pictures: bool
    text: bool
    number: int | None  # whose mail it is


def wish_of(
    scheme: str = "",
    images: str = "",
    part: str = "",
    number: Annotated[int | None, Query(alias="as", ge=1, lt=2**31)] = None,
) -> Wish:
    """Read the wish from the address; `w`, the width, is the frame's own affair."""
    shade = Scheme(scheme) if scheme in set(Scheme) else Scheme.LIGHT
    return Wish(shade, images != "off", part == "text", number)


@router.get("/issues/{issue_id}/preview/{language}")
def preview(
    issue_id: int,
    language: str,
    visitor: SignedIn,
    here: Here,
    session: Reading,
    wish: Annotated[Wish, Depends(wish_of)],
) -> HTMLResponse:
    """Send the mail itself, for a frame without rights: no script, no forms."""
    issue = numbered.issue(session, issue_id)
    page = _page(session, here, visitor, issue, language, wish)
    page = page if wish.pictures else previews.without_pictures(page)
    policy = previews.policy(here.settings, pictures=wish.pictures)
    return HTMLResponse(page, headers={"Content-Security-Policy": policy})


def _page(
    session: Session,
    here: Site,
    visitor: Visitor,
    issue: Issue,
    language: str,
    wish: Wish,
) -> str:
    settings, now = here.settings, db.now(session)
    if wish.number is not None:
        if not visitor.may_write:
            raise HTTPException(403)
        shown = previews.of_person(session, issue, language, wish.number, settings)
    elif wish.text:
        shown = editions.preview(session, issue, language, settings, now=now)
    else:
        html = previews.html(session, issue, language, settings=settings)
        return previews.framed(html, wish.scheme)
    if wish.text:
        return previews.text(shown, language)
    return previews.framed(shown.html, wish.scheme)
