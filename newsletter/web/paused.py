"""Why an issue stands still, in the language of the page.

The reason is kept as an English sentence, which commands say as it is. Some hold
figures or a name: those are found again by the sentence they were put into.
"""

import re
from dataclasses import dataclass

from newsletter import i18n
from newsletter.i18n import N_
from newsletter.models import Issue, IssueState
from newsletter.sending import faults

BY_HAND = N_("{who} paused it.")

_PLACE = re.compile(r"\\{(\w+)\\}")
_WITH_VALUES = (BY_HAND, faults.GENTLE, faults.OWN_ERROR)


@dataclass(frozen=True)
class Because:
    """Our words, and those of a mail server if it is to blame."""

    words: str
    quoted: str = ""


def of(issue: Issue, language: str) -> Because | None:
    """Return why an issue stands still; None while it does not."""
    if issue.state is not IssueState.PAUSED or not issue.paused_because:
        return None
    plain, _, quoted = issue.paused_because.partition(faults.QUOTED)
    say = i18n.translator(language)
    for sentence in _WITH_VALUES:
        pattern = _PLACE.sub(r"(?P<\1>.+)", re.escape(sentence))
        found = re.fullmatch(pattern, plain)
        if found:
            return Because(say(sentence, **found.groupdict()), quoted.strip())
    # Of nothing, gettext would say the head of its catalogue.
    return Because(say(plain) if plain else "", quoted.strip())
