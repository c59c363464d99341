"""Why an issue stands still, in the language of whoever looks at it."""

import pytest

from newsletter.models import Issue, IssueState
from newsletter.sending import faults
from newsletter.web import paused


@pytest.mark.parametrize(
    ("because", "said", "quoted"),
    [
        ("Léa {x} paused it.", "Léa {x} heeft het gepauzeerd.", ""),
        (
            "The relay refused to work for us. It said: 550 <b>no</b>",
            "De relay weigerde voor ons te werken.",
            "550 <b>no</b>",
        ),
        (
            "3 of the first 25 readers in fr were refused. Look at where their "
            "addresses come from before more is sent, then resume.",
            "3 van de eerste 25 lezers in fr werden geweigerd.",
            "",
        ),
        (
            faults.own_sentence(KeyError("base_url")),
            "Het verzendprogramma liep op een eigen fout: KeyError.",
            "",
        ),
        ("Something nobody foresaw.", "Something nobody foresaw.", ""),
        (" It said: nothing", "", "nothing"),
    ],
)
def test_why_it_stands_still_is_said_in_the_language_of_the_page(
    because: str, said: str, quoted: str
) -> None:
    issue = Issue(
        list_id=1,
        number=1,
        title="",
        slug="",
        timezone="UTC",
        state=IssueState.PAUSED,
        paused_because=because,
    )

    found = paused.of(issue, "nl")

    assert found
    assert found.words.startswith(said)
    assert found.quoted == quoted
