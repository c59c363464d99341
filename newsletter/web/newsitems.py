"""One piece of news outside any issue, for staff: /desk/items/{item_id}."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from newsletter import db, i18n, items, media
from newsletter.desk import capture, facts, fetches, reading
from newsletter.desk.facts import Wrong
from newsletter.errors import BadText, FetchFailed, FetchRefused, UnreadableImage
from newsletter.i18n import N_
from newsletter.items import links
from newsletter.models import Arrival, Asset, Item, ItemText, ItemType, Role
from newsletter.web import bodies, coming, handling, news, outline, sessions
from newsletter.web.deps import Here, Reading, Site, Writing
from newsletter.web.failures import not_found
from newsletter.web.sessions import GenuineForm, SignedIn, Visitor

logger = logging.getLogger(__name__)

router = APIRouter(dependencies=[Depends(sessions.same_site)])

Editor = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR))]
Writer = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR, Role.TRANSLATOR))]

_FIELDS = ("title", "summary", "alt", "caption", "link_text", "url")

PROBLEMS: Mapping[str, str] = {
    "title": N_("These words need a title."),
    "url": N_("This is not a web address. It looks like https://example.org."),
    "video_url": N_("This is not a web address. It looks like https://example.org."),
    "document": N_("This is not a web address. It looks like https://example.org."),
    "document-title": N_("A document needs a title."),
    "duration": N_("Write how long it lasts like 4:12."),
    "starts_on": N_("There is no such moment. Look at the day and the hour."),
    "ends_on": N_("It would end before it begins."),
    "reply_on": N_("Replies would be due after it begins."),
    "picture": N_("There is no picture that we could use at this address."),
    "body": N_("This text is too long for a letter."),
    "version": N_(
        "Somebody changed these words while you wrote. Yours are kept here: compare "
        "them with the ones below, then save."
    ),
}


@dataclass(frozen=True)
class Tab:
    """An item's words in one language."""

    language: str
    text: ItemText | None
    body: str  # as it is typed
    is_source: bool
    stale: bool
    may_write: bool


@router.get("/desk/items/new")
def new(visitor: Editor, here: Here, session: Reading) -> HTMLResponse:
    """Show an empty page for a piece of news."""
    return _blank(here, visitor, session, {}, "")


@router.post("/desk/items")
def write(visitor: Editor, form: GenuineForm, here: Here, session: Writing) -> Response:
    """Put a new piece of news on the desk."""
    language = form.get("language", "")
    if language not in reading.languages_of_letters(session):
        raise not_found()
    if not form.get("title", "").strip():
        return _blank(here, visitor, session, form, "title")
    kind = form.get("type", "")
    try:
        item = items.create(
            session,
            language=language,
            type=ItemType(kind) if kind in set(ItemType) else ItemType.STORY,
            arrived=Arrival.WRITTEN,
            added_by=visitor.name,
            title=form["title"],
            summary=form.get("summary", ""),
            body=bodies.read(form.get("body", "")),
        )
    except BadText:
        return _blank(here, visitor, session, form, "body")
    return _to(item)


@router.get("/desk/items/{item_id}")
def show(
    item_id: int, visitor: SignedIn, here: Here, session: Reading, language: str = ""
) -> HTMLResponse:
    """Show an item: its words in one language, and what all languages share."""
    return _page(here, visitor, session, _find(session, item_id), language=language)


@router.post("/desk/items/{item_id}")
def change(
    item_id: int, visitor: Editor, form: GenuineForm, here: Here, session: Writing
) -> Response:
    """Change what all languages share; add or take away a document."""
    item = _find(session, item_id)
    language = form.get("language", item.language)
    try:
        _change(session, item, form, here)
    except Wrong as wrong:
        session.expire_all()
        return _page(
            here,
            visitor,
            session,
            item,
            language=language,
            typed=form,
            wrong=wrong.field,
        )
    return _to(item, language)


@router.post("/desk/items/{item_id}/words/{language}")
def say(
    item_id: int,
    language: str,
    visitor: Writer,
    form: GenuineForm,
    here: Here,
    session: Writing,
) -> Response:
    """Write the words of one language, unless somebody else did so meanwhile."""
    item = _find(session, item_id)
    if language not in _languages(session, item):
        raise not_found()
    if not visitor.may_write_in(language):
        raise HTTPException(HTTPStatus.FORBIDDEN)
    wrong = _say(session, item, language, form)
    if wrong:
        session.expire_all()
        return _page(
            here, visitor, session, item, language=language, typed=form, wrong=wrong
        )
    return _to(item, language)


@router.post("/desk/items/{item_id}/read")
def read(
    item_id: int, _visitor: Editor, _form: GenuineForm, session: Writing
) -> Response:
    """Read the page behind an item once more."""
    item = _find(session, item_id)
    capture.read_again(session, item)
    return _to(item)


@router.post("/desk/items/{item_id}/picture")
def illustrate(
    item_id: int, visitor: Editor, form: GenuineForm, here: Here
) -> Response:
    """Give an item the picture at an address; it is copied and made smaller.

    The web is asked before a transaction begins.
    """
    url = links.safe(form.get("picture", "").strip()[:2000])
    picture = None
    try:
        picture = fetches.bring_picture(url, here.settings) if url else None
    except (FetchFailed, FetchRefused, UnreadableImage) as error:
        logger.info("a picture for item %s cannot be had: %s", item_id, type(error))
    with db.writing(here.engine) as session:
        item = _find(session, item_id)
        if picture is None:
            return _page(
                here,
                visitor,
                session,
                item,
                language=item.language,
                typed=form,
                wrong="picture",
            )
        folder = here.settings.media_dir
        kept = media.keep(session, picture, folder=folder, origin=url)
        items.illustrate(session, item, kept)
        return _to(item)


def _find(session: Session, item_id: int) -> Item:
    item = session.get(Item, item_id) if 0 < item_id < 2**31 else None
    if item is None or item.deleted_at is not None:
        raise not_found()
    return item


def _to(item: Item, language: str = "") -> Response:
    address = f"/desk/items/{item.id}"
    shown = f"?language={language}" if language and language != item.language else ""
    return RedirectResponse(address + shown, HTTPStatus.SEE_OTHER)


def _change(session: Session, item: Item, form: Mapping[str, str], here: Site) -> None:
    done = form.get("do", "")
    if done == "document":
        facts.add_document(
            session,
            item,
            url=form.get("document", ""),
            title=form.get("document-title", ""),
            language=form.get("language", item.language),
        )
    elif done.startswith("drop:"):
        items.remove_document(session, item, done.removeprefix("drop:"))
    elif done == "no picture":
        items.illustrate(session, item, None)
    else:
        facts.put(session, item, form, zone=here.settings.timezone)


def _say(session: Session, item: Item, language: str, form: Mapping[str, str]) -> str:
    """Write words down; return which field stands in the way, "" for none."""
    text = items.find_texts(session, [item.id or 0])[item.id or 0].get(language)
    if str(text.version if text else 0) != form.get("version", ""):
        return "version"
    if not form.get("title", "").strip():
        return "title"
    said = items.words.Words(title=form["title"])
    for name in _FIELDS:
        if name in form:
            said[name] = form[name]  # type: ignore[literal-required]  # one of its names
    try:
        said["body"] = bodies.read(form.get("body", ""))
        items.translate(session, item, language=language, ready="ready" in form, **said)
    except BadText:
        return "body"
    return ""


def _languages(session: Session, item: Item) -> list[str]:
    texts = items.find_texts(session, [item.id or 0])[item.id or 0]
    every = [item.language, *reading.languages_of_letters(session), *texts]
    return list(dict.fromkeys(every))


def _tabs(session: Session, item: Item, visitor: Visitor) -> list[Tab]:
    texts = items.find_texts(session, [item.id or 0])[item.id or 0]
    source = texts.get(item.language)
    return [
        Tab(
            language,
            text := texts.get(language),
            bodies.typed(text.body) if text else "",
            is_source=language == item.language,
            stale=bool(text and source and items.is_stale(source, text)),
            may_write=visitor.may_write_in(language),
        )
        for language in _languages(session, item)
    ]


def _page(  # noqa: PLR0913  # a page and what was wrong with what somebody typed
    here: Site,
    visitor: Visitor,
    session: Session,
    item: Item,
    *,
    language: str,
    typed: Mapping[str, str] | None = None,
    wrong: str = "",
) -> HTMLResponse:
    tabs = _tabs(session, item, visitor)
    shown = next((tab for tab in tabs if tab.language == language), tabs[0])
    (line,) = news.lines(
        session, [item], language=visitor.language, zone=here.settings.zone
    )
    picture = session.get(Asset, item.asset_id) if item.asset_id else None
    return here.pages.answer(
        "staff/item.html",
        visitor.language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        visitor=visitor,
        item=item,
        line=line,
        tabs=tabs,
        tab=shown,
        typed=typed or {},
        wrong=wrong,
        problem=i18n.translator(visitor.language)(PROBLEMS[wrong]) if wrong else "",
        kinds=outline.KINDS,
        picture=picture,
        local=_local(item, here),
        coming=coming.of(session, visitor),
    )


def _blank(
    here: Site,
    visitor: Visitor,
    session: Session,
    typed: Mapping[str, str],
    wrong: str,
) -> HTMLResponse:
    mailing_list = coming.list_of(session, visitor)
    written = handling.written_in(visitor, mailing_list) if mailing_list else "fr"
    return here.pages.answer(
        "staff/item_new.html",
        visitor.language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        visitor=visitor,
        languages=reading.languages_of_letters(session),
        written=typed.get("language", written),
        kinds=outline.KINDS,
        typed=typed,
        wrong=wrong,
        problem=i18n.translator(visitor.language)(PROBLEMS[wrong]) if wrong else "",
    )


def _local(item: Item, here: Site) -> dict[str, str]:
    """Return an event's moments as the fields of the form want them."""
    zone = ZoneInfo(item.timezone) if item.timezone else here.settings.zone

    def day(at: datetime | None) -> str:
        return at.astimezone(zone).strftime("%Y-%m-%d") if at else ""

    def hour(at: datetime | None) -> str:
        return at.astimezone(zone).strftime("%H:%M") if at and not item.all_day else ""

    length = item.video_seconds
    return {
        "starts_on": day(item.starts_at),
        "starts_at": hour(item.starts_at),
        "ends_on": day(item.ends_at),
        "ends_at": hour(item.ends_at),
        "reply_on": day(item.reply_by_at),
        "duration": f"{length // 60}:{length % 60:02}" if length else "",
        "zone": zone.key,
    }
