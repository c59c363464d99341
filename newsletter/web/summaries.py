"""What became of an issue in a few lines, for the board: in any language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from newsletter import i18n
from newsletter.config import INTERFACE_LANGUAGES
from newsletter.i18n import N_, Translator
from newsletter.models import Issue
from newsletter.web.aftermath import Aftermath


@dataclass(frozen=True)
class Summary:
    """The lines in one language, and a mail that holds them."""

    language: str
    words: str
    mailto: str


@dataclass(frozen=True)
class Figures:
    """What a summary tells."""

    title: str
    number: int
    started_at: datetime | None
    zone: ZoneInfo
    total: int
    accepted: int
    languages: Sequence[tuple[str, int]]  # readers of each
    aftermath: Aftermath | None


def figures(
    issue: Issue,
    *,
    accepted: int,
    languages: Sequence[tuple[str, int]],
    aftermath: Aftermath | None,
) -> Figures:
    """Return the figures of an issue that has left."""
    return Figures(
        issue.title,
        issue.number,
        issue.started_at,
        ZoneInfo(issue.timezone),
        sum(many for _, many in languages),
        accepted,
        languages,
        aftermath,
    )


def every(told: Figures) -> tuple[Summary, ...]:
    """Return a summary in each language of the interface."""
    return tuple(_one(told, language) for language in INTERFACE_LANGUAGES)


def _one(told: Figures, language: str) -> Summary:
    say = i18n.translator(language)
    words = "\n".join(_lines(told, say))
    title = f"{say(N_('No {number}'), number=_number(told.number, say))} · {told.title}"
    mail = f"mailto:?subject={quote(title)}&body={quote(words)}"
    return Summary(language, words, mail.replace("%0A", "%0D%0A"))


def _lines(told: Figures, say: Translator) -> list[str]:
    when = (
        i18n.moment(told.started_at, say.speaks, told.zone) if told.started_at else ""
    )
    share = told.accepted / told.total if told.total else 0.0
    lines = [
        f"{say(N_('No {number}'), number=_number(told.number, say))} · {told.title}",
        say(
            N_("Sent on {when} to {people} people."),
            when=when,
            people=_number(told.total, say),
        ),
        *(
            f"– {i18n.language_name(tag, say.speaks)}: {_number(many, say)}"
            for tag, many in told.languages
        ),
        say(
            N_("Accepted by the mail servers: {n} ({share})."),
            n=_number(told.accepted, say),
            share=i18n.percent(share, say.speaks),
        ),
    ]
    return [*lines, *_since(told, say), say(_KIND)]


def _since(told: Figures, say: Translator) -> list[str]:
    if told.aftermath is None:
        return []
    return [
        say(
            N_(
                "Since then: joined {joined}, unsubscribed {departed}, complaints "
                "{complaints}."
            ),
            joined=_number(told.aftermath.joined, say),
            departed=_number(told.aftermath.departed, say),
            complaints=_number(told.aftermath.complaints, say),
        )
    ]


_KIND = N_("We do not watch who reads: we count neither opens nor clicks.")


def _number(many: int, say: Translator) -> str:
    return i18n.number(many, say.speaks)
