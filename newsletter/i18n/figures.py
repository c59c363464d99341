"""Numbers with a unit: sizes, counts, reading time."""

from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from newsletter.i18n.languages import locale

# Words a minute; the low end for reading on a screen.
_PACE = 200
_NBSP = "\u00a0"
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


def duration(seconds: int, language: str) -> str:
    """Return how long something lasts: 4 min 12, 1 h 05."""
    whole = max(1, seconds)
    if whole < 60:
        return _unit(whole, "second", language)
    hours, rest = divmod(whole // 60, 60)
    if not hours:
        said = _unit(rest, "minute", language)
        return f"{said}{_NBSP}{whole % 60:02}" if whole % 60 else said
    said = _unit(hours, "hour", language)
    return f"{said}{_NBSP}{rest:02}" if rest else said


def _unit(amount: int, unit: str, language: str) -> str:
    # The form for one is the abbreviation; English would say "4 mins" for more.
    one = format_unit(1, f"duration-{unit}", "short", locale=locale(language))
    return one.replace("1", str(amount), 1).replace(" ", _NBSP)
