from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest

from newsletter import i18n

BRUSSELS = ZoneInfo("Europe/Brussels")
NARROW = "\u202f"


@dataclass(frozen=True)
class Facts:
    starts_at: datetime
    ends_at: datetime | None = None
    all_day: bool = False
    zone: tzinfo = BRUSSELS


def evening(day: int = 12, hour: int = 18, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=BRUSSELS)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "1er\xa0décembre 2026"),
        ("fr-BE", "1er\xa0décembre 2026"),
        ("nl", "1\xa0december 2026"),
        ("de", "1.\xa0Dezember 2026"),
        ("en", "1\xa0December 2026"),
        ("en-US", "December 1, 2026"),
    ],
)
def test_a_day_is_written_as_the_language_does(language: str, words: str) -> None:
    assert i18n.day(date(2026, 12, 1), language) == words


def test_only_the_first_of_the_month_is_an_ordinal_in_french() -> None:
    assert i18n.day(date(2026, 12, 11), "fr") == "11\xa0décembre 2026"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "samedi 12\xa0décembre 2026, 18\xa0h\xa0– 22\xa0h\xa030"),
        ("nl", "zaterdag 12\xa0december 2026, 18.00\xa0– 22.30\xa0uur"),
        ("de", "Samstag, 12.\xa0Dezember 2026, 18:00\xa0– 22:30\xa0Uhr"),
        ("en", "Saturday, 12\xa0December 2026, 18:00\xa0– 22:30"),
    ],
)
def test_an_event_says_its_weekday_and_its_hours(language: str, words: str) -> None:
    facts = Facts(evening(), evening(hour=22, minute=30))

    assert i18n.event_when(facts, language) == words


def test_an_event_without_an_end_says_only_its_beginning() -> None:
    said = i18n.event_when(Facts(evening()), "de")

    assert said == "Samstag, 12.\xa0Dezember 2026, 18:00\xa0Uhr"


def test_an_end_before_the_beginning_is_not_said() -> None:
    facts = Facts(evening(), evening(hour=9))

    assert i18n.event_when(facts, "en") == "Saturday, 12\xa0December 2026, 18:00"


def test_an_event_over_days_says_both() -> None:
    said = i18n.event_when(Facts(evening(12), evening(13, 9)), "en")

    assert said.endswith("18:00\xa0– Sunday, 13\xa0December 2026, 09:00")


def test_whole_days_have_no_hours() -> None:
    several = Facts(evening(1), evening(3), all_day=True)
    one = Facts(evening(1), evening(1, 20), all_day=True)

    said = [i18n.event_when(facts, "fr") for facts in (several, one)]

    assert said[0] == "mardi 1er\xa0décembre 2026\xa0– jeudi 3\xa0décembre 2026"
    assert said[1] == "mardi 1er\xa0décembre 2026"


def test_an_event_is_told_in_the_zone_it_was_announced_in() -> None:
    facts = Facts(datetime(2026, 7, 1, 16, 0, tzinfo=ZoneInfo("UTC")))

    assert "18\xa0h" in i18n.event_when(facts, "fr")


def test_a_moment_is_told_in_the_zone_asked_for() -> None:
    at = datetime(2026, 12, 8, 15, 30, tzinfo=ZoneInfo("UTC"))

    said = i18n.moment(at, "fr", BRUSSELS)

    assert said == "8\xa0décembre 2026, 16\xa0h\xa030"


def test_a_date_tile_shows_the_day_and_the_short_month() -> None:
    assert i18n.day_and_month(date(2026, 12, 2), "fr") == ("2", "déc.")


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("fr", "(en néerlandais)"),
        ("nl", "(in het Nederlands)"),
        ("de", "(auf Niederländisch)"),
        ("en", "(in Dutch)"),
        ("ar", "(in Dutch)"),  # no Arabic catalogue: all of it in English
    ],
)
def test_words_in_another_language_are_labelled(language: str, label: str) -> None:
    assert i18n.in_language_label("nl", language) == label


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("fr", "Français"),
        ("fr-BE", "Français"),
        ("ar", "العربية"),
        ("sr-Latn", "Srpski (latinica)"),
        ("xx", "Xx"),
    ],
)
def test_a_language_calls_itself_by_its_own_name(tag: str, name: str) -> None:
    assert i18n.own_name(tag) == name


@pytest.mark.parametrize(
    ("tag", "direction"),
    [("ar", "rtl"), ("he", "rtl"), ("fa-AF", "rtl"), ("fr", "ltr"), ("??", "ltr")],
)
def test_a_language_knows_which_way_it_is_written(tag: str, direction: str) -> None:
    assert i18n.direction(tag) == direction


@pytest.mark.parametrize(
    ("size", "language", "words"),
    [
        (1_834_000, "fr", f"1,8{NARROW}Mo"),
        (1_834_000, "nl", "1,8\xa0MB"),
        (402_000, "de", "402\xa0kB"),
        (24_600_000, "en", "25\xa0MB"),
        (3_000_000_000, "en", "3\xa0GB"),
    ],
)
def test_a_size_has_the_unit_of_the_language(
    size: int, language: str, words: str
) -> None:
    said = i18n.file_size(size, language)

    assert said.replace(" ", "\xa0") == words


def test_a_number_has_the_separators_of_the_language() -> None:
    assert i18n.number(2643, "fr") == f"2{NARROW}643"
    assert i18n.number(2643, "nl") == "2.643"


@pytest.mark.parametrize(("words", "minutes"), [(0, 1), (90, 1), (500, 2), (900, 4)])
def test_reading_takes_a_minute_for_two_hundred_words(words: int, minutes: int) -> None:
    assert i18n.minutes("word " * words) == minutes


@pytest.mark.parametrize(
    ("name", "language", "shown"),
    [
        ("News", "fr", "Actualités"),
        ("actualités ", "nl", "Nieuws"),
        ("Events", "de", "Veranstaltungen"),
        ("Agenda", "nl", "Agenda"),
        ("Termine", "fr", "Agenda"),
        ("In de kijker", "en", "Lead story"),
        ("Notre colonne", "de", "Notre colonne"),
    ],
)
def test_a_known_section_is_named_in_the_language(
    name: str, language: str, shown: str
) -> None:
    assert i18n.section_name(name, language) == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Pourquoi ?", f"Pourquoi{NARROW}?"),
        ("« oui »", f"«{NARROW}oui{NARROW}»"),
        ("Lire : https://e.org/a?b :)", f"Lire{NARROW}: https://e.org/a?b :)"),
        ("à 12:30", "à 12:30"),
        ("a\xa0;", f"a{NARROW};"),
    ],
)
def test_french_keeps_its_tall_signs_on_the_line(typed: str, shown: str) -> None:
    assert i18n.tidy(typed, "fr-BE") == shown


def test_other_languages_keep_what_was_typed() -> None:
    assert i18n.tidy("Why ? « so »", "en") == "Why ? « so »"


def test_a_region_speaks_the_words_of_its_language() -> None:
    assert i18n.translator("fr-CA")("Unsubscribe") == "Se désinscrire"


def test_a_language_without_a_catalogue_speaks_english() -> None:
    spoken = i18n.translator("pt")

    assert (spoken.speaks, spoken("Unsubscribe")) == ("en", "Unsubscribe")


def test_values_are_filled_in_after_translation() -> None:
    _ = i18n.translator("de")

    assert _("By {author}", author="{0} Maes") == "Von {0} Maes"


def test_a_template_gets_the_three_functions_it_needs() -> None:
    words = i18n.words("nl")

    assert words["_"]("Unsubscribe") == "Uitschrijven"
    assert words["pgettext"]("nowhere", "Unsubscribe") == "Unsubscribe"
    assert words["ngettext"]("{n} gap", "{n} gaps", 2) == "2 gaps"
