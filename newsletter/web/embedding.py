"""The sign-up form for other websites, and the staff page that shows it: /forms."""

from dataclasses import dataclass

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response

from newsletter import qr
from newsletter.web import agreements, sessions
from newsletter.web.deps import Here, Reading
from newsletter.web.failures import not_found
from newsletter.web.pages import Pages
from newsletter.web.sessions import SignedIn
from subscribers import lists
from subscribers.models import MailingList

router = APIRouter(dependencies=[Depends(sessions.same_site)])


@dataclass(frozen=True)
class Embed:
    """A form in one language: what to copy."""

    name: str
    slug: str
    language: str
    code: str
    link: str  # to the form on our own pages


def code(pages: Pages, base_url: str, mailing_list: MailingList, language: str) -> str:
    """Return the form as plain HTML: no script, no frame, nothing of anybody else's.

    It carries no stamp of ours, so our own page asks its reader to press once more.
    """
    return pages.text(
        "public/embed.html",
        language,
        base=base_url,
        slug=mailing_list.slug,
        words=agreements.words_of(mailing_list, language),
    )


@router.get("/forms")
def show(visitor: SignedIn, here: Here, session: Reading) -> HTMLResponse:
    """Show every form as it looks, with the lines to copy."""
    base_url = here.settings.base_url
    embeds = [
        Embed(
            each.name_in(tag),
            each.slug,
            tag,
            code(here.pages, base_url, each, tag),
            _link(base_url, each, tag),
        )
        for each in lists.offered(session)
        for tag in each.languages
    ]
    return here.pages.answer(
        "staff/forms.html", visitor.language, visitor=visitor, embeds=embeds
    )


@router.get("/forms/code.svg")
def square(
    _visitor: SignedIn,
    here: Here,
    session: Reading,
    list: str = "",  # noqa: A002  # the glossary's word, in the address
    language: str = "",
) -> Response:
    """Draw the square for phones that opens a form, to be printed on posters."""
    own = next((each for each in lists.offered(session) if each.slug == list), None)
    if own is None or language not in own.languages:
        raise not_found()
    name = f"attachment; filename={own.slug}-{language}.svg"
    return Response(
        qr.file(_link(here.settings.base_url, own, language)),
        media_type="image/svg+xml",
        headers={"Content-Disposition": name},
    )


def _link(base_url: str, mailing_list: MailingList, language: str) -> str:
    return f"{base_url}/{language}/subscribe?list={mailing_list.slug}"
