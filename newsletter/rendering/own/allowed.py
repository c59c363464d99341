"""What a template may hold: tags and where they stand, attributes, values (pure)."""

import re
from dataclasses import dataclass

from subscribers.sentences import Saying

# Where a block of ours may stand.
_SECTIONS = ("newsletter-top", "newsletter-items", "newsletter-footer")
_COLUMN = (
    "newsletter-logo",
    "newsletter-title",
    "newsletter-dateline",
    "newsletter-intro",
    "newsletter-contents",
    "newsletter-share",
)
_INLINE = ("newsletter-name", "newsletter-number", "newsletter-date")
BLOCKS = frozenset((*_SECTIONS, *_COLUMN, *_INLINE))
# A letter without them would leave its readers without news, name or way out.
REQUIRED = ("newsletter-title", "newsletter-items", "newsletter-footer")

_HTML = [
    "p",
    "h2",
    "a",
    "b",
    "strong",
    "em",
    "i",
    "u",
    "small",
    "span",
    "div",
    "br",
    "hr",
    "ul",
    "ol",
    "li",
    "blockquote",
    "table",
    "tbody",
    "tr",
    "td",
    "th",
    "sup",
    "sub",
]
_SETTINGS = [
    "mj-all",
    "mj-text",
    "mj-section",
    "mj-column",
    "mj-image",
    "mj-button",
    "mj-divider",
]
_PROSE = frozenset((*_HTML, *_INLINE))
INSIDE: dict[str, frozenset[str]] = {
    "": frozenset({"mjml"}),
    "mjml": frozenset({"mj-head", "mj-body"}),
    "mj-head": frozenset({"mj-attributes", "mj-style"}),
    "mj-attributes": frozenset((*_SETTINGS, "mj-class")),
    "mj-body": frozenset({"mj-section", "mj-wrapper", *_SECTIONS}),
    "mj-wrapper": frozenset({"mj-section"}),
    "mj-section": frozenset({"mj-column", "mj-group"}),
    "mj-group": frozenset({"mj-column"}),
    "mj-column": frozenset(
        {"mj-text", "mj-image", "mj-button", "mj-divider", "mj-spacer", *_COLUMN}
    ),
    "mj-text": _PROSE,
    "mj-button": frozenset({"b", "strong", "em", "i", "span", *_INLINE}),
    **dict.fromkeys(_HTML, _PROSE),
}
KNOWN = frozenset().union(*INSIDE.values())
# Between these tags stand words.
WORDED = frozenset({"mj-text", "mj-button", "mj-style", *_HTML})

_BOX = (
    "padding padding-top padding-right padding-bottom padding-left align width height "
    "background-color border border-top border-right border-bottom border-left "
    "border-radius border-width border-color border-style css-class mj-class direction"
)
_TYPE = (
    "color font-family font-size font-style font-weight letter-spacing line-height "
    "text-align text-decoration text-transform vertical-align"
)
_MJML = frozenset(f"{_BOX} {_TYPE} container-background-color inner-padding".split())
_PLAIN = frozenset(
    [
        "style",
        "class",
        "align",
        "valign",
        "width",
        "height",
        "cellpadding",
        "cellspacing",
        "border",
        "role",
        "colspan",
        "rowspan",
        "lang",
        "dir",
        "title",
        "bgcolor",
        "scope",
    ]
)
_MORE = {
    "a": {"href"},
    "mj-image": {"src", "alt", "href", "title"},
    "mj-button": {"href", "title"},
    "mj-class": {"name"},
    "newsletter-items": {"design"},
}

_FUNCTION = re.compile(r"([\w-]+)\s*\(")
_HARMLESS = frozenset({"rgb", "rgba", "hsl", "hsla", "and", "not", "only"})
_RULE = re.compile(r"@([\w-]+)")
_MEDIA = re.compile(r"/media/[0-9a-f]{32}\.(?:png|jpg)")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_PADDING = re.compile(r"\d{1,3}(?:px)?(?: \d{1,3}(?:px)?){0,3}")


@dataclass(frozen=True)
class Refusal(Exception):
    """What a template may not hold, and why, as the end of a sentence."""

    reason: Saying


def attribute(tag: str, name: str, value: str) -> None:
    """Raise Refusal unless the tag may carry this attribute with this value."""
    if name not in _names(tag):
        raise Refusal(Saying("<{tag}> may not carry “{name}”", tag=tag, name=name))
    if any(ord(c) < ord(" ") and c not in "\t\n\r" for c in value):
        raise Refusal(Saying("“{name}” holds a control character", name=name))
    if name == "src" and not _MEDIA.fullmatch(value):
        raise Refusal(
            Saying(
                "pictures come from our own store ({source}), because another server"
                " would learn who opens the letter",
                source='src="/media/….png"',
            )
        )
    if name not in {"href", "src", "alt", "title"}:
        style(value)
    if tag in BLOCKS:
        _setting(name, value)


def style(text: str) -> None:
    """Raise Refusal for CSS that fetches, runs, or cannot be judged."""
    plain = text.casefold()
    if any(sign in plain for sign in ("\\", "<", "&", "/*")):
        raise Refusal(Saying("styles are written without comments, “\\”, “<” and “&”"))
    fetching = [name for name in _FUNCTION.findall(plain) if name not in _HARMLESS] + [
        f"@{name}" for name in _RULE.findall(plain) if name != "media"
    ]
    if fetching:
        raise Refusal(
            Saying(
                "“{name}” may not stand in styles: they fetch nothing and run nothing",
                name=fetching[0],
            )
        )
    if "//" in plain or "script:" in plain or "behavior" in plain or "binding" in plain:
        raise Refusal(Saying("styles name no addresses and no scripts"))


def _names(tag: str) -> frozenset[str] | set[str]:
    if tag in _INLINE:
        return frozenset()
    if tag in BLOCKS:
        return {"padding", "color"} | _MORE.get(tag, set())
    own = _MJML if tag.startswith("mj-") else _PLAIN
    if tag in {"mjml", "mj-head", "mj-style", "mj-attributes"}:
        own = frozenset()
    return own | _MORE.get(tag, set())


def _setting(name: str, value: str) -> None:
    """Raise Refusal unless a setting of one of our blocks has a value we know."""
    allowed = {
        "padding": _PADDING.fullmatch(value),
        "color": _COLOUR.fullmatch(value),
        "design": value in {"letter", "news", "bulletin"},
    }
    if allowed[name]:
        return
    if name == "design":
        raise Refusal(Saying("“{name}” is letter, news or bulletin", name=name))
    example = {"padding": "24px 32px 0", "color": "#0b5d57"}[name]
    raise Refusal(
        Saying("“{name}” is written like {example}", name=name, example=example)
    )
