"""Ask for the letter: /{lang}/subscribe. One answer, whoever the address belongs to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from newsletter import db
from newsletter.i18n import N_
from newsletter.web import agreements, clients, published, site
from newsletter.web.asgi import origin_of, with_script
from newsletter.web.deps import Form, Here, Site
from newsletter.web.proof import challenge, solved
from newsletter.web.stamps import is_human, stamp
from subscribers import addresses, lists, pressure, requests, typos, wordings
from subscribers.addresses import Address
from subscribers.clock import utcnow
from subscribers.errors import InvalidAddress
from subscribers.models import MailingList, RequestKind
from subscribers.requests import Draft

router = APIRouter()

# How long the mail waits, while machines flood the form, for whoever proved nothing.
_KEPT_BACK = timedelta(minutes=30)

_SITE = re.compile(r"https?://[A-Za-z0-9.-]{1,200}(:\d{1,5})?")
_NOT_AN_ADDRESS = N_("This is not an e-mail address. It looks like name@example.org.")
_TAKES_NO_MAIL = N_("This domain takes no mail. Is the part after the @ right?")
_NO_LIST = N_("Choose at least one letter.")
_ONCE_MORE = N_("Is everything right? Then press the button once more.")


@dataclass(frozen=True)
class Filled:
    """The form as somebody filled it in, and what is to be said about it."""

    email: str = ""
    language: str = ""
    chosen: tuple[int, ...] = ()
    problem: str = ""  # beside the address
    remark: str = ""  # above the button
    suggestion: str = ""  # what the address was probably meant to be
    sure: str = ""  # the address about which that question was answered
    site: str = ""  # another website, whose form this began on


@router.get("/{language}/subscribe")
def show(language: str, request: Request, here: Here) -> HTMLResponse:
    """Show the form, and what the letter is, how to get it and how to leave it."""
    with db.reading(here.engine) as session:
        tag = site.spoken(session, here, language)
        offered = lists.offered(session)
        wanted = request.query_params.get("list", "")
        chosen = [each for each in offered if each.slug == wanted] or offered[:1]
        filled = Filled(language=tag, chosen=_ids(chosen))
        return _form(here, session, tag, filled, now=utcnow())


@router.post("/{language}/subscribe")
def ask(language: str, request: Request, form: Form, here: Here) -> HTMLResponse:
    """Write down what was asked; a mail settles it. Nothing here tells who is known."""
    now = utcnow()
    client = clients.address_of(request, here.settings.trusted_proxies)
    network = pressure.network_of(here.settings.keys, client)
    with db.reading(here.engine) as session:
        tag = site.spoken(session, here, language)
        tired = pressure.is_tired(session, network, now=db.now(session))
        offered = lists.offered(session)
    if tired:
        return site.refused(here, tag, HTTPStatus.TOO_MANY_REQUESTS)
    # No transaction is open here: this may ask the DNS.
    filled, address = _read(here, offered, tag, form, now)
    filled = replace(filled, site=_site(here, request, form))
    with db.writing(here.engine) as session:
        # A field no person sees: whoever fills it in is told what they expect.
        if form.get("website"):
            return _sent(here, session, tag)
        if address is None:
            return _form(here, session, tag, filled, now=now)
        _keep(session, here, tag, filled, address, _Origin(network, form))
        return _sent(here, session, tag)


@dataclass(frozen=True)
class _Origin:
    """Where a request came from, and what it brought along."""

    network: str | None
    form: Mapping[str, str]


def _read(
    here: Site,
    offered: list[MailingList],
    tag: str,
    form: Mapping[str, str],
    now: datetime,
) -> tuple[Filled, Address | None]:
    """Return the form with what is wrong about it, or with an address to write to."""
    chosen = [each for each in offered if form.get(f"list-{each.slug}") == "1"]
    spoken = form.get("language", "")
    filled = Filled(
        email=form.get("email", "").strip()[:254],
        sure=form.get("sure", "")[:254],
        language=spoken if spoken in _languages(offered) else tag,
        # A form with one letter, or on another site, need not name it.
        chosen=_ids(chosen or offered[:1] if "lists" not in form else chosen),
    )
    try:
        address = addresses.normalise(filled.email)
    except InvalidAddress:
        return replace(filled, problem=_NOT_AN_ADDRESS), None
    if not filled.chosen:
        return replace(filled, remark=_NO_LIST), None
    remark = _doubt(here, filled, address, form, now)
    return (remark, None) if remark else (filled, address)


def _doubt(
    here: Site, filled: Filled, address: Address, form: Mapping[str, str], now: datetime
) -> Filled | None:
    """Return what to ask about a readable address, None if there is nothing."""
    suggestion = typos.suggest(address.email)
    if suggestion and filled.sure != address.email:
        return replace(filled, suggestion=suggestion)
    if here.domains and here.domains.refuses_mail(address.email):
        return replace(filled, problem=_TAKES_NO_MAIL)
    if not is_human(here.settings.keys, form.get("stamp", ""), now=now):
        return replace(filled, remark=_ONCE_MORE)
    return None


def _site(here: Site, request: Request, form: Mapping[str, str]) -> str:
    """Return the website a form was sent from, or says that it was; "" for ours."""
    told = form.get("site") or request.headers.get("origin", "")
    ours = origin_of(here.settings.base_url)
    return told if told != ours and _SITE.fullmatch(told) else ""


def _delay(session: Session, proof: str, now: datetime) -> timedelta:
    """Return how long to keep the mail back: only while the form is being flooded."""
    fresh = proof and not requests.is_used(session, proof, now=now)
    if fresh or not pressure.is_busy(session, now=now):
        return timedelta()
    return _KEPT_BACK


def _keep(
    session: Session,
    here: Site,
    tag: str,
    filled: Filled,
    address: Address,
    origin: _Origin,
) -> None:
    keys = here.settings.keys
    shown = [
        wordings.register(session, each.id or 0, tag, agreements.words_of(each, tag)).id
        for each in lists.offered(session)
        if each.id in filled.chosen
    ]
    now = db.now(session)
    proof = solved(keys, origin.form.get("proof", ""), now=now)
    requests.ask(
        session,
        keys,
        Draft(
            RequestKind.JOIN,
            address,
            filled.language,
            list_ids=filled.chosen,
            wording_ids=tuple(each for each in shown if each),
            form=f"/{tag}/subscribe" + (f" on {filled.site}" if filled.site else ""),
            network=origin.network,
            proof=proof,
            delay=_delay(session, proof, now),
        ),
    )


def _form(
    here: Site, session: Session, tag: str, filled: Filled, *, now: datetime
) -> HTMLResponse:
    offered = lists.offered(session)
    keys = here.settings.keys
    busy = pressure.is_busy(session, now=db.now(session))
    wrong = bool(filled.problem or filled.remark == _NO_LIST)
    page = here.pages.answer(
        "public/subscribe.html",
        tag,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        frame=site.frame_of(here, session, tag, lambda other: f"/{other}/subscribe"),
        latest=next(iter(published.listed(session)), None),
        base=here.settings.base_url,
        filled=filled,
        offered=[_Offer.of(each, tag, filled) for each in offered],
        languages=_languages(offered) or (tag,),
        stamp=stamp(keys, now=now),
        challenge=challenge(keys, now=now) if busy else None,
    )
    if busy:
        page.headers.update(with_script(here.settings.base_url))
    return page


@dataclass(frozen=True)
class _Offer:
    """A letter that can be asked for, as the form shows it."""

    mailing_list: MailingList
    name: str
    description: str
    words: str  # what is agreed to
    chosen: bool

    @classmethod
    def of(cls, mailing_list: MailingList, tag: str, filled: Filled) -> "_Offer":
        return cls(
            mailing_list,
            mailing_list.name_in(tag),
            mailing_list.description_in(tag),
            agreements.words_of(mailing_list, tag),
            mailing_list.id in filled.chosen,
        )


def _sent(here: Site, session: Session, tag: str) -> HTMLResponse:
    """Say the same to everybody: look into your mailbox."""
    return here.pages.answer(
        "public/asked.html",
        tag,
        frame=site.frame_of(here, session, tag, lambda other: f"/{other}/subscribe"),
    )


def _ids(chosen: list[MailingList]) -> tuple[int, ...]:
    return tuple(each.id for each in chosen if each.id)


def _languages(offered: list[MailingList]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for each in offered for tag in each.languages))
