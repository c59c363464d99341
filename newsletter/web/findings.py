"""What the checks of an issue say, sorted for its page and in the page's language."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter import i18n
from newsletter.checks import Finding, Report
from newsletter.i18n import N_


@dataclass(frozen=True)
class Line:
    """One finding in words."""

    language: str | None
    title: str  # of the item it is about
    field: str
    said: str


@dataclass(frozen=True)
class Group:
    """Findings of one kind."""

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


def show(report: Report, language: str) -> Checked:
    """Return a report in words; groups that are empty are left out."""
    kinds = (
        (N_("Must be fixed"), "✕", "bad", report.must_fix),
        (N_("Worth a look"), "!", "warn", report.look),
        (N_("Could not be checked"), "?", "", report.unchecked),
    )
    return Checked(
        headline=report.headline(language),
        groups=tuple(
            Group(heading, glyph, look, _lines(findings, language))
            for heading, glyph, look, findings in kinds
            if findings
        ),
        let_through=_lines(report.let_through, language),
        passed=tuple(each.name for each in report.passed),
    )


def _lines(findings: Sequence[Finding], language: str) -> tuple[Line, ...]:
    say = i18n.translator(language)
    ordered = sorted(findings, key=lambda found: found.place.sort_key)
    return tuple(
        Line(
            found.language,
            found.place.title,
            say(found.place.name),
            found.sentence.say(language),
        )
        for found in ordered
    )
