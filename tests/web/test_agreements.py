"""What a form lets people agree to."""

import pytest

from newsletter.web import agreements
from subscribers.models import MailingList


def the_list(consent: dict[str, str] | None = None) -> MailingList:
    return MailingList(
        slug="river",
        names={"fr": "La {lettre}", "nl": "De brief"},
        languages=["fr", "nl", "de", "en"],
        sender_address="news@example.org",
        list_id="river.example.org",
        consent=consent or {},
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "Je souhaite recevoir La {lettre} par e-mail."),
        ("nl", "Ik wil De brief per e-mail ontvangen."),
        ("de", "Ich möchte La {lettre} per E-Mail erhalten."),
        ("en", "I want to receive La {lettre} by e-mail."),
    ],
)
def test_our_sentence_names_the_list_in_the_language(language: str, words: str) -> None:
    assert agreements.words_of(the_list(), language).startswith(words)


def test_the_lists_own_sentence_goes_before_ours() -> None:
    river = the_list(consent={"nl": " Ja, graag. ", "fr": "  "})

    assert agreements.words_of(river, "nl") == "Ja, graag."
    assert agreements.words_of(river, "fr").startswith("Je souhaite recevoir")
