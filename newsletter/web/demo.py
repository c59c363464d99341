"""The demo's own page: four readers' mailboxes, as the letter reached them.

Only `newsletter demo` includes these addresses, since whoever opens them reads other
people's mail.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote, urlsplit

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session, col, select

from newsletter import config, deliveries, i18n
from newsletter.config import INTERFACE_LANGUAGES
from newsletter.demo import letters, sample
from newsletter.demo.letters import Letter
from newsletter.models import Issue, IssueState
from newsletter.web.deps import Asked, Here, Reading, Site
from newsletter.web.failures import not_found
from newsletter.web.pages import Frame, frame
from subscribers import lists
from subscribers.models import Subscriber, Subscription, SubscriptionState

router = APIRouter()


@dataclass(frozen=True)
class Box:
    """One reader's mailbox, with the words that stand around it."""

    address: str
    language: str
    name: str
    frame_title: str
    not_yet: str
    has_left: bool
    letter: Letter | None
    time: str


@dataclass(frozen=True)
class Progress:
    """How far the newest issue has come."""

    accepted: int
    total: int
    waiting: bool  # for something that will come by itself


@router.get("/demo")
def mailboxes(wishes: Asked, here: Here, session: Reading) -> HTMLResponse:
    """Show the four mailboxes side by side; refreshes itself until all have mail."""
    language = wishes.language(INTERFACE_LANGUAGES)
    words = sample.page_words(language)
    boxes = [
        _box(here, session, address, language) for address in sample.issue().mailboxes
    ]
    progress = _progress(session, waiting=any(box.letter is None for box in boxes))
    return here.pages.answer(
        "public/demo.html",
        language,
        words=words,
        frame=_frame(session, language, "/demo"),
        demo_stylesheet=_stylesheet(),
        boxes=boxes,
        waiting=progress.waiting,
        progress=_counted(progress, words, language),
        no_language=_no_language(session, words, language),
        staff_line=words["staff"].format(email=sample.organisation().staff["email"]),
    )


@router.get("/demo/mail/{name}.html")
def letter_html(name: str, here: Here) -> HTMLResponse:
    """Show the HTML part alone: no script, no form, no picture but our own."""
    letter = _letter(here, name)
    policy = _frame_policy(here.settings.base_url)
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}
    return HTMLResponse(letters.in_new_tabs(letter.html), headers=headers)


@router.get("/demo/mail/{name}.txt")
def letter_source(name: str, here: Here) -> Response:
    """Send the whole message, byte for byte as it arrived."""
    source = _letter(here, name).source
    return Response(source, media_type="text/plain; charset=us-ascii")


@router.get("/demo/site/{path:path}")
def elsewhere(path: str, wishes: Asked, here: Here, session: Reading) -> HTMLResponse:
    """Stand in for the website of the organisation, which does not exist."""
    language = wishes.language(INTERFACE_LANGUAGES)
    shown = f"/{path[:200]}"
    return here.pages.answer(
        "public/demo_site.html",
        language,
        words=sample.page_words(language),
        frame=_frame(session, language, f"/demo/site{quote(shown)}"),
        path=shown,
    )


def _frame(session: Session, language: str, path: str) -> Frame:
    mailing_list = lists.get(session)
    return frame(
        mailing_list,
        language,
        offered=INTERFACE_LANGUAGES,
        href=lambda other: f"{path}?in={other}",
    )


def _letter(here: Site, name: str) -> Letter:
    letter = letters.find(here.settings.mailbox_dir, name)
    if letter is None:
        raise not_found()
    return letter


def _box(here: Site, session: Session, address: str, language: str) -> Box:
    reader = session.exec(select(Subscriber).where(Subscriber.email == address)).first()
    letter = letters.newest(here.settings.mailbox_dir, address)
    name = reader.name if reader else address
    words = sample.page_words(language)
    time = ""
    if letter:
        local = letter.received_at.astimezone(here.settings.zone)
        time = f"{local:%H:%M}"
    return Box(
        address=address,
        language=(reader.language if reader else None) or here.settings.languages[0],
        name=name,
        frame_title=words["mail_frame"].format(name=name),
        not_yet=words["not_yet"].format(name=name),
        has_left=reader is not None and _has_left(session, reader),
        letter=letter,
        time=time,
    )


def _has_left(session: Session, reader: Subscriber) -> bool:
    query = select(Subscription.state).where(
        Subscription.subscriber_id == reader.id,
        Subscription.state == SubscriptionState.UNSUBSCRIBED,
    )
    return session.exec(query).first() is not None


def _progress(session: Session, *, waiting: bool) -> Progress:
    query = select(Issue).where(Issue.state != IssueState.DRAFT)
    issue = session.exec(query.order_by(col(Issue.id).desc())).first()
    if issue is None:
        return Progress(0, 0, waiting=waiting)
    report = deliveries.status(session, issue)
    running = issue.state in (
        IssueState.SCHEDULED,
        IssueState.STARTING,
        IssueState.SENDING,
    )
    return Progress(report.states["accepted"], report.total, waiting=running or waiting)


def _counted(progress: Progress, words: dict[str, str], language: str) -> str:
    if not progress.total:
        return ""
    return words["progress"].format(
        accepted=i18n.number(progress.accepted, language),
        total=i18n.number(progress.total, language),
    )


def _no_language(session: Session, words: dict[str, str], language: str) -> str:
    query = select(Subscriber).where(col(Subscriber.language).is_(None))
    reader = session.exec(query.order_by(col(Subscriber.id))).first()
    if reader is None:
        return ""
    default = sample.organisation().languages[0]
    spoken = i18n.language_name(default, language)
    return words["no_language"].format(name=reader.name, language=spoken)


def _frame_policy(base_url: str) -> str:
    parts = urlsplit(base_url)
    return (
        f"default-src 'none'; img-src 'self' {parts.scheme}://{parts.netloc}; "
        "style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; "
        "form-action 'none'; sandbox allow-popups allow-popups-to-escape-sandbox "
        "allow-top-navigation-by-user-activation"
    )


@cache
def _stylesheet() -> str:
    """Return the address of the sheet, which changes with its content."""
    content = config.find("web", "static", "demo.css").read_bytes()
    return f"/static/demo.css?{hashlib.sha256(content).hexdigest()[:8]}"
