"""Days, hours and numbers: beside their weekday, and between languages."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from newsletter.checks import moments, numbers
from newsletter.checks.moments import Day
from newsletter.checks.proof import Proof
from tests.newsletter.checks.proofs import LEAVES_AT, event, found, item, proof, text

# 12 December 2026 is a Saturday.
WRONG_DAYS = [
    ("fr", "Rendez-vous le vendredi 12 décembre 2026 à 14 h 30."),
    ("fr", "Rendez-vous jeudi 12 décembre à la gare."),
    ("nl", "Afspraak op vrijdag 12 december 2026."),
    ("nl", "We zien elkaar dinsdag 12 december."),
    ("de", "Treffpunkt am Freitag, dem 12. Dezember 2026."),
    ("de", "Treffpunkt Montag, 12. Dezember."),
    ("en", "Meet us on Friday 12 December 2026."),
    ("en", "Meet us on Friday, December 12."),
]
RIGHT_DAYS = [
    ("fr", "Le samedi 12 décembre 2026, et le vendredi 1er janvier 2027."),
    (
        "fr",
        "Merci de répondre avant le mardi 8 décembre ; lundi 30 novembre passe.",
    ),
    ("nl", "Zaterdag 12 december, of maandag de 14de. Vrijdag 4 juni ook."),
    ("de", "Am Samstag, den 12. Dezember 2026, und Sonnabend, 12. Dezember."),
    ("en", "Saturday, December 12, 2026, or Tuesday 8 December."),
    ("en", "On Monday 31 people came; Friday the 13th is another story."),
]


@pytest.mark.parametrize(("language", "summary"), WRONG_DAYS)
def test_a_weekday_beside_another_date_must_be_fixed(
    language: str, summary: str
) -> None:
    spoilt = proof(item(text(language, summary=summary)))

    assert ("weekday", "must-fix", language, "summary") in found(spoilt)


@pytest.mark.parametrize(("language", "summary"), RIGHT_DAYS)
def test_a_weekday_beside_its_date_is_right(language: str, summary: str) -> None:
    assert "weekday" not in checks_in(proof(item(text(language, summary=summary))))


@pytest.mark.parametrize(
    ("language", "summary"),
    [
        ("fr", "En 1944, le dimanche 27 août, la ville était libre."),
        ("nl", "In 1944 was de stad vrij: op zondag 27 augustus."),
        ("de", "Am Sonntag, dem 27. August, war 1944 die Stadt frei."),
        ("en", "In 1944, on Sunday 27 August, the city was free."),
    ],
)
def test_a_text_about_another_year_may_name_its_days(
    language: str, summary: str
) -> None:
    assert "weekday" not in checks_in(proof(item(text(language, summary=summary))))


def test_a_story_of_last_year_may_name_its_days() -> None:
    # 11 October 2013 was a Friday; in 2026 it is a Sunday.
    old = item(
        text("fr", summary="Répondez avant le vendredi 11 octobre à 16h30."),
        published_at=datetime(2013, 10, 4, tzinfo=UTC),
    )

    assert "weekday" not in checks_in(proof(old))


@pytest.mark.parametrize(
    ("changed", "check", "level"),
    [
        ({"starts_at": LEAVES_AT - timedelta(days=1)}, "event-past", "must-fix"),
        ({"ends_at": datetime(2026, 12, 12, 9, tzinfo=UTC)}, "event-order", "must-fix"),
        ({"starts_at": LEAVES_AT + timedelta(hours=20)}, "event-soon", "look"),
        ({"reply_by_at": LEAVES_AT - timedelta(hours=1)}, "reply-by", "look"),
        ({"reply_by_at": datetime(2026, 12, 20, tzinfo=UTC)}, "reply-by", "look"),
    ],
)
def test_an_event_at_a_wrong_time_is_found(
    changed: dict[str, datetime], check: str, level: str
) -> None:
    assert (check, level, None, "date") in found(proof(event(**changed)))


def test_an_event_in_two_weeks_is_fine() -> None:
    assert found(proof(event())) == []
    ends = datetime(2026, 12, 12, 17, tzinfo=UTC)
    assert found(proof(event(ends_at=ends, reply_by_at=LEAVES_AT + timedelta(3)))) == []


def test_an_event_of_a_whole_day_is_over_when_the_day_is() -> None:
    today = event(starts_at=LEAVES_AT - timedelta(hours=8), all_day=True)  # type: ignore[arg-type]  # no moment

    assert "event-past" not in checks_in(proof(today))


DIFFERENT = [
    ("numbers-differ", "Il reste trois mois.", "nl", "Er resten nog 6 maanden."),
    ("numbers-differ", "Il reste trois mois.", "de", "Es bleiben sechs Monate."),
    ("numbers-differ", "Il reste trois mois.", "en", "Six months are left."),
    ("numbers-differ", "13,4 millions d’appels", "en", "14.3 million calls"),
    ("numbers-differ", "1 204 lettres", "nl", "1.240 brieven"),
    ("numbers-differ", "vingt-cinq arbres", "de", "zweiundfünfzig Bäume"),
    ("dates-differ", "le 12 décembre", "nl", "op 13 december"),
    ("dates-differ", "le 12 décembre", "de", "am 12. November"),
    ("dates-differ", "le 12 décembre 2026", "en", "12 December 2027"),
    ("times-differ", "à 14 h 30", "nl", "om 15.30 uur"),
    ("times-differ", "à 18h", "de", "um 19 Uhr"),
    ("times-differ", "à 14h30", "en", "at 3.30 pm"),
    ("weekdays-differ", "samedi prochain", "nl", "volgende zondag"),
    ("weekdays-differ", "samedi prochain", "de", "nächsten Sonntag"),
    ("weekdays-differ", "samedi prochain", "en", "next Sunday"),
]
THE_SAME = [
    ("Il reste trois mois, 3 fois.", "nl", "Er resten nog drie maanden."),
    ("13,4 millions d’appels", "en", "13.4 million calls"),
    ("13,4 millions d’appels", "nl", "13,4 miljoen oproepen"),
    ("1 204 lettres et quatre-vingts arbres", "de", "1.204 Briefe und achtzig Bäume"),
    ("une quarantaine de filles", "nl", "een veertigtal meisjes van 12 jaar"),
    ("Samira, seize ans, et deux amies", "de", "die sechzehnjährige Samira und beide"),
    ("mille et une questions, cent fois", "en", "a thousand questions"),
    ("un livre neuf à chacun des dix", "nl", "onze tien nieuwe boeken"),
    ("les 12 et 13 février 2026", "en", "on February 12 and 13, 2026"),
    ("les 12 et 13 février", "de", "am 12. und 13. Februar"),
    ("le 1er décembre 2026", "nl", "op 1 december"),
    ("de 14 h à 16 h", "de", "14–16 Uhr"),
    ("de 14 h à 16 h", "en", "from 2 to 4 pm"),
    ("à 14 h 30", "nl", "om 14u30"),
    ("à 14 h 30", "en", "at 2.30 p.m."),
    ("pendant 24 heures", "nl", "24 uur lang"),
    ("chaque mercredi", "de", "mittwochs"),
    ("Appelez le 02 512 34 56", "nl", "Bel 02/512.34.56"),
    ("Dans 150 pays, en 2026", "de", "Auf der ganzen Welt"),
    ("le 3ème protocole", "nl", "het derde protocol"),
]


@pytest.mark.parametrize(("check", "source", "language", "translated"), DIFFERENT)
def test_a_fact_that_differs_is_worth_a_look(
    check: str, source: str, language: str, translated: str
) -> None:
    spoilt = proof(item(text("fr", summary=source), text(language, summary=translated)))

    assert (check, "look", language, "summary") in found(spoilt)


@pytest.mark.parametrize(("source", "language", "translated"), THE_SAME)
def test_a_fact_said_otherwise_is_the_same(
    source: str, language: str, translated: str
) -> None:
    fine = proof(item(text("fr", summary=source), text(language, summary=translated)))

    assert {each for each in checks_in(fine) if each.endswith("-differ")} == set()


def test_a_link_that_a_translation_lost_is_worth_a_look() -> None:
    link = '<a href="https://ville.example.org/fr/permis">le permis</a>'
    whole = "<p>La ville a publié {} sur son site, où chacun peut le lire.</p>"
    kept = '<a href="https://www.ville.example.org/nl/vergunning">de vergunning</a>'
    dutch = "<p>De stad heeft {} op haar site gezet, iedereen kan ze lezen.</p>"

    lost = proof(
        item(
            text("fr", body=whole.format(link)),
            text("nl", body=dutch.format("de vergunning")),
        )
    )
    fine = proof(
        item(text("fr", body=whole.format(link)), text("nl", body=dutch.format(kept)))
    )

    assert ("links-differ", "look", "nl", "body") in found(lost)
    assert ("links-differ", "look", "nl", "body") not in found(fine)


@pytest.mark.parametrize(
    ("language", "words", "value"),
    [
        *(("fr", w, v) for w, v in (("seize", 16), ("soixante-quinze", 75))),
        *(("fr", w, v) for w, v in (("quatre-vingt-dix-huit", 98), ("vingt-deux", 22))),
        *(("nl", w, v) for w, v in (("zestien", 16), ("tweeëntwintig", 22))),
        *(("nl", w, v) for w, v in (("vijfenzeventig", 75), ("tachtig", 80))),
        *(("de", w, v) for w, v in (("sechzehn", 16), ("fünfundsiebzig", 75))),
        *(("de", w, v) for w, v in (("dreißig", 30), ("neunundneunzig", 99))),
        *(("en", w, v) for w, v in (("sixteen", 16), ("seventy-five", 75))),
        *(("en", w, v) for w, v in (("1,204.5", "1204.5"), ("2.5 million", 2_500_000))),
        *(("fr", w, v) for w, v in (("1\u202f204", 1204), ("3,5", "3.5"))),
    ],
)
def test_a_number_is_read_as_its_language_writes_it(
    language: str, words: str, value: int | str
) -> None:
    assert set(numbers.find(words, language).strict) == {Decimal(value)}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "12 décembre 2026"),
        ("nl", "12 december 2026"),
        ("de", "12. Dezember 2026"),
        ("en", "December 12, 2026"),
        ("en", "12th of December 2026"),
        ("nl", "12/12/2026"),
        ("de", "12.12.2026"),
        ("fr", "2026-12-12"),
    ],
)
def test_a_day_is_read_as_its_language_writes_it(language: str, words: str) -> None:
    read = moments.find(words, language)

    assert set(read.days) == {Day(12, 12, 2026)}
    assert read.rest.strip() == ""


def checks_in(whole: Proof) -> set[str]:
    return {check for check, *_ in found(whole)}
