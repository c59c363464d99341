"""Our blocks for an organisation's own template, each written where it is named."""

from collections.abc import Callable
from typing import Any

from jinja2 import Environment
from markupsafe import escape

from newsletter import i18n
from newsletter.rendering import own
from newsletter.rendering.view import Page


def blocks(environment: Environment, page: Page, values: dict[str, Any]) -> own.Blocks:
    """Return what writes each block: MJML of our own, settings of the template's."""
    frame = environment.get_template("_frame.mjml").make_module(values)
    light = values["light"]

    def words(macro: str, padding: str) -> Callable[[own.Slot], str]:
        part = getattr(frame, macro)
        return lambda slot: own.in_column(str(part()), slot, padding=padding)

    def coloured(macro: str, usual: str, padding: str) -> Callable[[own.Slot], str]:
        def write(slot: own.Slot) -> str:
            colour = slot.setting("color")
            said = str(getattr(frame, macro)(colour or usual, bool(colour)))
            return own.in_column(said, slot, padding=padding)

        return write

    def items(slot: own.Slot) -> str:
        design = slot.setting("design") or str(page.style.design)
        news = environment.get_template(f"_{design}.mjml").make_module(values)
        return str(news.items())  # type: ignore[attr-defined]  # a macro of the template

    return {
        "newsletter-top": lambda _: str(frame.top()),  # type: ignore[attr-defined]  # a macro of the template
        "newsletter-footer": lambda _: str(frame.footer()),  # type: ignore[attr-defined]  # a macro of the template
        "newsletter-items": items,
        "newsletter-logo": coloured("name", light.ink, "24px 32px 0"),
        "newsletter-title": coloured("title", light.ink, "0 32px"),
        "newsletter-dateline": coloured("dateline", light.muted, "0 32px"),
        "newsletter-intro": words("intro", "18px 32px 0"),
        "newsletter-contents": words("contents", "10px 32px 0"),
        "newsletter-share": words("share", "28px 32px"),
        "newsletter-name": lambda _: str(escape(page.list_name)),
        "newsletter-number": lambda _: str(page.letter.number),
        "newsletter-date": lambda _: i18n.day(
            page.letter.dated_on, page.tongue.language
        ),
    }
