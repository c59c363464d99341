"""What editors are told of drafts: what was prepared, what was not, and why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from newsletter import i18n
from newsletter.i18n import N_, Translator

_LOOK = N_("Look at it and approve")
_OPEN = N_("Open it")
_WHY = N_("You get this mail because you can approve letters here.")


@dataclass(frozen=True)
class Said:
    """The words of one such mail, in the language of its reader."""

    subject: str
    title: str
    paragraphs: tuple[str, ...]
    points: tuple[str, ...]  # what is in the draft
    button: str
    small: tuple[str, ...]


@dataclass(frozen=True)
class _Facts:
    """What a notice froze, ready to be put into sentences."""

    say: Translator
    given: Mapping[str, Any]

    @property
    def title(self) -> str:
        return str(self.given.get("title", ""))

    @property
    def number(self) -> str:
        return i18n.number(self.given.get("number", 0), self.say.speaks)

    def count(self, name: str) -> int:
        return int(self.given.get(name, 0))

    def moment(self, name: str) -> str:
        """Return a moment in words, "" where there is none."""
        stated = self.given.get(name)
        if not stated:
            return ""
        zone = ZoneInfo(self.given["zone"])
        at = datetime.fromisoformat(stated)
        return i18n.moment(at, self.say.speaks, zone)

    def language(self, tag: str) -> str:
        name = i18n.language_name(tag, self.say.speaks)
        return name[:1].upper() + name[1:]


def words(given: Mapping[str, Any], language: str) -> Said:
    """Return what the facts of a notice say in a language."""
    facts = _Facts(i18n.translator(language), given)
    return _TOLD.get(str(given.get("about")), _prepared)(facts)


def _prepared(facts: _Facts) -> Said:
    say, when = facts.say, facts.moment("when")
    leaves = say(N_("It leaves on {when}, once somebody has approved it."), when=when)
    small = N_("Not approved by then, it stays a draft and nothing leaves.")
    return _draft(facts, leaves, say(small))


def _prepared_late(facts: _Facts) -> Said:
    say, when = facts.say, facts.moment("when")
    late = say(
        N_(
            "It was meant for {when} and is prepared late. Approve it, then say when "
            "it leaves."
        ),
        when=when,
    )
    return _draft(facts, late, say(N_("Until then it stays a draft.")))


def _draft(facts: _Facts, leaves: str, small: str) -> Said:
    say = facts.say
    return Said(
        subject=say(N_("To approve: {title}"), title=facts.title),
        title=say(N_("No {number} is prepared"), number=facts.number),
        paragraphs=(leaves, *_gaps(facts)),
        points=(*facts.given.get("items", ()), *_more(facts)),
        button=say(_LOOK),
        small=(small, say(_WHY)),
    )


def _more(facts: _Facts) -> tuple[str, ...]:
    more = facts.count("more")
    if not more:
        return ()
    say = facts.say
    return (
        say.ngettext("… and one more on the desk", "… and {n} more on the desk", more),
    )


def _gaps(facts: _Facts) -> list[str]:
    """Return a sentence for each language that lacks words or is left out."""
    say = facts.say
    sentences = [
        say.ngettext(
            "{language}: one item has no words of its own.",
            "{language}: {n} items have no words of their own.",
            count,
            language=facts.language(tag),
        )
        for tag, count in facts.given.get("missing", {}).items()
    ]
    instead = i18n.language_name(facts.given.get("instead", ""), say.speaks)
    return sentences + [
        say.ngettext(
            "{language} is left out, with one item: its readers get the letter in "
            "{instead}.",
            "{language} is left out, with {n} items: its readers get the letter in "
            "{instead}.",
            count,
            language=facts.language(tag),
            instead=instead,
        )
        for tag, count in facts.given.get("left_out", {}).items()
    ]


def _thin(facts: _Facts) -> Said:
    say = facts.say
    found = say.ngettext(
        "There is one new item so far.",
        "There are {n} new items so far.",
        facts.count("found"),
    )
    wanted = say.ngettext(
        "An issue needs at least one in a language.",
        "An issue needs at least {n} in a language.",
        facts.count("at_least"),
    )
    return Said(
        subject=say(N_("Too little news: {title}"), title=facts.title),
        title=say(N_("Too little news for an issue")),
        paragraphs=(
            f"{found} {wanted}",
            say(
                N_(
                    "As soon as there are enough, the draft is prepared. If there are "
                    "not by {when}, this issue is skipped."
                ),
                when=facts.moment("when"),
            ),
        ),
        points=tuple(facts.given.get("items", ())),
        button=say(N_("To the issues")),
        small=(say(_WHY),),
    )


def _still_open(facts: _Facts) -> Said:
    say = facts.say
    skipped = say(
        N_(
            "No issue was prepared for {when}, because “{waiting}” still waits to be "
            "approved or discarded."
        ),
        when=facts.moment("when"),
        waiting=facts.given.get("waiting", ""),
    )
    return _skipped(facts, skipped, button=say(_OPEN))


def _missed(facts: _Facts) -> Said:
    say = facts.say
    missed = say(
        N_("No issue was prepared for {when}: the program was not running."),
        when=facts.moment("when"),
    )
    return _skipped(facts, missed, button=say(N_("To the issues")))


def _skipped(facts: _Facts, because: str, *, button: str) -> Said:
    say = facts.say
    following = say(N_("The next one is for {when}."), when=facts.moment("next"))
    return Said(
        subject=say(N_("Skipped: {title}"), title=facts.title),
        title=say(N_("An issue was skipped")),
        paragraphs=(because, following),
        points=(),
        button=button,
        small=(say(_WHY),),
    )


def _unapproved(facts: _Facts) -> Said:
    say = facts.say
    return Said(
        subject=say(N_("Not sent: {title}"), title=facts.title),
        title=say(N_("No {number} has not left"), number=facts.number),
        paragraphs=(
            say(
                N_("It was to leave on {when}, and nobody had approved it."),
                when=facts.moment("when"),
            ),
            say(
                N_(
                    "It stays a draft. Approve it and say when it leaves, or discard "
                    "it. You are not reminded again."
                )
            ),
        ),
        points=(),
        button=say(_OPEN),
        small=(say(_WHY),),
    )


def _changed(facts: _Facts) -> Said:
    say, when = facts.say, facts.moment("when")
    next_step = N_("Approve it again, then say when it leaves.")
    if when:
        next_step = N_("Approve it before {when}, and it leaves then after all.")
    return Said(
        subject=say(N_("A draft again: {title}"), title=facts.title),
        title=say(N_("No {number} is a draft again"), number=facts.number),
        paragraphs=(
            say(
                N_(
                    "Nobody has approved it as it stands now: something in it changed, "
                    "or its list asks for an approval since. It does not leave by "
                    "itself."
                )
            ),
            say(next_step, when=when),
        ),
        points=(),
        button=say(_LOOK),
        small=(say(_WHY),),
    )


def _held(facts: _Facts) -> Said:
    say = facts.say
    return Said(
        subject=say(N_("Not sent: {title}"), title=facts.title),
        title=say(N_("No {number} has not left"), number=facts.number),
        paragraphs=(
            say(
                N_(
                    "It was to leave on {when}. When the moment came, something stood "
                    "in the way that nobody had let through:"
                ),
                when=facts.moment("when"),
            ),
            say(
                N_(
                    "It is a draft again, and nobody got it. Mend it, then say when it "
                    "leaves."
                )
            ),
        ),
        points=(*facts.given.get("items", ()), *_others(facts)),
        button=say(_OPEN),
        small=(say(_WHY),),
    )


def _others(facts: _Facts) -> tuple[str, ...]:
    more = facts.count("more")
    if not more:
        return ()
    return (facts.say.ngettext("… and one more thing", "… and {n} more things", more),)


def _translated(facts: _Facts) -> Said:
    say = facts.say
    who = str(facts.given.get("who", ""))
    name = i18n.language_name(str(facts.given.get("tag", "")), say.speaks)
    return Said(
        subject=say(N_("{who} is done: {title}"), who=who, title=facts.title),
        title=say(N_("The translation is done")),
        paragraphs=(
            say(
                N_("{who} has finished the words of No {number} in {language}."),
                who=who,
                number=facts.number,
                language=name,
            ),
        ),
        points=(),
        button=say(_OPEN),
        small=(say(N_("You get this mail because you made the link.")),),
    )


_TOLD: Mapping[str, Callable[[_Facts], Said]] = {
    "prepared": _prepared,
    "prepared late": _prepared_late,
    "thin": _thin,
    "open": _still_open,
    "missed": _missed,
    "unapproved": _unapproved,
    "changed": _changed,
    "held": _held,
    "translated": _translated,
}
