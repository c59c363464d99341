"""Which texts invite to something, and to what."""

import time
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from newsletter.feeds import events
from newsletter.feeds.events import Event

BRUSSELS = ZoneInfo("Europe/Brussels")
PUBLISHED = date(2026, 3, 2)


def find(text: str, *categories: str, published_on: date = PUBLISHED) -> Event | None:
    return events.find(
        text, published_on=published_on, zone=BRUSSELS, categories=categories
    )


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BRUSSELS)


@pytest.mark.parametrize(
    ("text", "starts_at", "place"),
    [
        (
            "Nous vous invitons le samedi 14 mars à 14h30 à la Maison des Berges.",
            at(3, 14, 14, 30),
            "Maison des Berges",
        ),
        (
            "Rendez-vous le 1er avril 2026 à 9 h au Pont des Arches, 4000 Liège.",
            at(4, 1, 9),
            "Pont des Arches, 4000 Liège",
        ),
        (
            "Date : 14/03/2026\nHeure : 19:15\nLieu : Salle communale, Dinant",
            at(3, 14, 19, 15),
            "Salle communale, Dinant",
        ),
        (
            "Afspraak op zaterdag 21 maart om 9.30 uur in het Natuurhuis. Welkom!\n"
            "Iedereen is van harte welkom.",
            at(3, 21, 9, 30),
            "Natuurhuis",
        ),
        (
            "We nodigen u graag uit: 21 maart 2026, 20u30, in de Oude Molen.",
            at(3, 21, 20, 30),
            "Oude Molen",
        ),
        (
            "Wir laden Sie herzlich ein: am 14. März um 18 Uhr im Alten Rathaus.",
            at(3, 14, 18),
            "Alten Rathaus",
        ),
        (
            "Treffpunkt ist am 7. April 2026 um 8.45 Uhr am Bahnhof Eupen.",
            at(4, 7, 8, 45),
            "Bahnhof Eupen",
        ),
        (
            "Join us on 14 March at 2.30 pm at the Old Mill.",
            at(3, 14, 14, 30),
            "Old Mill",
        ),
        (
            "You are invited! When: March 14th, 2026, 7:30 p.m. Where: Town Hall",
            at(3, 14, 19, 30),
            "Town Hall",
        ),
        ("Register now: 2026-03-14, 10:00.", at(3, 14, 10), ""),
    ],
)
def test_invitations_are_understood_in_four_languages(
    text: str, starts_at: datetime, place: str
) -> None:
    event = find(text)

    assert event is not None
    assert (event.starts_at, event.place) == (starts_at, place)
    assert not event.all_day


@pytest.mark.parametrize(
    ("text", "reply_by"),
    [
        ("Inscription avant le 10 mars à 12h.", at(3, 10, 12)),
        ("Merci de confirmer au plus tard le lundi 9 mars.", at(3, 9, 23, 59)),
        ("Schrijf je in voor 10 maart.", at(3, 10, 23, 59)),
        ("Aanmelden uiterlijk op vrijdag 6 maart om 17 uur.", at(3, 6, 17)),
        ("Anmeldung bis spätestens 8. März.", at(3, 8, 23, 59)),
        ("Bitte melden Sie sich bis zum 8. März um 12 Uhr an.", at(3, 8, 12)),
        ("RSVP by Friday 6 March at 5 pm.", at(3, 6, 17)),
        ("Please register no later than March 6.", at(3, 6, 23, 59)),
    ],
)
def test_the_day_to_reply_by_is_told_from_the_day_itself(
    text: str, reply_by: datetime
) -> None:
    event = find(f"14 mars 2026, 19h30\n{text}", "Agenda")

    assert event is not None
    assert event.starts_at == at(3, 14, 19, 30)
    assert event.reply_by_at == reply_by


@pytest.mark.parametrize(
    "hours",
    ["de 14h à 17h30", "van 14 tot 17.30 uur", "von 14 bis 17:30 Uhr", "14:00-17:30"],
)
def test_a_span_of_hours_has_an_end(hours: str) -> None:
    event = find(f"14 mars 2026, {hours}", "Agenda")

    assert event is not None
    assert (event.starts_at, event.ends_at) == (at(3, 14, 14), at(3, 14, 17, 30))


@pytest.mark.parametrize(
    "days",
    [
        *("du 13 au 14 mars 2026", "13-14 maart", "vom 13. bis 14. März"),
        *("13 to 14 March", "March 13-14, 2026", "13 et 14 mars"),
    ],
)
def test_days_without_an_hour_are_whole_days(days: str) -> None:
    event = find(f"Inscrivez-vous : {days}.")

    assert event is not None
    assert event.all_day
    assert (event.starts_at, event.ends_at) == (at(3, 13), at(3, 14))


@pytest.mark.parametrize(
    "report",
    [
        "Le 26 février 2026, les deux associations ont signé un accord.",
        "14 Février 2026- Les marcheurs ont été accueillis au parlement à 14h.",
        "Le 14 février, à 14h30, nous avions rendez-vous avec la ministre.",
        "Du 12 au 13 février 2026, les participants se sont réunis à Namur.",
        "Le prix lui sera remis lors d’une soirée à Liège le 20 mars.",
        "Le protocole entrera en vigueur le 14 avril 2026.",
        "Nous restons joignables 24h sur 24 ; inscrivez-vous à notre lettre.",
        "Op 14 februari 2026 om 20 uur stemde de raad over het plan.",
        "Am 14. Februar 2026 um 18 Uhr begann die Sitzung.",
        "On 14 February 2026 at 2 pm the teams met. Everyone was invited.",
        "L’appel reste ouvert : inscription permanente.",
        "",
    ],
)
def test_reports_are_no_events(report: str) -> None:
    assert find(report) is None


def test_a_day_without_a_year_is_the_next_one() -> None:
    event = find("Rendez-vous le 5 janvier à 19h.", published_on=date(2025, 12, 20))

    assert event is not None
    assert event.starts_at == at(1, 5, 19)


def test_the_day_of_publication_still_counts() -> None:
    assert find("Rendez-vous le 2 mars à 19h.") is not None


def test_the_day_is_the_last_one_named_before_the_hour() -> None:
    event = find(
        "Partis le 6 mars, ils seront à la mer le 16 mars.\n"
        "Le 14 mars, ils passent en ville.\n"
        "Infos pratiques: rendez-vous à 15h15 au Pont des Arches."
    )

    assert event is not None
    assert event.starts_at == at(3, 14, 15, 15)


@pytest.mark.parametrize(
    "text", ["le 31 avril à 14h", "le 45 mars à 14h", "le 0 mars", "14 mars à 27h61"]
)
def test_days_and_hours_that_do_not_exist_are_passed_over(text: str) -> None:
    event = find(f"Rendez-vous {text}")

    assert event is None or event.starts_at.astimezone(BRUSSELS).hour == 0


@pytest.mark.parametrize(
    "text",
    [
        "Rendez-vous 14 15 16 17:00 18.00 19-20 " * 5_000,
        "Rendez-vous le 14 mars à 15h. " * 6_000,
        "1" * 200_000,
        "avant le " * 20_000 + "14 mars",
    ],
)
def test_a_long_text_is_read_in_time(text: str) -> None:
    started = time.thread_time()

    find(text)

    assert time.thread_time() - started < 3
