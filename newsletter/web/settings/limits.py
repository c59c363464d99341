"""What one relay takes, stated by an admin: /settings/sender/relays/{name}."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from newsletter import relays
from newsletter.errors import BadRelay
from newsletter.i18n import N_
from newsletter.models import Action
from newsletter.relays import Statement
from newsletter.web import sessions
from newsletter.web.deps import Here, Writing
from newsletter.web.sessions import GenuineForm
from newsletter.web.settings import chosen, sender
from newsletter.web.settings.chosen import Admin
from subscribers import lists

router = APIRouter(dependencies=[Depends(sessions.same_site)])

_MOST_GROUPS = 30
_LONGEST_DOMAIN = 253
_MOST = 10**9  # as relays has it

_NO_NUMBER = N_("Write a whole number. 0 means: no limit. Leave it empty if unknown.")
_NO_COUNT = N_("Write a whole number, 1 or more, or leave it empty.")
_NO_GROUP = N_("Write one line for each: gmail = 60, or a domain instead of gmail.")
_NO_PRESET = N_("Choose a provider of the list.")


@dataclass
class _Read:
    """What a form states, and what in it cannot be understood."""

    figures: dict[str, int] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@router.post("/settings/sender/relays/{name}")
def state(
    name: str, visitor: Admin, form: GenuineForm, here: Here, session: Writing
) -> Response:
    """Keep what a relay takes; an empty field is as the provider or the server says."""
    relays.require(here.settings, [name])
    own = lists.get(session, form.get("list") or None)
    read, preset = _read(name, form), form.get("preset", "")
    if preset and preset not in relays.PRESETS:
        read.errors[f"{name}.preset"] = _NO_PRESET
    if read.errors:
        written = {f"{name}.{key}": value for key, value in form.items()}
        return sender.page(
            here,
            visitor,
            session,
            own,
            errors=read.errors,
            written=written,
            opened=name,
        )
    statement = Statement(preset, read.figures, read.groups)
    relays.state(session, name, statement, afresh=True)
    chosen.changed(session, visitor, own, [f"relay {name}"], Action.CHANGED_SENDER)
    return sender.back(own)


def _read(name: str, form: Mapping[str, str]) -> _Read:
    read = _Read()
    for figure in relays.FIGURES:
        text = form.get(figure, "").strip()
        counts = not figure.startswith("per_")
        if not text:
            continue
        if _is_number(text) and int(text) >= counts:
            read.figures[figure] = int(text)
        else:
            read.errors[f"{name}.{figure}"] = _NO_COUNT if counts else _NO_NUMBER
    lines = [each for each in form.get("groups", "").splitlines() if each.strip()]
    for line in lines[:_MOST_GROUPS]:
        group, _, limit = (part.strip() for part in line.partition("="))
        try:
            known = relays.group_named(group[:_LONGEST_DOMAIN].lower())
        except BadRelay:
            known = ""
        if known and _is_number(limit):
            read.groups[known] = int(limit)
        else:
            read.errors[f"{name}.groups"] = _NO_GROUP
    return read


def _is_number(text: str) -> bool:
    # So long a number is a slip, and no column holds it.
    return text.isascii() and text.isdecimal() and len(text) < 10 and int(text) < _MOST
