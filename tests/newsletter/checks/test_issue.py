"""The inbox line, pictures, coverage, weight and readers of an issue."""

from dataclasses import replace

import pytest

from newsletter.checks import CHECKS, examine
from newsletter.checks.proof import Mail, PictureFacts, Proof
from newsletter.checks.sentences import gettext
from newsletter.editions import CellState
from newsletter.messages.lint import Broken
from tests.newsletter.checks.proofs import (
    LANGUAGES,
    PREHEADERS,
    SUBJECTS,
    edition,
    found,
    in_state,
    item,
    proof,
    text,
)

EVERY = pytest.mark.parametrize("language", LANGUAGES)


@EVERY
def test_a_subject_that_is_missing_must_be_fixed(language: str) -> None:
    spoilt = proof(edition(language, subject=" "))

    assert ("subject-missing", "must-fix", language, "subject") in found(spoilt)


@EVERY
def test_a_language_that_nobody_reads_may_stay_at_home(language: str) -> None:
    assert found(proof(edition(language, subject="", readers=0))) == []


@EVERY
@pytest.mark.parametrize(
    ("words", "check", "field"),
    [
        ({"subject": "é" * 79}, "subject-long", "subject"),
        ({"preheader": ""}, "preheader-missing", "preheader"),
        ({"last_subject": "same"}, "subject-repeats", "subject"),
        ({"preheader": "same"}, "preheader-repeats", "preheader"),
    ],
)
def test_an_inbox_line_that_could_be_better_is_worth_a_look(
    language: str, words: dict[str, str], check: str, field: str
) -> None:
    own = SUBJECTS[language].upper() + " "
    said = {key: own if value == "same" else value for key, value in words.items()}

    assert (check, "look", language, field) in found(proof(edition(language, **said)))


@EVERY
def test_a_good_inbox_line_is_left_alone(language: str) -> None:
    other = {"subject": "x" * 78, "last_subject": "y" + "x" * 77}

    assert found(proof(edition(language, **other))) == []
    assert PREHEADERS[language] != SUBJECTS[language]


@EVERY
def test_words_without_a_title_must_be_fixed(language: str) -> None:
    spoilt = proof(item(untitled=(language,)))

    assert ("title-missing", "must-fix", language, "title") in found(spoilt)


PICTURES = [
    (PictureFacts(1072, 9, there=False, names=()), "picture-missing", "must-fix"),
    (PictureFacts(1072, 1_000_001, there=True, names=()), "picture-heavy", "must-fix"),
    (PictureFacts(535, 9_000, there=True, names=()), "picture-narrow", "look"),
]


@pytest.mark.parametrize(("picture", "check", "level"), PICTURES)
def test_a_picture_that_will_not_do_is_found(
    picture: PictureFacts, check: str, level: str
) -> None:
    assert (check, level, None, "picture") in found(proof(item(picture=picture)))


def test_a_narrow_picture_may_be_a_small_one() -> None:
    narrow = PictureFacts(320, 9_000, there=True, names=())

    assert found(proof(item(picture=narrow, leads=False))) == []


@EVERY
@pytest.mark.parametrize("alt", ["", "otters.jpg", "IMG_2041.JPG", "Otters"])
def test_a_picture_without_a_description_is_worth_a_look(
    language: str, alt: str
) -> None:
    assert ("picture-alt", "look", language, "alt") in found(
        proof(item(text(language, alt=alt)))
    )


@EVERY
def test_a_picture_instead_of_a_text_is_worth_a_look(language: str) -> None:
    spoilt = proof(item(text(language, body="")))

    assert ("picture-only", "look", language, "body") in found(spoilt)


@EVERY
@pytest.mark.parametrize(
    ("state", "words_in", "check"),
    [
        (CellState.MISSING, "fr", "translation-missing"),
        (CellState.MISSING, None, "translation-missing"),
        (CellState.DRAFT, "fr", "translation-draft"),
        (CellState.SOURCE_CHANGED, "fr", "source-changed"),
    ],
)
def test_a_cell_that_is_not_ready_is_worth_a_look(
    language: str, state: CellState, words_in: str | None, check: str
) -> None:
    spoilt = proof(in_state(language, state, words_in))

    assert (check, "look", language, "words") in found(spoilt)


@pytest.mark.parametrize(
    ("state", "words_in"), [(CellState.SHOWN, "fr"), (CellState.LEFT_OUT, None)]
)
def test_a_decision_settles_a_gap(state: CellState, words_in: str | None) -> None:
    assert found(proof(in_state("nl", state, words_in))) == []


def test_many_gaps_of_a_language_are_one_finding() -> None:
    gap = in_state("nl", CellState.MISSING, "fr")
    report = examine(proof(gap, replace(gap, id=2), replace(gap, id=3)))

    said = [f.sentence.say("en") for f in report.look]
    assert said == ["3 items are not translated: readers get them in another language."]


MAILS = [
    ({"size": 100_001}, "mail-weight", "must-fix"),
    ({"size": 85_001}, "mail-weight", "look"),
    ({"failure": "no"}, "mail-renders", "must-fix"),
    ({"lost": ("unsubscribe html",)}, "way-out", "must-fix"),
    ({"lost": ("unsubscribe text",)}, "way-out", "must-fix"),
    ({"lost": ("legal text",)}, "legal", "must-fix"),
    ({"broken": (Broken("H9", "too long"),)}, "mail-rules", "must-fix"),
    ({"broken": (Broken("R7", "no alt"),)}, "mail-rules", "look"),
]


@EVERY
@pytest.mark.parametrize(("facts", "check", "level"), MAILS)
def test_a_mail_that_will_not_do_is_found(
    language: str, facts: dict[str, object], check: str, level: str
) -> None:
    mail = Mail(language, **facts)  # type: ignore[arg-type]  # a table of cases

    assert (check, level, language, "mail") in found(proof(mail))


@EVERY
def test_a_mail_of_85_kilobytes_is_fine(language: str) -> None:
    assert found(proof(Mail(language, size=85_000))) == []


def test_a_list_that_does_not_say_who_it_is_is_worth_a_look() -> None:
    silent = proof(*(edition(tag, legal="") for tag in LANGUAGES))

    assert found(silent) == [("legal-missing", "look", None, "legal")]


def test_an_issue_that_nobody_gets_must_be_fixed() -> None:
    nobody = proof(*(edition(tag, readers=0) for tag in LANGUAGES), readers=0)

    assert found(nobody) == [("no-readers", "must-fix", None, "readers")]


def test_an_issue_without_items_languages_or_server_must_be_fixed() -> None:
    fault = gettext("No mail server: {reason}", reason="gone")

    assert found(empty(items=())) == [("no-items", "must-fix", None, "items")]
    assert ("no-language", "must-fix", None, "languages") in found(
        empty(all_editions=(), mails=())
    )
    assert found(empty(relay_fault=fault)) == [("relay", "must-fix", None, "relays")]


def empty(**facts: object) -> Proof:
    return replace(proof(), **facts)  # type: ignore[arg-type]  # a table of cases


def test_every_check_has_an_id_of_its_own_and_a_name() -> None:
    ids = [check.id for check in CHECKS]

    assert len(set(ids)) == len(ids) > 40
    assert all(check.name for check in CHECKS)


def test_what_nobody_can_override() -> None:
    fixed = {check.id for check in CHECKS if not check.overridable}

    assert fixed == {
        *("subject-missing", "no-readers", "no-items", "no-language", "relay"),
        *("way-out", "legal", "mail-renders"),
    }


@EVERY
def test_a_finding_speaks_the_language_of_the_page(language: str) -> None:
    report = examine(proof(edition("en", subject="", readers=340)))

    said = report.must_fix[0].sentence.say(language)
    assert "340" in said
    assert ("There is no subject" in said) is (language == "en")


def test_a_key_names_check_language_and_place() -> None:
    report = examine(proof(edition("en", subject="")))

    assert report.must_fix[0].key == "subject-missing:en:edition/4/subject"
