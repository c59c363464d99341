"""`newsletter issues check`: what stands in the way of an issue, and what else."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from newsletter import checks, db, doctor, estimates, i18n, issues, jobs
from newsletter.checks import Finding, Report
from newsletter.cli.issues import words
from newsletter.cli.program import JsonFlag, Program, answer, opened, say
from newsletter.config import INTERFACE_LANGUAGES
from newsletter.i18n import N_
from newsletter.models import Issue

app = typer.Typer()

_SECONDS = 10  # that trying links may take


@app.command()
def check(
    issue_id: Annotated[int, typer.Argument(metavar="ISSUE", help="Its number.")],
    language: Annotated[
        str, typer.Option(help="Of the answer: fr, nl, de or en.")
    ] = "en",
    network: Annotated[
        bool,
        typer.Option(
            help="Try links and the sender’s domain if that is due, up to 13 s."
        ),
    ] = True,
    json: JsonFlag = False,
) -> None:
    """Check an issue; while something must be fixed, exit 1.

    What is worth a look, or could not be checked, stands in nobody's way.
    """
    if language not in INTERFACE_LANGUAGES:
        raise typer.BadParameter(f"choose one of {', '.join(INTERFACE_LANGUAGES)}")
    with opened() as program:
        settings = program.settings
        with db.reading(program.engine) as session:
            list_id = issues.get_issue(session, issue_id).list_id
        if network:
            _ask_around(program, issue_id, list_id)
        with db.reading(program.engine) as session:
            issue, now = issues.get_issue(session, issue_id), db.now(session)
            report = checks.run(session, issue, settings=settings, now=now)
            expected = estimates.of_issue(session, settings, issue, now=now)
    if json:
        facts = {"estimate": words.estimate_facts(expected)}
        answer(_facts(report, issue, language) | facts)
    else:
        for line in _lines(report, issue, language):
            say(line)
        words.say_estimate(expected)
    if report.must_fix:
        raise typer.Exit(1)


def _ask_around(program: Program, issue_id: int, list_id: int) -> None:
    """Look over the network at what was not looked at lately."""
    engine, settings = program.engine, program.settings
    jobs.look_at_domains(engine, settings, doctor.names(), list_id=list_id)
    if settings.check_links:
        checks.try_links(engine, settings, seconds=_SECONDS, issue_id=issue_id)


def _lines(report: Report, issue: Issue, language: str) -> Iterator[str]:
    _ = i18n.translator(language)
    yield report.headline(language)
    for heading, glyph, findings in (
        (N_("Must be fixed"), "✕", report.must_fix),
        (N_("Worth a look"), "!", report.look),
        (N_("Could not be checked"), "?", report.unchecked),
        (N_("Let through"), "↷", report.let_through),
    ):
        if findings:
            yield f"\n{_(heading)}"
            yield from _listed(findings, glyph, language)
    if report.let_through:
        who, why = issue.override_by, issue.override.replace("\n", "; ")
        yield "  " + _(N_("{who} let this through: {reason}"), who=who, reason=why)
    if report.look or report.unchecked or report.must_fix:
        yield ""


def _listed(findings: Sequence[Finding], glyph: str, language: str) -> Iterator[str]:
    """Yield a line per finding, and before each item's its title."""
    title = None
    for finding in sorted(findings, key=lambda found: found.place.sort_key):
        if finding.place.title != title:
            title = finding.place.title
            if title:
                yield f"  “{title}”"
        plate = i18n.plate(finding.language) if finding.language else "  "
        field = i18n.translator(language)(finding.place.name)
        yield f"  {glyph} {plate}  {field}: {finding.sentence.say(language)}"


def _facts(report: Report, issue: Issue, language: str) -> dict[str, Any]:
    return {
        "must_fix": [_fact(each, language) for each in report.must_fix],
        "look": [_fact(each, language) for each in report.look],
        "could_not_check": [_fact(each, language) for each in report.unchecked],
        "overridden": [_fact(each, language) for each in report.let_through],
        "override": {"by": issue.override_by, "reason": issue.override},
        "passed": [each.id for each in report.passed],
    }


def _fact(finding: Finding, language: str) -> dict[str, Any]:
    place = finding.place
    return {
        "check": finding.check,
        "level": finding.level.value,
        "language": finding.language,
        "place": {"kind": place.kind.value, "id": place.id, "field": place.field},
        "title": place.title,
        "sentence": finding.sentence.say(language),
        "overridable": finding.overridable,
        "key": finding.key,
    }
