"""Public holidays of the countries whose zones lists have."""

from datetime import date

import pytest

from newsletter import i18n


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2038, 4, 25)],
)
def test_easter_is_on_its_day(year: int, month: int, day: int) -> None:
    assert i18n.easter(year) == date(year, month, day)


@pytest.mark.parametrize(
    ("on", "zone", "name"),
    [
        ("2026-07-21", "Europe/Brussels", "the national holiday"),
        ("2026-07-21", "Europe/Paris", None),
        ("2026-05-14", "Europe/Amsterdam", "Ascension Day"),
        ("2026-04-27", "Europe/Amsterdam", "King’s Day"),
        ("2025-04-26", "Europe/Amsterdam", "King’s Day"),
        ("2025-04-27", "Europe/Amsterdam", None),
        ("2026-04-03", "Europe/Berlin", "Good Friday"),
        ("2026-04-03", "Europe/Brussels", None),
        ("2026-06-23", "Europe/Luxembourg", "the national holiday"),
        ("2026-12-25", "Asia/Tokyo", None),
    ],
)
def test_each_country_has_its_own(on: str, zone: str, name: str | None) -> None:
    found = i18n.holiday(date.fromisoformat(on), zone)

    assert (found and found.said("en")) == name


def test_a_holiday_is_said_in_the_language_of_whoever_asks() -> None:
    found = i18n.holiday(date(2026, 12, 25), "Europe/Brussels")

    assert found is not None
    assert (found.said("nl"), found.where("nl")) == ("Kerstmis", "België")
