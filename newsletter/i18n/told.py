"""What stood in somebody's way, in the language of whoever reads of it, now or later.

Whatever is kept before anybody reads it is kept with its values, not yet said.
"""

import json
from datetime import date
from typing import Any

from newsletter.i18n.catalogues import translator
from newsletter.i18n.dates import day
from newsletter.i18n.figures import number
from newsletter.i18n.languages import language_name, listed
from subscribers.sentences import Language, Saying, Told, Value

_MARK = '{"say": '  # no sentence begins so


def told(fact: Told | Saying, language: str) -> str:
    """Return the sentence of an error in a language of the interface."""
    said = fact.said if isinstance(fact, Told) else fact
    if not said.message:  # of nothing, gettext says the head of its catalogue
        return ""
    say = translator(language)
    values = {name: _worded(value, say.speaks) for name, value in said.values.items()}
    return say(said.message, **values)


def kept(fact: Told | Saying, *, limit: int = 4000) -> str:
    """Return a sentence as a column of `limit` characters keeps it, for `retold`."""
    said = fact.said if isinstance(fact, Told) else fact
    text = json.dumps(_packed(said)) if said.values else said.message
    return text if len(text) <= limit else str(said)[:limit]


def retold(text: str, language: str) -> str:
    """Return what `kept` kept; a text of any other making as far as we know it."""
    if text.startswith(_MARK):
        return told(_unpacked(json.loads(text)), language)
    return told(Saying(text), language)


def _worded(value: Value, language: str) -> str:
    if isinstance(value, Saying):
        return told(value, language)
    if isinstance(value, str):
        spoken = isinstance(value, Language)
        return language_name(value, language) if spoken else value
    if isinstance(value, date):
        return day(value, language)
    return (
        listed(value, language) if isinstance(value, tuple) else number(value, language)
    )


def _packed(said: Saying) -> dict[str, Any]:
    values = {name: _flat(value) for name, value in said.values.items()}
    return {"say": said.message, "with": values}


def _flat(value: Value) -> Any:  # JSON
    if isinstance(value, Saying):
        return _packed(value)
    if isinstance(value, Language):
        return {"language": value}
    return {"day": value.isoformat()} if isinstance(value, date) else value


def _unpacked(packed: dict[str, Any]) -> Saying:
    values = {name: _value(each) for name, each in packed["with"].items()}
    message = packed["say"]
    return Saying(message, **values)


def _value(flat: Any) -> Value:
    if isinstance(flat, list):
        return tuple(flat)
    if not isinstance(flat, dict):
        return flat  # type: ignore[no-any-return]  # a text or a number
    if "language" in flat:
        return Language(flat["language"])
    return date.fromisoformat(flat["day"]) if "day" in flat else _unpacked(flat)
