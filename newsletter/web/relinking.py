"""A fresh link for whoever lost theirs: the same answer for every address."""

from http import HTTPStatus

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from newsletter.i18n import N_
from newsletter.web import clients, negotiation
from newsletter.web.choices import Said
from newsletter.web.deps import Form, Here, Site, Writing
from newsletter.web.failures import not_found
from newsletter.web.pages import Frame
from subscribers import addresses, requests
from subscribers.addresses import Address
from subscribers.clock import utcnow
from subscribers.errors import InvalidAddress
from subscribers.models import RequestKind
from subscribers.requests import Draft

router = APIRouter()

_PROMISED = N_(
    "If we know this address, a mail is on its way to it. Open the link in it."
)
_PER_CLIENT = 20  # within a quarter of an hour; an office may share one address


@router.get("/{language}/subscribe/link")
def look(language: str, here: Here) -> HTMLResponse:
    """Show the field."""
    return _page(here, _spoken(here, language))


@router.post("/{language}/subscribe/link")
def send(
    language: str, form: Form, request: Request, here: Here, session: Writing
) -> HTMLResponse:
    """Promise a mail, whoever has this address; a job knows whether there is one."""
    spoken = _spoken(here, language)
    typed = form.get("email", "")
    try:
        address = addresses.normalise(typed)
    except InvalidAddress:
        wrong = N_("This is not a complete address. It looks like name@example.org.")
        return _page(here, spoken, Said(wrong, faulty="email", typed=typed[:254]))
    _count(request, here)
    # No person sees the second field, so whoever fills it in is none.
    if not form.get("remark"):
        _keep(session, here, address, spoken)
    return _page(here, spoken, Said(_PROMISED))


def _keep(session: Session, here: Site, address: Address, language: str) -> None:
    draft = Draft(
        kind=RequestKind.LINK,
        address=address,
        language=language,
        form=f"/{language}/subscribe/link",
    )
    requests.ask(session, here.settings.keys, draft)


def _count(request: Request, here: Site) -> None:
    client = clients.address_of(request, here.settings.trusted_proxies)
    name, now = f"link {client}", utcnow()
    if here.throttle.is_tired(name, limit=_PER_CLIENT, now=now):
        raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS)
    here.throttle.note(name, now=now)


def _spoken(here: Site, language: str) -> str:
    found = negotiation.match(language, here.settings.languages)
    if found is None:
        raise not_found()
    return found


def _page(here: Site, language: str, said: Said | None = None) -> HTMLResponse:
    refused = bool(said and said.faulty)
    return here.pages.answer(
        "public/fresh_link.html",
        language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
        frame=Frame(language, home=f"/{language}/"),
        said=said,
    )
