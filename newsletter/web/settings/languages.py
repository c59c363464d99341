"""In which languages a letter is written, and what stands in: /settings/languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from babel import Locale
from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from newsletter import i18n
from newsletter.i18n import N_
from newsletter.web import sessions
from newsletter.web.deps import Here, Reading, Writing
from newsletter.web.sessions import GenuineForm, SignedIn
from newsletter.web.settings import chosen
from newsletter.web.settings.chosen import Admin
from subscribers import lists
from subscribers.errors import BadList
from subscribers.lists import Changes
from subscribers.models import MailingList, MissingPolicy

router = APIRouter(dependencies=[Depends(sessions.same_site)])

# Offered besides those in use; any other tag may be typed.
_COMMON = (
    *("fr", "nl", "de", "en", "es", "it", "pt", "pl", "ro", "el", "cs", "sk", "hu"),
    *("bg", "hr", "sl", "da", "sv", "fi", "et", "lv", "lt", "ga", "mt", "uk", "ru"),
    *("tr", "ar", "fa", "he", "sq", "sr", "ca", "eu", "gl", "lb", "zh", "ja", "sw"),
)
_NO_LANGUAGE = N_("We do not know this language. Write its tag, for example pt-BR.")


@dataclass(frozen=True)
class Line:
    """One language: who stands in for it, in order, and a sentence that says so."""

    tag: str
    others: tuple[str, ...]
    said: str


@router.get("/settings/languages")
def show(
    visitor: SignedIn,
    here: Here,
    session: Reading,
    list: str | None = None,  # noqa: A002  # the glossary's word, in the address
    saved: str = "",
) -> HTMLResponse:
    """Show the languages of a list in their order."""
    own = lists.get(session, list or None)
    return chosen.page(
        here,
        visitor,
        session,
        "languages.html",
        own,
        saved=saved,
        **_values(own, visitor.language),
    )


@router.post("/settings/languages")
def save(visitor: Admin, form: GenuineForm, here: Here, session: Writing) -> Response:
    """Change order, stand-ins and policy; add or remove one language."""
    own = lists.get(session, form.get("list") or None)
    added = form.get("add", "").strip()
    errors = {"add": _NO_LANGUAGE} if added and not _is_known(added) else {}
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
            return RedirectResponse(
                f"/settings/languages?list={own.slug}&saved=1", HTTPStatus.SEE_OTHER
            )
    session.refresh(own)
    return chosen.page(
        here,
        visitor,
        session,
        "languages.html",
        own,
        errors=errors,
        refused=refused,
        **_values(own, visitor.language),
    )


def _changes(form: Mapping[str, str], own: MailingList) -> Changes:
    tags = [tag for tag in _ordered(form, own) if tag != form.get("remove")]
    added = form.get("add", "").strip()
    wanted = [*tags, added] if added else tags
    return Changes(
        languages=wanted,
        missing=MissingPolicy(form.get("missing", own.missing)),
        fallbacks={
            tag: [
                other
                for place in range(1, 3)
                if (other := form.get(f"instead.{tag}.{place}", ""))
                in set(wanted) - {tag}
            ]
            for tag in wanted
        },
    )


def _ordered(form: Mapping[str, str], own: MailingList) -> list[str]:
    """Return the languages, the one that was moved up one place higher."""
    tags = list(own.languages)
    moved = form.get("up", "")
    if moved in tags[1:]:
        place = tags.index(moved)
        tags[place - 1], tags[place] = tags[place], tags[place - 1]
    return tags


def _values(own: MailingList, language: str) -> dict[str, Any]:
    unused = [tag for tag in _COMMON if tag not in own.languages]
    by_name = sorted(unused, key=lambda tag: i18n.language_name(tag, language))
    return {
        "lines": [_line(own, tag, language) for tag in own.languages],
        "more": by_name,
        "leaves_out": own.missing is MissingPolicy.LEAVE_OUT,
    }


def _line(own: MailingList, tag: str, language: str) -> Line:
    others = tuple(own.fallbacks.get(tag, ()))
    say = i18n.translator(language)
    name = i18n.language_name(tag, language)
    if own.missing is MissingPolicy.LEAVE_OUT:
        said = say(N_("What is missing in {language} is left out."), language=name)
    elif others:
        first = i18n.language_name(others[0], language)
        said = say(
            N_("What is missing in {language} is shown in {other}, with a label."),
            language=name,
            other=first,
        )
    else:
        said = say(
            N_("What is missing in {language} is shown as it was written first."),
            language=name,
        )
    return Line(tag, others, said)


def _is_known(tag: str) -> bool:
    try:
        Locale.parse(tag, sep="-")
    except Exception:  # noqa: BLE001  # of any kind: babel has several
        return False
    return True
