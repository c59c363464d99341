"""What a letter is called, who is behind it, who may have it: /settings/letter."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from zoneinfo import available_timezones

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from newsletter import i18n
from newsletter.web import agreements, sessions
from newsletter.web.deps import Here, Reading, Writing
from newsletter.web.sessions import GenuineForm, SignedIn
from newsletter.web.settings import chosen
from newsletter.web.settings.chosen import Admin
from subscribers import lists
from subscribers.errors import BadList
from subscribers.lists import Changes
from subscribers.models import MailingList

router = APIRouter(dependencies=[Depends(sessions.same_site)])

_ROWS = 12  # topics; more than a reader would choose among


@router.get("/settings")
def first(_visitor: SignedIn) -> Response:
    """Begin with the letter itself."""
    return RedirectResponse("/settings/letter", HTTPStatus.SEE_OTHER)


@router.get("/settings/letter")
def show(
    visitor: SignedIn,
    here: Here,
    session: Reading,
    list: str | None = None,  # noqa: A002  # the glossary's word, in the address
    saved: str = "",
) -> HTMLResponse:
    """Show what is set about a list."""
    own = lists.get(session, list or None)
    return chosen.page(
        here, visitor, session, "letter.html", own, saved=saved, **_values(own)
    )


@router.post("/settings/letter")
def save(visitor: Admin, form: GenuineForm, here: Here, session: Writing) -> Response:
    """Change a list, or say next to each field what cannot work."""
    own = lists.get(session, form.get("list") or None)
    errors = _errors(form)
    refused = ""
    if not errors:
        before = own.model_dump()
        try:
            with session.begin_nested():
                lists.change(session, own, _changes(form, own))
        except BadList as error:
            refused = i18n.told(error, visitor.language)
        else:
            what = chosen.difference(before, own.model_dump())
            chosen.changed(session, visitor, own, what)
            return _back("letter", own)
    session.refresh(own)
    return chosen.page(
        here,
        visitor,
        session,
        "letter.html",
        own,
        errors=errors,
        refused=refused,
        **_values(own, form),
    )


@router.post("/settings/lists")
def add(visitor: Admin, form: GenuineForm, here: Here, session: Writing) -> Response:
    """Make another list, with the sender and the languages of the first one."""
    own = lists.get(session)
    name = form.get("name", "").strip()
    try:
        with session.begin_nested():
            made = lists.add(
                session,
                form.get("slug", "").strip().lower(),
                Changes(
                    names={"": name},
                    languages=own.languages,
                    sender=f"{own.sender_name} <{own.sender_address}>",
                    timezone=own.timezone,
                ),
            )
    except BadList as error:
        return chosen.page(
            here,
            visitor,
            session,
            "letter.html",
            own,
            refused=i18n.told(error, visitor.language),
            another=form,
            **_values(own),
        )
    chosen.changed(session, visitor, made, ["slug"])
    return _back("letter", made)


def _errors(form: Mapping[str, str]) -> dict[str, str]:
    found = {}
    if chosen.wrong_address(form.get("reply_to", "")):
        found["reply_to"] = chosen.NO_ADDRESS
    page = form.get("privacy_url", "").strip()
    if page and not page.startswith("https://"):
        found["privacy_url"] = chosen.NO_PAGE
    return found


def _changes(form: Mapping[str, str], own: MailingList) -> Changes:
    def words(field: str) -> dict[str, str]:
        return chosen.worded(form, field, own.languages)

    return Changes(
        names=words("name"),
        descriptions=words("description"),
        legal=words("legal"),
        consent=words("consent"),
        reply_to=form.get("reply_to", "").strip() or None,
        timezone=form.get("timezone") or None,
        privacy_url=form.get("privacy_url", "").strip(),
        public="public" in form,
        approval="approval" in form,
        acknowledge="acknowledge" in form,
        topics=_topics(form, own),
    )


def _topics(form: Mapping[str, str], own: MailingList) -> dict[str, dict[str, str]]:
    """Return the rows that have a name; one whose name is emptied goes."""
    found = {}
    for row in range(_ROWS):
        tag = form.get(f"topic.{row}", "").strip()
        if tag:
            words = chosen.worded(form, f"topic.{row}", own.languages)
            found[tag] = {language: said or tag for language, said in words.items()}
    return found


def _values(own: MailingList, form: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return what the fields hold: what is kept, or what somebody just wrote."""
    kept = {
        "reply_to": own.reply_to,
        "privacy_url": own.privacy_url,
        "timezone": own.timezone,
    }
    for tag in own.languages:
        kept[f"name.{tag}"] = own.names.get(tag, "")
        kept[f"description.{tag}"] = own.descriptions.get(tag, "")
        kept[f"legal.{tag}"] = own.legal.get(tag, "")
        kept[f"consent.{tag}"] = own.consent.get(tag, "")
    for row, (topic, words) in enumerate(own.topics.items()):
        kept[f"topic.{row}"] = topic
        kept |= {f"topic.{row}.{tag}": said for tag, said in words.items()}
    rows = min(len(own.topics) + 1, _ROWS)
    return {
        "kept": kept | dict(form or {}),
        "rows": rows,
        "zones": sorted(available_timezones()),
        "usual": {tag: agreements.words_of(own, tag) for tag in own.languages},
    }


def _back(screen: str, own: MailingList) -> Response:
    return RedirectResponse(
        f"/settings/{screen}?list={own.slug}&saved=1", HTTPStatus.SEE_OTHER
    )
