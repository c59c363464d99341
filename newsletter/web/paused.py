"""Why an issue stands still, in the language of the page.

The reason is kept as a sentence with its values, or as one without any, and perhaps
followed by what a mail server said.
"""

from dataclasses import dataclass

from newsletter import i18n
from newsletter.models import Issue, IssueState
from newsletter.sending import faults
from subscribers.sentences import Saying


@dataclass(frozen=True)
class Because:
    """Our words, and those of a mail server if it is to blame."""

    words: str
    quoted: str = ""


def by_hand(who: str) -> str:
    """Return what is kept when a person pauses an issue."""
    return i18n.kept(Saying("{who} paused it.", who=who))


def of(issue: Issue, language: str) -> Because | None:
    """Return why an issue stands still; None while it does not."""
    if issue.state is not IssueState.PAUSED or not issue.paused_because:
        return None
    plain, _, quoted = issue.paused_because.partition(faults.QUOTED)
    return Because(i18n.retold(plain, language), quoted.strip())
