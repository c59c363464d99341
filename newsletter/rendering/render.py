"""From a letter to its HTML, its text and its web page."""

import re
import unicodedata
from functools import cache
from html import unescape
from typing import Any, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from mjml import mjml2html

from newsletter import config, i18n
from newsletter.errors import BadTemplate, RenderingFailed
from newsletter.rendering import body, own, palette, plain, slots, view
from newsletter.rendering.letter import Letter, Rendered
from newsletter.rendering.palette import SANS, SERIF
from newsletter.rendering.tongue import Tongue
from subscribers.sentences import Language, Saying

# Characters of the inbox line that belong to the preheader; without padding, mail
# programs fill the line with the first words of the letter.
_INBOX_LINE = 150

_DOUBTFUL = re.compile(r"[^\n\x20-\x5b\x5d-\x7e]")  # beyond ASCII, or a backslash
_STYLES = re.compile(r'<style type="text/css">(.*?)</style>\s*', re.DOTALL)
_OLD = re.compile(
    r"<!--\[if lte mso 11\]>.*?<!\[endif\]-->\s*"
    r'|<style media="[^"]*">\.moz-text-html .*?</style>',
    re.DOTALL,
)
_BLANK = re.compile(r"[ \t]*\n[ \t]*|  +")


# MJML hides the preheader in white as well, which filters take for hidden words; what
# Outlook obeys it leaves out.
_WHITE = "display:none;font-size:1px;color:#ffffff;"
_HIDDEN = f"display:none;mso-hide:all;font-size:1px;color:{palette.LIGHT.ink};"


# Spelt out for MJML; as characters it leaves the way out nearer to the top, which
# Gmail shows of a letter that it cuts.
_PADDING = "&#847;&zwnj;&#160;"


class Laid(Protocol):
    """What every template needs of its page."""

    @property
    def tongue(self) -> Tongue:
        """The language the page is laid out in."""


def render(letter: Letter) -> Rendered:
    """Lay out a letter in all its forms.

    Raises RenderingFailed naming the letter and what could not be laid out. The
    markers are in `html` and `text` only; `markers.check` tells whether all are.
    """
    try:
        page = view.page(letter)
        mjml, html = _mail(page)
        return Rendered(
            mjml=mjml,
            html=html,
            text=plain.write(page),
            web=fill("article.html", page, preheader=page.preheader),
        )
    except (RenderingFailed, TemplateError, ValueError) as error:
        raise RenderingFailed(
            "Letter No {number} in {language} could not be laid out: {reason}",
            number=str(letter.number),
            language=Language(letter.language),
            reason=_reason(error),
        ) from error


def _reason(error: Exception) -> Saying:
    """Return why, as a sentence: our own words, or those of the template engine."""
    if isinstance(error, RenderingFailed | BadTemplate):
        return error.said
    return Saying(f"{str(error).rstrip('.')}.")


def _mail(page: view.Page) -> tuple[str, str]:
    """Return MJML and HTML, in a design of ours or in the organisation's own."""
    style = page.style
    if style.template:
        return in_own(page, own.read(style.template))
    name = f"{style.design}.mjml"
    mjml = fill(name, page, preheader=page.preheader, accent=style.accent)
    return mjml, to_html(mjml)


def in_own(page: view.Page, template: own.Own) -> tuple[str, str]:
    """Return MJML and HTML in a template of the organisation's own.

    Raises BadTemplate, RenderingFailed.
    """
    accent = page.style.accent
    head = fill("own.mjml", page, preheader=page.preheader, accent=accent)
    values = _values(page, page.preheader, accent)
    blocks = slots.blocks(_environment(), page, values)
    mjml, html = own.lay_out(template, blocks, head=head, spell=_spelt_out)
    return mjml, _in_one_style(html)


def fill(template: str, page: Laid, *, preheader: str, accent: str = "") -> str:
    """Return a template of `templates/email` with what a page holds."""
    found = _environment().get_template(template)
    return found.render(_values(page, preheader, accent))


def _values(page: Laid, preheader: str, accent: str) -> dict[str, Any]:
    missing = max(0, _INBOX_LINE - len(preheader))
    light, dark = palette.of(accent)
    said = i18n.words(page.tongue.language)
    return {
        "page": page,
        "padding": missing // 2,
        "light": light,
        "dark": dark,
        **said,
    }


def to_html(mjml: str) -> str:
    """Return the HTML of filled in MJML; raises ValueError where it is malformed."""
    # No `fonts`: the default fetches Ubuntu from Google for every reader.
    html: str = mjml2html(_spelt_out(mjml), disable_comments=True, fonts={})
    html = html.replace(_WHITE, _HIDDEN, 1).replace(_PADDING, unescape(_PADDING))
    return _in_one_style(html)


def _in_one_style(html: str) -> str:
    """Return the HTML with its rules in one block: Gmail stops at sixteen thousand.

    What is said to one browser of 2012 and to Outlook of 2003 is left out.
    """
    head, body_tag, rest = html.partition("<body")
    head = _OLD.sub("", head)
    rules = _STYLES.findall(head)
    whole = "\n".join(_BLANK.sub(" ", each).strip() for each in rules)
    one = f'<style type="text/css">{whole}</style>'
    head = _STYLES.sub("", _STYLES.sub("\0", head, count=1))
    return head.replace("\0", one) + body_tag + rest


def _spelt_out(mjml: str) -> str:
    """Write what MJML would garble in an attribute as a character reference.

    mrml prints attribute values the way Rust prints strings for debugging: a
    no-break space becomes `\\u{a0}`, a backslash two, a combining accent a code.
    """
    return _DOUBTFUL.sub(_spell, mjml)


def _spell(found: re.Match[str]) -> str:
    character = found[0]
    is_mark = unicodedata.category(character).startswith("M")
    is_plain = character.isprintable() and not is_mark and character != "\\"
    return character if is_plain else f"&#{ord(character)};"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(config.find("templates", "email")),
        autoescape=True,
        undefined=StrictUndefined,
    )
    environment.filters["for_mail"] = body.for_mail
    environment.filters["for_web"] = body.for_web
    environment.globals.update(sans=SANS, serif=SERIF)
    return environment
