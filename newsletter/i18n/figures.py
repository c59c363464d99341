"""Numbers with a unit: sizes, counts, reading time."""

from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from newsletter.i18n.languages import locale

# Words a minute; the low end for reading on a screen.
_PACE = 200
_UNITS = ("byte", "kilobyte", "megabyte", "gigabyte")


def number(value: float, language: str) -> str:
    """Return a number with the language's own separators: 2 643."""
    return format_decimal(value, locale=locale(language))


def percent(share: float, language: str) -> str:
    """Return a share of one in percent, to two digits: 0,12 %."""
    spoken = locale(language)
    form = spoken.percent_formats[None].pattern.replace("#,##0", "#,##0.##")
    return format_percent(share, form, locale=spoken)


def file_size(size: int, language: str) -> str:
    """Return a size in bytes for people, counted in thousands: 1,8 Mo."""
    amount, unit = float(size), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    digits = "#,##0.#" if unit > 1 and amount < 10 else "#,##0"
    return format_unit(
        amount,
        f"digital-{_UNITS[unit]}",
        "short",
        format=digits,
        locale=locale(language),
    )


def minutes(text: str) -> int:
    """Return how many minutes `text` takes to read, at least one."""
    return max(1, round(len(text.split()) / _PACE))
