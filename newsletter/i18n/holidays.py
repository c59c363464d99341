"""Public holidays of a whole country, told by the time zone of a list."""

from dataclasses import dataclass
from datetime import date, timedelta

from newsletter.i18n.catalogues import N_, translator
from newsletter.i18n.languages import locale

_COUNTRIES = {
    "Europe/Brussels": "BE",
    "Europe/Paris": "FR",
    "Europe/Amsterdam": "NL",
    "Europe/Berlin": "DE",
    "Europe/Busingen": "DE",
    "Europe/Luxembourg": "LU",
}
_NEW_YEAR = N_("New Year’s Day")
_LABOUR = N_("Labour Day")
_ASSUMPTION = N_("Assumption Day")
_SAINTS = N_("All Saints’ Day")
_ARMISTICE = N_("Armistice Day")
_CHRISTMAS = N_("Christmas Day")
_AFTER_CHRISTMAS = N_("the day after Christmas")
_NATIONAL = N_("the national holiday")

_Days = dict[tuple[int, int], str]
_EVERYWHERE: _Days = {(1, 1): _NEW_YEAR, (12, 25): _CHRISTMAS}
_FIXED: dict[str, _Days] = {
    "BE": {
        (5, 1): _LABOUR,
        (7, 21): _NATIONAL,
        (8, 15): _ASSUMPTION,
        (11, 1): _SAINTS,
        (11, 11): _ARMISTICE,
    },
    "FR": {
        (5, 1): _LABOUR,
        (5, 8): N_("Victory Day"),
        (7, 14): _NATIONAL,
        (8, 15): _ASSUMPTION,
        (11, 1): _SAINTS,
        (11, 11): _ARMISTICE,
    },
    "NL": {(5, 5): N_("Liberation Day"), (12, 26): _AFTER_CHRISTMAS},
    "DE": {
        (5, 1): _LABOUR,
        (10, 3): N_("German Unity Day"),
        (12, 26): _AFTER_CHRISTMAS,
    },
    "LU": {
        (5, 1): _LABOUR,
        (5, 9): N_("Europe Day"),
        (6, 23): _NATIONAL,
        (8, 15): _ASSUMPTION,
        (11, 1): _SAINTS,
        (12, 26): _AFTER_CHRISTMAS,
    },
}
# Days after Easter Sunday, free in all five countries …
_MOVING = {
    1: N_("Easter Monday"),
    39: N_("Ascension Day"),
    50: N_("Whit Monday"),
}
_GOOD_FRIDAY = -2  # … and in Germany alone


@dataclass(frozen=True)
class Holiday:
    """A day on which a country does not work."""

    country: str  # ISO 3166
    name: str  # a msgid

    def said(self, language: str) -> str:
        """Return its name in a language."""
        return translator(language)(self.name)

    def where(self, language: str) -> str:
        """Return the country's name in a language."""
        spoken = locale(language)
        return str(spoken.territories.get(self.country, self.country))


def holiday(on: date, zone: str) -> Holiday | None:
    """Return the holiday of a day where this zone's clocks are read, if we know it."""
    country = _COUNTRIES.get(zone)
    if country is None:
        return None
    fixed = (_EVERYWHERE | _FIXED[country]).get((on.month, on.day))
    name = fixed or _moving(on, country)
    return Holiday(country, name) if name else None


def easter(year: int) -> date:
    """Return Easter Sunday (the Gregorian computus of Meeus, Jones and Butcher)."""
    century, rest = divmod(year, 100)
    moon = year % 19
    shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * moon + century - century // 4 - shift + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (moon + 11 * epact + 22 * sunday) // 451
    month, day = divmod(epact + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _moving(on: date, country: str) -> str:
    after = (on - easter(on.year)).days
    if country == "DE" and after == _GOOD_FRIDAY:
        return N_("Good Friday")
    if country == "NL" and on == _kings_day(on.year):
        return N_("King’s Day")
    return _MOVING.get(after, "")


def _kings_day(year: int) -> date:
    """Return 27 April, or the day before where that is a Sunday."""
    day = date(year, 4, 27)
    return day - timedelta(days=1) if day.weekday() == 6 else day
