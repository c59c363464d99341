"""The last sentence before an issue leaves: what, to how many, in which languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup, escape
from sqlmodel import Session

from newsletter import checks, db, i18n, issues
from newsletter.i18n import N_
from newsletter.issues import composing
from newsletter.models import Issue
from newsletter.web import launch, timing
from newsletter.web.deps import Site
from newsletter.web.known import Known
from newsletter.web.pages import fill
from newsletter.web.sessions import Visitor
from newsletter.web.timing import Picked

# A list changes while somebody reads a sentence: so few more or fewer are not asked
# about again.
_SHARE = 0.02
_FEW = 5


@dataclass(frozen=True)
class Asked:
    """How the sentence was asked for."""

    fragment: bool  # for the dialog of the page
    browser: str  # the zone of the browser's clock, as it says
    told: int | None = None  # the number that was told before, if it changed since

    @classmethod
    def of(cls, request: Request, *, told: int | None = None) -> "Asked":
        """Return what a request asks for."""
        return cls(
            fragment="hx-request" in request.headers,
            browser=request.query_params.get("browser", ""),
            told=told,
        )


@dataclass(frozen=True)
class LastWords:
    """Everything the dialog says."""

    sentence: Markup
    at: datetime | None  # None: now
    readers: int
    aside: tuple[str, ...]  # who gets nothing
    notes: tuple[str, ...]  # of the day
    elsewhere: str  # the moment on the browser's clock
    changed: str  # that the number is another now


def answer(
    session: Session,
    here: Site,
    visitor: Visitor,
    issue: Issue,
    picked: Picked,
    *,
    asked: Asked,
) -> HTMLResponse:
    """Return the page or the dialog that asks for the last word."""
    now = db.now(session)
    ready = not picked.problem and issue.state in composing.EDITABLE
    known = launch.look(session, here, issue, now=now) if ready else None
    held = bool(known and known.report.must_fix)
    waits = issues.waits_for_approval(session, issue)
    words = None
    if known and not held and not waits:
        words = _words(session, issue, picked, known, visitor.language, asked)
    refused = known is None or asked.told is not None
    return here.pages.answer(
        "staff/_last.html" if asked.fragment else "staff/send.html",
        visitor.language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
        visitor=visitor,
        issue=issue,
        picked=picked,
        words=words,
        held=known.report.headline(visitor.language) if known and held else "",
        waits=waits,
        grace=here.settings.grace_seconds,
        zone=ZoneInfo(issue.timezone),
    )


def has_changed(
    session: Session, issue: Issue, *, told: int | None, now: datetime
) -> bool:
    """Whether so many more or fewer would get it that it must be asked again."""
    if told is None:
        return False
    apart = abs(sum(checks.count(session, issue, now=now).values()) - told)
    return apart > _FEW and apart > told * _SHARE


def _words(
    session: Session,
    issue: Issue,
    picked: Picked,
    known: Known,
    language: str,
    asked: Asked,
) -> LastWords:
    at = picked.at
    return LastWords(
        sentence=sentence(issue, at, known.people, language),
        at=at,
        readers=known.total,
        aside=tuple(_aside(known, language)),
        notes=tuple(timing.notes(session, issue, at, language)) if at else (),
        elsewhere=timing.elsewhere(at, issue, asked.browser, language) if at else "",
        changed=_changed(asked.told, known.total, language),
    )


def sentence(
    issue: Issue, at: datetime | None, people: Mapping[str, int], language: str
) -> Markup:
    """Return what is about to happen, its facts in bold."""
    say = i18n.translator(language)
    total = sum(people.values())
    each = [
        say(
            N_("{number} in {language}"),
            number=i18n.number(many, language),
            language=i18n.language_name(tag, language),
        )
        for tag, many in people.items()
        if many
    ]
    values = {
        "title": _marked("i", issue.title),
        "people": _marked(
            "b",
            say.ngettext(
                "one person",
                "{people} people",
                total,
                people=i18n.number(total, language),
            ),
        ),
        "languages": i18n.listed(each, language),
    }
    if at is None:
        return fill(say(N_("Now {title} goes to {people}: {languages}.")), **values)
    zone = ZoneInfo(issue.timezone)
    when = _marked("b", i18n.appointment(at, language, zone))
    clocks = timing.clocks(at, zone, language)
    said = say(N_("On {when}, {clocks}, {title} goes to {people}: {languages}."))
    return fill(said, when=when, clocks=clocks, **values)


def _aside(known: Known, language: str) -> list[str]:
    say = i18n.translator(language)
    found = []
    if known.paused:
        found.append(
            say.ngettext(
                "One person is paused and gets nothing.",
                "{people} people are paused and get nothing.",
                known.paused,
                people=i18n.number(known.paused, language),
            )
        )
    if known.unreachable:
        found.append(
            say.ngettext(
                "One address must not be mailed and gets nothing.",
                "{people} addresses must not be mailed and get nothing.",
                known.unreachable,
                people=i18n.number(known.unreachable, language),
            )
        )
    return found


def _changed(told: int | None, present: int, language: str) -> str:
    if told is None:
        return ""
    said = N_("The number has changed: it was {before}, it is {present} now.")
    return i18n.translator(language)(
        said,
        before=i18n.number(told, language),
        present=i18n.number(present, language),
    )


def _marked(tag: str, words: str) -> Markup:
    return Markup(f"<{tag}>{escape(words)}</{tag}>")  # noqa: S704  # escaped just here
