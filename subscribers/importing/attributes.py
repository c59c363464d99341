"""What a file knows of people besides: which of it is kept, and how much (pure)."""

import json
import re
from collections.abc import Iterable

from subscribers.importing.cells import clean_key, clean_value
from subscribers.languages import fold

MOST = 20  # attributes of one person
# How our own export heads the column of an attribute, whatever it is called.
PREFIX = "attribute: "

# Columns of other programs about their own affairs, or about what people opened and
# where from. Nobody agreed that we keep those. Words as languages.fold leaves them.
_TECHNICAL = frozenset(
    [
        "id",
        "uuid",
        "guid",
        "leid",
        "euid",
        "contact id",
        "contact uuid",
        "external id",
        "subscriber id",
        "member id",
        "web id",
        "unique email id",
        "stripe customer id",
        "password",
        "created",
        "created at",
        "created date",
        "updated",
        "updated at",
        "modified",
        "modified at",
        "last changed",
        "last changed date",
        "added time",
        "added at",
        "entered",
        "joined",
        "joined at",
        "confirmed at",
        "optin",
        "opted in",
        "optedin",
        "optin time",
        "optin ip",
        "confirm time",
        "confirm ip",
        "opt in",
        "signup date",
        "start date",
        "subscribed at",
        "subscribe date",
        "expiry",
        "first payment at",
        "unsub reason",
        "unsub campaign title",
        "unsub campaign id",
        "clean campaign title",
        "clean campaign id",
        "member rating",
        "rating",
        "score",
        "engagement",
        "bouncecount",
        "bounce count",
        "bounces",
        "clicks",
        "click count",
        "opens",
        "open count",
        "open rate",
        "click rate",
        "emails sent",
        "last open",
        "last opened",
        "last open at",
        "last click",
        "last clicked",
        "last seen at",
        "ip",
        "ip address",
        "adresse ip",
        "ip adresse",
        "ip adres",
        "latitude",
        "longitude",
        "gmtoff",
        "dstoff",
        "geo",
        "user agent",
        "htmlemail",
        "rssfrequency",
        "foreignkey",
        "complimentary plan",
        "active subscription",
        "plan",
        "tiers",
    ]
)
_MOMENT = re.compile(
    r"(created|updated|modified|opened|clicked|sent|seen) (at|on|time)"
)


def kept(heading: str) -> str:
    """Return the name under which a column is kept, empty if it is not."""
    plain = heading.strip()
    if plain.lower().startswith(PREFIX):
        return clean_key(plain[len(PREFIX) :])
    words = fold(plain)
    if not words or words in _TECHNICAL or _MOMENT.search(words):
        return ""
    return clean_key(plain)


def gather(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the values that say something, by name; the first of a name counts."""
    found: dict[str, str] = {}
    for name, cell in pairs:
        value = clean_value(cell) if cell else ""
        if value and name not in found and len(found) < MOST:
            found[name] = value
    return found


def from_json(cell: str) -> dict[str, object]:
    """Return the object that some programs export in a cell, empty if it is none."""
    if cell[:1] != "{":
        return {}
    try:
        held = json.loads(cell)
    except (ValueError, RecursionError):
        return {}
    return {str(key): value for key, value in held.items()}


def flat(held: dict[str, object]) -> Iterable[tuple[str, str]]:
    """Yield the words and numbers of such an object; what is nested is left out."""
    for key, value in held.items():
        name = kept(key)
        if (
            name
            and isinstance(value, str | int | float)
            and not isinstance(value, bool)
        ):
            yield name, str(value)
