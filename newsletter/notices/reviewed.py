"""What somebody of staff is told when a reviewer has made up their mind."""

from collections.abc import Mapping
from typing import Any

from newsletter import i18n
from newsletter.i18n import N_
from newsletter.models import Verdict
from newsletter.notices.drafts import Said


def words(given: Mapping[str, Any], language: str) -> Said:
    """Return what the facts of a notice say in a language."""
    say, who = i18n.translator(language), str(given.get("who", ""))
    title, comments = str(given.get("title", "")), int(given.get("comments", 0))
    fine = given.get("verdict") == Verdict.FINE.value
    subject = (
        N_("{who}: fine by me – {title}") if fine else N_("{who}: not yet – {title}")
    )
    head = (
        N_("{who} has read it and is fine with it")
        if fine
        else N_("{who} has read it and asks for changes")
    )
    left = (
        say.ngettext("They left one comment.", "They left {n} comments.", comments)
        if comments
        else say(N_("They left no comment."))
    )
    number = i18n.number(given.get("number", 0), say.speaks)
    which = f"{say(N_('No {number}'), number=number)} · {title}"
    return Said(
        subject=say(subject, who=who, title=title),
        title=say(head, who=who),
        paragraphs=(f"{which}.", left),
        points=(),
        button=say(N_("Read what they say")),
        small=(say(N_("You get this mail because you made the link they read with.")),),
    )
