"""Turn a template and values into a page in one language."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from newsletter import config, i18n
from newsletter.rendering import accents
from subscribers.models import MailingList


@dataclass(frozen=True)
class Link:
    """The same page in another language."""

    language: str
    url: str


@dataclass(frozen=True)
class Frame:
    """What surrounds a public page: whose letter it is, and its other languages."""

    language: str
    home: str
    name: str = ""
    legal: str = ""
    contact: str = ""
    languages: tuple[Link, ...] = ()
    accent: str = ""  # the address of a sheet with the list's own colour


class Pages:
    """The templates, ready to be filled in."""

    def answer(
        self, template: str, language: str, *, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """Return the page; its links are relative, never made from the Host header."""
        return HTMLResponse(self.text(template, language, **values), status)

    def text(self, template: str, language: str, **values: Any) -> str:
        """Return the HTML of a template in one language."""
        spoken = {
            "language": language,
            "number": lambda value: i18n.number(value, language),
            "percent": lambda share: i18n.percent(share, language),
            "retold": lambda text: i18n.retold(text, language),
            "day": lambda on: i18n.day(on, language),
            "moment": lambda at, zone: i18n.moment(at, language, zone),
            "clock": lambda at, zone: i18n.clock(at.astimezone(zone).time(), language),
            "short_moment": lambda at, zone: i18n.short_moment(at, language, zone),
            "zone_name": i18n.zone_name,
            "language_name": lambda tag: i18n.language_name(tag, language),
        }
        words = i18n.words(language)
        found = _environment().get_template(template)
        return found.render(**words, **spoken, **values)


def frame(
    mailing_list: MailingList,
    language: str,
    *,
    offered: Sequence[str] = (),
    href: Callable[[str], str] = str,
) -> Frame:
    """Return the frame of a list's page; `href` gives its address in a language."""
    return Frame(
        language=language,
        name=mailing_list.name_in(language),
        home=f"/{language}/",
        legal=mailing_list.legal_in(language),
        contact=mailing_list.reply_to or mailing_list.sender_address,
        languages=tuple(Link(tag, href(tag)) for tag in offered),
        accent=accents.sheet_of(mailing_list.accent),
    )


def fill(sentence: str, **values: Any) -> Markup:
    """Put values into a translated sentence: marked up ones as they are."""
    return Markup(escape(sentence)).format(**values)  # noqa: S704  # escaped just here


def address(masked: str) -> Markup:
    """Mark an address up: it reads from left to right whatever stands around it."""
    return Markup('<bdi class="address">{}</bdi>').format(masked)


@cache
def sheet(name: str) -> str:
    """Return the address of a sheet or a script, which changes with its content."""
    content = config.find("web", "static", name).read_bytes()
    return f"/static/{name}?{hashlib.sha256(content).hexdigest()[:8]}"


@cache
def _environment() -> Environment:
    """Return the templates; each is compiled once in a process."""
    environment = Environment(
        loader=FileSystemLoader(config.find("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        fill=fill,
        address=address,
        own_name=i18n.own_name,
        plate=i18n.plate,
        direction=i18n.direction,
        typeset=i18n.tidy,
    )
    environment.globals["sheet"] = sheet
    environment.globals["interface_languages"] = config.INTERFACE_LANGUAGES
    return environment
