"""The look of a list: found, changed, and as the renderer wants it."""

from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from newsletter import media, rendering
from newsletter.looks import logos
from newsletter.models import Asset, Look
from newsletter.rendering import Design, Face, Picture, Style
from subscribers.clock import utcnow
from subscribers.models import MailingList

_USUAL = {Design.LETTER: Face.SERIF, Design.NEWS: Face.SANS, Design.BULLETIN: Face.SANS}


@dataclass(frozen=True)
class Changes:
    """What to change about a look; None leaves a thing as it is.

    A new design brings its usual titles, unless they are named with it.
    """

    design: Design | None = None
    titles: Face | None = None
    logo: bytes | None = None  # of a picture; b"" for none
    template: str | None = None  # MJML; "" for none


def get(session: Session, mailing_list: MailingList) -> Look:
    """Return the list's look: the usual one, not yet kept, if it never had another."""
    found = session.get(Look, mailing_list.id)
    return found or Look(
        list_id=mailing_list.id or 0,
        design=Design.LETTER,
        titles=_USUAL[Design.LETTER],
    )


def change(
    session: Session, mailing_list: MailingList, changes: Changes, *, folder: Path
) -> Look:
    """Change the look; `folder` is where pictures are kept.

    Raises BadTemplate, UnreadableImage or BadLook with what cannot work. Issues that
    were frozen before stay as they are.
    """
    look = get(session, mailing_list)
    if changes.design:
        look.design, look.titles = changes.design, _USUAL[changes.design]
    look.titles = changes.titles or look.titles
    if changes.template is not None:
        template = changes.template.strip()
        if template:
            rendering.try_template(template)
        look.template = template
    if changes.logo is not None:
        look.asset_id = _kept(session, changes.logo, folder) if changes.logo else None
    look.updated_at = utcnow()
    session.add(look)
    session.flush()
    return look


def style_of(session: Session, mailing_list: MailingList, *, base_url: str) -> Style:
    """Return what the renderer needs to know of a list's look."""
    look = get(session, mailing_list)
    asset = session.get(Asset, look.asset_id) if look.asset_id else None
    return Style(
        design=Design(look.design),
        titles=Face(look.titles),
        accent=mailing_list.accent,
        logo=Picture(base_url + asset.path, asset.width, asset.height)
        if asset
        else None,
        template=look.template,
    )


def _kept(session: Session, data: bytes, folder: Path) -> int | None:
    drawn = logos.draw(data)
    return media.keep(session, drawn, folder=folder, origin="logo").id
