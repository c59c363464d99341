"""Rules of the HTML part: what mail programs cut, drop or read aloud, R1 to R7."""

import re
from collections.abc import Iterator

from newsletter.messages.lint.anatomy import Anatomy, Element
from newsletter.messages.lint.rules import rule

_LARGEST = 100_000  # bytes; Gmail cuts at about 102 KB
_TOP = 10_000
_STYLES = 16_000  # bytes; Gmail drops a larger block
_METAS = {
    "viewport": "width=device-width",
    "color-scheme": "light dark",
    "supported-color-schemes": "light dark",
    "format-detection": "telephone=no",
    "x-apple-disable-message-reformatting": "",
}
_FORBIDDEN = (
    *("script", "form", "input", "button", "iframe", "object", "embed", "link"),
    *("video", "audio", "svg", "base", "marquee", "blink"),
)
_STYLE_FAULT = re.compile(r"@import|(?<![\w-])position\s*:|expression\(|javascript:")
_ENTITY_SPACE = "\u00a0\u034f\u200c\u200b\u2007\ufeff\u00ad \t\n"


@rule("R1")
def size(message: Anatomy) -> Iterator[str]:
    """A cut letter has no foot, and so no way out."""
    encoded = message.html.encode("utf-8", "replace")
    if len(encoded) > _LARGEST:
        yield f"the HTML is larger than {_LARGEST:,} bytes"
    top = encoded[:_TOP].decode("utf-8", "ignore").replace("&amp;", "&")
    if not message.way_out or message.way_out not in top:
        yield "the way out is not in the first ten kilobytes"


@rule("R2")
def skeleton(message: Anatomy) -> Iterator[str]:
    """What every mail program looks for before it shows anything."""
    if not message.html.lstrip().lower().startswith("<!doctype html>"):
        yield "it does not begin with <!doctype html>"
    root = next(iter(message.elements_of("html")), None)
    if root is None or not {"lang", "dir"} <= root.attrs.keys():
        yield "<html> says neither language nor direction"
    metas = {
        meta.attrs.get("name", ""): meta.attrs.get("content", "")
        for meta in message.elements_of("meta")
    }
    for name, content in _METAS.items():
        if name not in metas or content not in metas[name]:
            yield f"the meta {name} is missing"
    if "charset=utf-8" not in message.html.lower().replace('"', ""):
        yield "it does not say that it is UTF-8"
    titles = [title.text.strip() for title in message.elements_of("title")]
    if len(titles) != 1 or not titles[0]:
        yield "it has no title"


@rule("R4")
def styles(message: Anatomy) -> Iterator[str]:
    """Inline, with one small sheet, and nothing that is fetched, runs or floats."""
    sheets = "".join(each.text for each in message.elements_of("style"))
    if len(sheets.encode("utf-8", "replace")) > _STYLES:
        yield f"the style sheets are larger than {_STYLES:,} bytes"
    for element in message.elements:
        if element.tag in _FORBIDDEN:
            yield f"<{element.tag}> has no place in a letter"
        if any(name.startswith("on") for name in element.attrs):
            yield f"<{element.tag}> runs something"
        names = element.attrs.get("class", "").split()
        if any(name[0].isdigit() for name in names):
            yield "the name of a class begins with a digit"
    inline = (element.attrs.get("style", "") for element in message.elements)
    if any(_STYLE_FAULT.search(css.lower()) for css in (sheets, *inline)):
        yield "a style imports, runs or positions something"


@rule("R6")
def preheader(message: Anatomy) -> Iterator[str]:
    """The first words of the body are those of the inbox line, and hidden."""
    children = [
        each
        for each in message.elements
        if each.parents and each.parents[-1].tag == "body"
    ]
    first = next((each for each in children if each.text.strip(_ENTITY_SPACE)), None)
    hidden = [each for each in children if "display:none" in _style(each)]
    if not hidden:
        yield "there is no hidden line for the inbox"
    elif children[0] is not hidden[0]:
        yield "something stands before the line for the inbox"
    elif first is None:
        yield "the letter is empty"


@rule("R7")
def accessibility(message: Anatomy) -> Iterator[str]:
    """WCAG 2.2 AA, as far as bytes tell."""
    wrapper = next(
        (e for e in message.elements if e.attrs.get("role") == "article"), None
    )
    wanted = {"lang", "dir", "aria-label", "aria-roledescription"}
    if wrapper is None or not wanted <= wrapper.attrs.keys():
        yield "no article names its language, its direction and itself"
    for table in message.elements_of("table"):
        if table.attrs.get("role") not in {"presentation", "none", "table"}:
            yield "a table does not say whether it is only there for the layout"
            break
    yield from _headings(message)
    yield from _names(message)


def _headings(message: Anatomy) -> Iterator[str]:
    levels = [
        int(each.tag[1])
        for each in message.elements_of("h1", "h2", "h3", "h4", "h5", "h6")
    ]
    if levels.count(1) != 1:
        yield f"there are {levels.count(1)} first headings"
    if any(level > before + 1 for before, level in zip([0, *levels], levels)):  # noqa: B905  # the last has no follower
        yield "a level of headings is skipped"


def _names(message: Anatomy) -> Iterator[str]:
    """Whatever can be followed has a name, whatever can be seen a description."""
    named = {
        id(image.parents[-1])
        for image in message.elements_of("img")
        if image.attrs.get("alt", "").strip() and image.parents
    }
    for image in message.elements_of("img"):
        if "alt" not in image.attrs:
            yield "a picture has no alt"
    for link in message.elements_of("a"):
        said = link.text.strip() or link.attrs.get("aria-label", "").strip()
        if "href" in link.attrs and not said and id(link) not in named:
            yield "a link has no words"


def _style(element: Element) -> str:
    return element.attrs.get("style", "").replace(" ", "").lower()


RULES = (size, skeleton, styles, preheader, accessibility)
