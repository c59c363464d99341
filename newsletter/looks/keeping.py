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

# What titles of each design are usually set in.
USUAL = {Design.LETTER: Face.SERIF, Design.NEWS: Face.SANS, Design.BULLETIN: Face.SANS}


@dataclass(frozen=True)
class Changes:
    """What to change about a look; None leaves a thing as it is.

    A new design brings its usual titles, unless they are named with it.
    """

    design: Design | None = None
    titles: Face | None = None
    logo: bytes | None = None  # of a picture; b"" for none
    template: str | None = None  # MJML; "" for none


@dataclass(frozen=True)
class Ready:
    """Changes that have been tried: a template that works, a logo that is drawn."""

    changes: Changes
    logo: media.Picture | None = None


def prepare(changes: Changes) -> Ready:
    """Try changes before they are kept; it takes seconds, so no transaction is open.

    Raises BadTemplate, UnreadableImage or BadLook with what cannot work.
    """
    template = (changes.template or "").strip()
    if template:
        rendering.try_template(template)
    return Ready(changes, logos.draw(changes.logo) if changes.logo else None)


def get(session: Session, mailing_list: MailingList) -> Look:
    """Return the list's look: the usual one, not yet kept, if it never had another."""
    found = session.get(Look, mailing_list.id)
    return found or Look(
        list_id=mailing_list.id or 0,
        design=Design.LETTER,
        titles=USUAL[Design.LETTER],
    )


def change(
    session: Session, mailing_list: MailingList, ready: Ready, *, folder: Path
) -> Look:
    """Change the look; `folder` is where pictures are kept.

    Issues that were frozen before stay as they are.
    """
    look, changes = get(session, mailing_list), ready.changes
    if changes.design:
        look.design, look.titles = changes.design, USUAL[changes.design]
    look.titles = changes.titles or look.titles
    if changes.template is not None:
        look.template = changes.template.strip()
    if ready.logo:
        look.asset_id = media.keep(session, ready.logo, folder=folder, origin="logo").id
    elif changes.logo is not None:
        look.asset_id = None
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
