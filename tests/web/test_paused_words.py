"""Why an issue stands still, in the language of whoever looks at it."""

import pytest

from newsletter import i18n
from newsletter.deliveries import Queue, Trial
from newsletter.errors import KeyMissing
from newsletter.models import Issue, IssueState
from newsletter.sending import faults
from newsletter.web import paused

GONE = (
    "The DKIM key {selector} that signs this is gone. Put it back into "
    "NEWSLETTER_DKIM_KEYS, start the program again, then resume."
)


@pytest.mark.parametrize(
    ("because", "said", "quoted"),
    [
        (paused.by_hand("Léa {x}"), "Léa {x} heeft het gepauzeerd.", ""),
        (
            "The relay refused to work for us. It said: 550 <b>no</b>",
            "De relay weigerde voor ons te werken.",
            "550 <b>no</b>",
        ),
        (
            faults.refused_sentence(
                Trial(is_open=False, answered=25, refused=3), Queue(1, "fr")
            ),
            "3 van de eerste 25 lezers in het Frans werden geweigerd.",
            "",
        ),
        (
            i18n.kept(KeyMissing(GONE, selector="nl2026a")),
            "De DKIM-sleutel nl2026a die dit ondertekent, is weg.",
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
