"""The command that sends an issue to colleagues first."""

import threading
from typing import Annotated, Any

import typer

from newsletter import i18n
from newsletter.cli.issues import words
from newsletter.cli.issues.compose import IssueId
from newsletter.cli.program import JsonFlag, answer, opened, say
from newsletter.notices import testing
from newsletter.notices.testing import Tests
from newsletter.smtp import Outcome, Verdict

app = typer.Typer()

_SAID = {
    Verdict.ACCEPTED: "accepted by the mail server",
    Verdict.REJECTED: "refused",
    Verdict.UNKNOWN: "no answer, it may have arrived",
}
_LATER = "not yet; `newsletter serve` tries again for an hour"


@app.command("test")
def send_test(
    issue_id: IssueId,
    to: Annotated[
        list[str], typer.Option(metavar="ADDRESS", help="Or several: a@x.org,b@x.org.")
    ],
    json: JsonFlag = False,
) -> None:
    """Send a letter per language to yourself: `[TEST FR] …`, all else as it leaves.

    Its links show where they are and do nothing; nobody is counted. The issue need
    not be ready: a language without a subject stays at home.
    """
    typed = [address for option in to for address in words.words(option)]
    with opened() as program:
        tests, outcomes = testing.send(
            program.engine, program.settings, issue_id, typed, stop=threading.Event()
        )
    if json:
        answer(_facts(tests, outcomes))
    else:
        _tell(tests, outcomes)
    if any(outcome.verdict is not Verdict.ACCEPTED for outcome in outcomes):
        raise typer.Exit(1)


def _facts(tests: Tests, outcomes: list[Outcome]) -> dict[str, Any]:
    return {
        "sent": [
            {
                "language": notice.language,
                "to": notice.email,
                "outcome": outcome.verdict.value,
                "reply": outcome.reply,
            }
            for notice, outcome in zip(tests.notices, outcomes, strict=True)
        ],
        "left_out": list(tests.left_out),
    }


def _tell(tests: Tests, outcomes: list[Outcome]) -> None:
    for notice, outcome in zip(tests.notices, outcomes, strict=True):
        said = _SAID.get(outcome.verdict, _LATER)
        reply = "" if outcome.verdict is Verdict.ACCEPTED else f" ({outcome.reply})"
        plate = i18n.plate(notice.language)
        say(f"{plate} to {notice.email}: {said}{reply if outcome.reply else ''}.")
    for language in tests.left_out:
        say(
            f"{i18n.plate(language)} stays at home: the edition in “{language}” has no "
            "subject yet."
        )
