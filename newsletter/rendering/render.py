"""From a letter to its HTML, its text and its web page."""

import unicodedata
from functools import cache
from typing import Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from mjml import mjml2html

from newsletter import config, i18n
from newsletter.errors import RenderingFailed
from newsletter.rendering import body, plain, view
from newsletter.rendering.letter import Letter, Rendered
from newsletter.rendering.palette import DARK, LIGHT, SANS, SERIF
from newsletter.rendering.tongue import Tongue

# Characters of the inbox line that belong to the preheader; without padding, mail
# programs fill the line with the first words of the letter.
_INBOX_LINE = 150


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
        mjml = fill("issue.mjml", page, preheader=page.preheader)
        return Rendered(
            mjml=mjml,
            html=to_html(mjml),
            text=plain.write(page),
            web=fill("article.html", page, preheader=page.preheader),
        )
    except (RenderingFailed, TemplateError, ValueError) as error:
        raise RenderingFailed(
            f"Letter No {letter.number} in {letter.language} could not be laid out:"
            f" {error}."
        ) from error


def fill(template: str, page: Laid, *, preheader: str) -> str:
    """Return a template of `templates/email` with what a page holds."""
    missing = max(0, _INBOX_LINE - len(preheader))
    said = i18n.words(page.tongue.language)
    found = _environment().get_template(template)
    return found.render(page=page, padding=missing // 2, **said)


def to_html(mjml: str) -> str:
    """Return the HTML of filled in MJML; raises ValueError where it is malformed."""
    # No `fonts`: the default fetches Ubuntu from Google for every reader.
    html: str = mjml2html(_spelt_out(mjml), disable_comments=True, fonts={})
    return html


def _spelt_out(mjml: str) -> str:
    """Write what MJML would garble in an attribute as a character reference.

    mrml prints attribute values the way Rust prints strings for debugging: a
    no-break space becomes `\\u{a0}`, a backslash two, a combining accent a code.
    """
    return "".join(c if _is_plain(c) else f"&#{ord(c)};" for c in mjml)


def _is_plain(character: str) -> bool:
    if character in "\n\\":
        return character == "\n"
    is_mark = unicodedata.category(character).startswith("M")
    return character.isprintable() and not is_mark


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(config.find("templates", "email")),
        autoescape=True,
        undefined=StrictUndefined,
    )
    environment.filters["for_mail"] = body.for_mail
    environment.filters["for_web"] = body.for_web
    environment.globals.update(light=LIGHT, dark=DARK, sans=SANS, serif=SERIF)
    return environment
