"""Words, dates and names in the reader's language."""

from newsletter.i18n.catalogues import (
    N_,
    Translator,
    catalogue_languages,
    translator,
    words,
)
from newsletter.i18n.dates import (
    appointment,
    city,
    clock,
    day,
    day_and_month,
    event_when,
    moment,
    month,
    short_moment,
    weekday,
    zone_name,
)
from newsletter.i18n.figures import duration, file_size, minutes, number, percent
from newsletter.i18n.folding import fold
from newsletter.i18n.holidays import Holiday, easter, holiday
from newsletter.i18n.languages import (
    base,
    direction,
    in_language_label,
    is_same_language,
    language_name,
    listed,
    own_name,
    plate,
    regional,
)
from newsletter.i18n.sections import section_name
from newsletter.i18n.told import kept, retold, told
from newsletter.i18n.typography import tidy, tidy_parts

__all__ = [
    "N_",
    "Holiday",
    "Translator",
    "appointment",
    "base",
    "catalogue_languages",
    "city",
    "clock",
    "day",
    "day_and_month",
    "direction",
    "duration",
    "easter",
    "event_when",
    "file_size",
    "fold",
    "holiday",
    "in_language_label",
    "is_same_language",
    "kept",
    "language_name",
    "listed",
    "minutes",
    "moment",
    "month",
    "number",
    "own_name",
    "percent",
    "plate",
    "regional",
    "retold",
    "section_name",
    "short_moment",
    "tidy",
    "tidy_parts",
    "told",
    "translator",
    "weekday",
    "words",
    "zone_name",
]
