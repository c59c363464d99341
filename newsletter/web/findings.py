"""What the checks of an issue say, sorted for its page and in the page's language."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter import i18n
from newsletter.checks import Finding, Report
from newsletter.i18n import N_
from newsletter.web.mending import Bench, Choice, Mend


@dataclass(frozen=True)
class Line:
    """One finding in words, and what can be done about it."""

    language: str | None
    title: str  # of the item it is about
    field: str
    said: str
    mend: Mend | None
    choice: Choice | None


@dataclass(frozen=True)
class Group:
    """Findings of one kind."""

    name: str  # for its id in the page
    heading: str  # a msgid
    glyph: str
    look: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Checked:
    """Everything the checks say."""

    headline: str
    groups: tuple[Group, ...]
    let_through: tuple[Line, ...]
    passed: tuple[str, ...]  # msgids
    waiting: int  # links that are being tried
    held: bool  # nothing can leave before something is fixed
    overridable: bool  # … or an admin lets it through


def show(report: Report, bench: Bench) -> Checked:
    """Return a report in words; groups that are empty are left out."""
    language = bench.visitor.language
    kinds = (
        ("fix", N_("Must be fixed"), "✕", "bad", report.must_fix),
        ("look", N_("Worth a look"), "!", "warn", report.look),
        ("open", N_("Could not be checked"), "?", "", _left_open(report)),
    )
    return Checked(
        headline=report.headline(language),
        groups=tuple(
            Group(name, heading, glyph, look, _lines(findings, bench))
            for name, heading, glyph, look, findings in kinds
            if findings
        ),
        let_through=_lines(report.let_through, bench),
        passed=tuple(each.name for each in report.passed),
        waiting=report.waiting,
        held=bool(report.must_fix),
        overridable=report.is_overridable,
    )


def _left_open(report: Report) -> list[Finding]:
    """Return what could not be checked, without the links that are just being tried."""
    waiting = next(
        (
            found
            for found in report.unchecked
            if found.check == "link-dead" and found.sentence.n == report.waiting
        ),
        None,
    )
    return [found for found in report.unchecked if found is not waiting]


def _lines(findings: Sequence[Finding], bench: Bench) -> tuple[Line, ...]:
    language = bench.visitor.language
    say = i18n.translator(language)
    ordered = sorted(findings, key=lambda found: found.place.sort_key)
    return tuple(
        Line(
            found.language,
            found.place.title,
            say(found.place.name),
            found.sentence.say(language),
            bench.mend(found),
            bench.choice(found),
        )
        for found in ordered
    )
