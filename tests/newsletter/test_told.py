"""An error is a sentence with values, which every language of the interface says."""

import ast
import csv
from datetime import date

import pytest

from newsletter import i18n
from newsletter.desk.fetches import Failure
from newsletter.errors import BadAnswer, BadText, NewsletterError
from newsletter.i18n import catalogues
from newsletter.models import IssueState
from newsletter.web import news, verdicts
from subscribers.errors import InvalidAddress, ListNotFound, SubscriberError
from subscribers.importing import rows
from subscribers.importing.cells import Record
from subscribers.importing.headings import Columns, Role
from subscribers.sentences import Language, Saying, Told
from tests.facts import OFF_PAGES, ON_PAGES, is_sayable, raised

NOTE = "The note has {many} characters; {most} are allowed."


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_no_error_says_words_that_were_put_together_before() -> None:
    wrong = [
        f"{fact.place}: {fact.name}({ast.unparse(fact.words)})"
        for fact in raised()
        if fact.words is not None and not is_sayable(fact.words)
    ]

    assert wrong == []


@pytest.mark.parametrize(
    "words",
    ['f"Item {item} is gone."', '"Item %s" % item', '"{x}".format(x=x)', "str(error)"],
)
def test_words_put_together_before_are_found(words: str) -> None:
    assert not is_sayable(ast.parse(words, mode="eval").body)


def test_every_error_is_on_pages_or_says_why_not() -> None:
    assert len(ON_PAGES) > 60
    assert {"BadText", "UnreadableFile", "InvalidRule", "BadTemplate"} <= set(ON_PAGES)
    assert not OFF_PAGES.keys() & set(ON_PAGES)


@pytest.mark.parametrize(
    ("error", "english", "language", "said"),
    [
        (
            BadText(NOTE, many=1234, most=500),
            "The note has 1,234 characters; 500 are allowed.",
            "de",
            "Die Notiz hat 1.234 Zeichen; erlaubt sind 500.",
        ),
        (
            BadText("The words in {language} need a title.", language=Language("nl")),
            "The words in nl need a title.",
            "fr",
            "Le texte en néerlandais a besoin d’un titre.",
        ),
        (
            SubscriberError(
                "Import {number} is of {day}; it could be taken back for {days} days.",
                number="1234",
                day=date(2026, 12, 1),
                days=7,
            ),
            "Import 1234 is of 01 December 2026; it could be taken back for 7 days.",
            "nl",
            "Import 1234 is van 1 december 2026; die kon 7 dagen lang ongedaan worden "
            "gemaakt.",
        ),
        (
            NewsletterError("There is no item {items}.", items=("3", "4")),
            "There is no item 3, 4.",
            "nl",
            "Er is geen item 3 en 4.",
        ),
        (
            NewsletterError("At the end: {trouble}.", trouble=Saying("mismatched tag")),
            "At the end: mismatched tag.",
            "nl",
            "Aan het einde: begin- en eindtag horen niet bij elkaar.",
        ),
        (
            BadAnswer("example.org", status=404),
            "example.org answered 404.",
            "nl",
            "example.org antwoordde 404.",
        ),
        (
            ListNotFound(),
            "There is no such mailing list.",
            "de",
            "Diese Mailingliste gibt es nicht.",
        ),
    ],
)
def test_an_error_is_english_until_a_page_says_it_at_once_or_later(
    error: Told, english: str, language: str, said: str
) -> None:
    assert str(error) == english
    assert plain(i18n.told(error, language)) == said
    assert plain(i18n.retold(i18n.kept(error), language)) == said
    assert i18n.retold(i18n.kept(error), "en") == i18n.told(error, "en")


def test_values_are_never_taken_for_words() -> None:
    error = BadText(
        "“{title}” has the number {number} already.", title="{number}", number="3"
    )

    assert str(error) == "“{number}” has the number 3 already."
    assert i18n.told(error, "nl") == "“{number}” heeft nummer 3 al."
    assert i18n.retold(i18n.kept(error), "nl") == "“{number}” heeft nummer 3 al."


def test_what_does_not_fit_is_kept_in_english_and_cut() -> None:
    error = BadText(
        "“{title}” has the number {number} already.", title="x" * 90, number="3"
    )

    kept = i18n.kept(error, limit=50)

    assert kept == i18n.retold(kept, "nl") == f"“{'x' * 49}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        ("This was undone already.", "Dit is al ongedaan gemaakt."),
        ("Kept before there were values: 3.", "Kept before there were values: 3."),
    ],
)
def test_what_was_kept_without_values_is_said_as_far_as_we_know_it(
    text: str, said: str
) -> None:
    assert i18n.retold(text, "nl") == said


def test_every_way_a_page_can_fail_to_be_read_has_words() -> None:
    for failure in Failure:
        assert news.why(failure, "nl") == i18n.translator("nl")(news.FAILURES[failure])
        assert news.why(failure, "nl") != news.why(failure, "en")


@pytest.mark.parametrize("language", ["de", "fr", "nl"])
def test_sentences_can_name_every_state_of_an_issue(language: str) -> None:
    known = {message.id for message in catalogues.read(language)}

    assert {str(state) for state in IssueState} <= known


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("", "Er staat geen adres in deze rij."),
        ("=1+1", "Dit is een formule, geen adres."),
        ("x" * 300 + "@example.org", "Een adres heeft hoogstens 254 tekens."),
        # What the library that reads addresses says exists in English alone.
        ("a..b@example.org", "Dit is geen e-mailadres."),
    ],
)
def test_why_a_row_is_refused_is_never_english(cell: str, said: str) -> None:
    columns = Columns({Role.EMAIL: 0}, headed=False)

    remark = rows.read(Record(1, (cell,)), columns, ["nl"])

    assert isinstance(remark, rows.Remark)
    assert plain(reason_in_dutch(remark.reason)) == said


def test_every_reason_of_a_row_is_one_that_pages_say() -> None:
    reasons = {
        fact.words.value
        for fact in raised()
        if fact.name == InvalidAddress.__name__ and isinstance(fact.words, ast.Constant)
    }

    assert reasons
    for reason in map(str, reasons):
        assert reason_in_dutch(reason) == i18n.translator("nl")(reason)


def reason_in_dutch(reason: str) -> str:
    """Return the last cell of the list of refused rows."""
    remark = {"row": 1, "value": "", "reason": reason, "meant": ""}
    lines = verdicts.as_csv({"refused": [remark]}, "nl").decode("utf-8-sig")
    return list(csv.reader(lines.splitlines()))[1][2]
