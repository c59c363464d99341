"""Hold the exact bytes of a letter against the rules of mail (pure).

Each rule has the number it has in the rule book of this project: H are headers and
MIME, R what the HTML and the text hold. The modules cite the standards.
"""

from newsletter.messages.lint import html, lists, mime, origin, text, words
from newsletter.messages.lint.anatomy import Anatomy, dissect
from newsletter.messages.lint.rules import Broken, Rule

RULES: tuple[Rule, ...] = (
    *origin.RULES,
    *words.RULES,
    *mime.RULES,
    *lists.RULES,
    *html.RULES,
    *text.RULES,
)

__all__ = ["RULES", "Anatomy", "Broken", "Rule", "broken", "dissect"]


def broken(raw: bytes) -> tuple[Broken, ...]:
    """Return every rule that a message breaks, each with what breaks it.

    Works on any bytes: what cannot be read breaks the rule that says it must be.
    """
    message = dissect(raw)
    return tuple(
        Broken(rule.id, reason) for rule in RULES for reason in rule.reasons(message)
    )
