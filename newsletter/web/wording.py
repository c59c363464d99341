"""Which words a cell holds: the fields of an item's kind, or of an issue's lines."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from newsletter import i18n
from newsletter.i18n import N_
from newsletter.items import marking
from newsletter.models import Item, ItemType


class Shape(StrEnum):
    """How a field is filled in."""

    LINE = "line"
    TEXT = "text"  # some plain lines
    RICH = "rich"
    LINK = "link"


@dataclass(frozen=True)
class Field:
    """One field of a cell, as its page shows it."""

    name: str
    label: str
    shape: Shape
    value: str  # as it is typed
    html: str = ""  # of a rich one
    hint: str = ""
    limit: int = 0  # characters; 0: as many as one likes


@dataclass(frozen=True)
class _Kind:
    label: str
    shape: Shape
    hint: str = ""
    limit: int = 0


_KINDS: Mapping[str, _Kind] = {
    "title": _Kind(N_("Title ({language})"), Shape.LINE, limit=500),
    "summary": _Kind(N_("Summary ({language})"), Shape.TEXT),
    "body": _Kind(N_("Text ({language})"), Shape.RICH),
    "link_text": _Kind(
        N_("Words of the link ({language})"),
        Shape.LINE,
        N_("What the reader will find there: “Read the ruling”, not “click here”."),
        200,
    ),
    "url": _Kind(
        N_("Page in this language ({language})"),
        Shape.LINK,
        N_("Only if it differs from the link for all languages."),
        2000,
    ),
    "caption": _Kind(N_("Caption ({language})"), Shape.LINE, limit=1000),
    "alt": _Kind(
        N_("What the picture shows ({language})"),
        Shape.LINE,
        N_("For readers who do not see it."),
        500,
    ),
    "subject": _Kind(N_("Subject ({language})"), Shape.LINE, limit=300),
    "preheader": _Kind(
        N_("Preheader ({language})"),
        Shape.LINE,
        N_("The line that mail programs show after the subject."),
        300,
    ),
    "intro": _Kind(
        N_("Introduction ({language})"),
        Shape.TEXT,
        N_("An empty line parts paragraphs."),
    ),
}
_LINKED = ("link_text", "url")
_OF_TYPE: Mapping[ItemType, tuple[str, ...]] = {
    ItemType.STORY: ("title", "summary", "body", *_LINKED),
    ItemType.LINK: ("title", "summary", *_LINKED),
    ItemType.VIDEO: ("title", "summary", *_LINKED),
    ItemType.EVENT: ("title", "summary", "body", *_LINKED),
    ItemType.DOCUMENTS: ("title", "summary", "body"),
    ItemType.APPEAL: ("title", "body", *_LINKED),
    ItemType.TEXT: ("title", "body"),
}
_PICTURED = ("caption", "alt")
_LINES = ("subject", "preheader", "intro")


def names_for(item: Item | None, *said: Mapping[str, str]) -> tuple[str, ...]:
    """Return the fields that make sense for an item, or for the lines of an issue.

    A field that holds words in one of the texts `said` is shown whatever the kind.
    """
    if item is None:
        return _LINES
    usual = _OF_TYPE[item.type] + (_PICTURED if item.asset_id else ())
    held = {name for words in said for name, value in words.items() if value}
    return tuple(name for name in _KINDS if name in held | set(usual))


def fields(
    names: tuple[str, ...],
    words: Mapping[str, str],
    *,
    of_language: str,
    in_language: str,
) -> tuple[Field, ...]:
    """Return the fields of words in one language, labelled in that of the page."""
    say = i18n.translator(in_language)
    spoken = i18n.language_name(of_language, say.speaks)
    found = []
    for name in names:
        kind, value = _KINDS[name], words.get(name, "")
        rich = kind.shape is Shape.RICH
        found.append(
            Field(
                name=name,
                label=say(kind.label, language=spoken),
                shape=kind.shape,
                value=marking.to_typed(value) if rich else value,
                html=value if rich else "",
                hint=say(kind.hint) if kind.hint else "",
                limit=kind.limit,
            )
        )
    return tuple(found)


def shape(name: str) -> Shape:
    """Return how one field is filled in."""
    return _KINDS[name].shape


def label(name: str, *, of_language: str, in_language: str) -> str:
    """Return what one field is called."""
    one = fields((name,), {}, of_language=of_language, in_language=in_language)
    return one[0].label


def sent(form: Mapping[str, str]) -> dict[str, str]:
    """Return the words a form sends; a body typed into a plain field becomes one.

    Raises BadText.
    """
    words = {name: form[name] for name in _KINDS if name in form}
    if "body" in words and form.get("body_as") != "html":
        words["body"] = marking.to_body(words["body"])
    return words
