"""What a list's letters look like: /settings/look."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from newsletter import db, i18n, looks
from newsletter.errors import BadLook, BadTemplate, UnreadableImage
from newsletter.i18n import N_
from newsletter.models import Action, Asset
from newsletter.rendering import Design, Face, Style, palette
from newsletter.web import sessions
from newsletter.web.deps import Here, Reading, Site, Writing
from newsletter.web.sessions import GenuineForm, SignedIn, Visitor
from newsletter.web.settings import chosen, wishes
from newsletter.web.settings.chosen import Admin
from newsletter.web.settings.files import GenuineUpload
from newsletter.web.settings.wishes import Wish, Wished
from subscribers import lists
from subscribers.models import MailingList

router = APIRouter(dependencies=[Depends(sessions.same_site)])

_NO_FILE = N_("Choose a picture first.")

DESIGNS = {
    Design.LETTER: (
        N_("Letter"),
        N_("Personal: the words of the house first, then its news."),
    ),
    Design.NEWS: (
        N_("Front page"),
        N_("A heading in colour, headlines in rows, pictures beside them."),
    ),
    Design.BULLETIN: (
        N_("Bulletin"),
        N_("A digest: many short items, numbered, at a glance."),
    ),
}
FACES = {Face.SERIF: N_("With serifs"), Face.SANS: N_("Without serifs")}


@router.get("/settings/look")
def show(
    visitor: SignedIn, here: Here, session: Reading, wished: Wished, saved: str = ""
) -> HTMLResponse:
    """Show the look, and a letter in what the address wishes of it."""
    return _page(here, visitor, session, wished, saved=saved)


@router.post("/settings/look")
def save(visitor: Admin, form: GenuineForm, here: Here, session: Writing) -> Response:
    """Keep design, titles and colour."""
    wish = wishes.read(form)
    own = lists.get(session, wish.slug)
    style = wishes.style_of(session, wish, base_url=here.settings.base_url)
    before = looks.style_of(session, own, base_url=here.settings.base_url)
    lists.change(session, own, lists.Changes(accent=style.accent))
    ready = looks.prepare(looks.Changes(design=style.design, titles=style.titles))
    looks.change(session, own, ready, folder=here.settings.media_dir)
    what = [
        name
        for name in ("design", "titles", "accent")
        if getattr(style, name) != getattr(before, name)
    ]
    chosen.changed(session, visitor, own, what, Action.CHANGED_LOOK)
    return _back(own)


@router.post("/settings/look/logo")
def change_logo(visitor: Admin, upload: GenuineUpload, here: Here) -> Response:
    """Keep another logo, or none."""
    slug = upload.fields.get("list") or None
    logo = b"" if "remove" in upload.fields else upload.files.get("logo")
    if logo is None:
        return _refused(here, visitor, slug, {"logo": _NO_FILE})
    try:
        ready = looks.prepare(looks.Changes(logo=logo))
    except (UnreadableImage, BadLook) as error:
        return _refused(
            here, visitor, slug, {"logo": i18n.told(error, visitor.language)}
        )
    return _kept(here, visitor, slug, ready, "logo")


@router.post("/settings/look/template")
def change_template(visitor: Admin, upload: GenuineUpload, here: Here) -> Response:
    """Keep a template of the organisation's own once it was tried, or none."""
    slug = upload.fields.get("list") or None
    template = "" if "remove" in upload.fields else wishes.template_of(upload)
    try:
        ready = looks.prepare(looks.Changes(template=template))
    except BadTemplate as error:
        errors = {"template": i18n.told(error, visitor.language)}
        return _refused(here, visitor, slug, errors, mjml=template)
    return _kept(here, visitor, slug, ready, "template")


def _kept(
    here: Site, visitor: Visitor, slug: str | None, ready: looks.Ready, what: str
) -> Response:
    # Trying takes seconds; only now is the transaction opened.
    with db.writing(here.engine) as session:
        own = lists.get(session, slug)
        looks.change(session, own, ready, folder=here.settings.media_dir)
        chosen.changed(session, visitor, own, [what], Action.CHANGED_LOOK)
        return _back(own, f"#{what}-h")


def _refused(
    here: Site,
    visitor: Visitor,
    slug: str | None,
    errors: Mapping[str, str],
    **more: Any,
) -> Response:
    with db.reading(here.engine) as session:
        return _page(here, visitor, session, Wish(slug), errors=errors, **more)


def _page(
    here: Site, visitor: Visitor, session: Session, wish: Wish, **more: Any
) -> HTMLResponse:
    own = lists.get(session, wish.slug)
    base_url = here.settings.base_url
    style = wishes.style_of(session, wish, base_url=base_url)
    look = looks.get(session, own)
    light, dark = palette.of(style.accent)
    values = {
        "style": style,
        "look": look,
        "logo": session.get(Asset, look.asset_id) if look.asset_id else None,
        "light": light,
        "dark": dark,
        "moved": bool(style.accent) and light.accent.lower() != style.accent,
        "unsaved": style != looks.style_of(session, own, base_url=base_url),
        "letter_in": wish.letter_in(own),
        "at_night": wish.dark,
        "source": f"/settings/look/letter?{_query(own, style, wish)}",
        "designs": DESIGNS,
        "faces": FACES,
        "mjml": look.template,
    }
    return chosen.page(here, visitor, session, "look.html", own, **values | more)


def _query(own: MailingList, style: Style, wish: Wish) -> str:
    stated = {
        "list": own.slug,
        "design": style.design.value,
        "titles": style.titles.value,
        "accent": style.accent,
        "letter": wish.letter_in(own),
        "scheme": "dark" if wish.dark else "light",
    }
    if not style.accent:
        stated["own_accent"] = "1"
    return urlencode(stated)


def _back(own: MailingList, place: str = "") -> Response:
    return RedirectResponse(
        f"/settings/look?list={own.slug}&saved=1{place}", HTTPStatus.SEE_OTHER
    )
