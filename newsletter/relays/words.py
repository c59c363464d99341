"""An estimate as a sentence, in any language of the interface."""

from collections.abc import Mapping
from datetime import timedelta

from newsletter import i18n
from newsletter.config import Span
from newsletter.i18n import N_, Translator
from newsletter.relays.estimating import Cause, Estimate
from newsletter.relays.profiles import Profile

_LIMITS: Mapping[Span, str] = {
    Span.SECOND: N_("{number} a second"),
    Span.MINUTE: N_("{number} a minute"),
    Span.HOUR: N_("{number} an hour"),
    Span.DAY: N_("{number} a day"),
}
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def say(estimate: Estimate, language: str = "en") -> str:
    """Return how long it takes, and why: 3 h 20, over 2 days because of …."""
    words = i18n.translator(language)
    time = duration(estimate.busy, words)
    if estimate.cause is None or estimate.elapsed <= _MINUTE:
        return words(N_("Takes {time}; no limit holds it up."), time=time)
    limit = limit_in_words(estimate.cause, language)
    if estimate.cause.span is not Span.DAY:
        sentence = N_("Takes {time} because of the limit of {limit}.")
        return words(sentence, time=time, limit=limit)
    days = i18n.number(estimate.days, language)
    if estimate.busy <= _MINUTE:
        sentence = N_("Takes {days} days because of the limit of {limit}.")
        return words(sentence, days=days, limit=limit)
    sentence = N_("Takes {time}, over {days} days because of the limit of {limit}.")
    return words(sentence, time=time, days=days, limit=limit)


def limits_in_words(profile: Profile, language: str = "en") -> str:
    """Return all that a relay takes: At most 30 a minute and 10 connections at once."""
    words = i18n.translator(language)
    causes = [Cause(limit, span) for span, limit in profile.limits.items()]
    causes += [
        Cause(limit, Span.MINUTE, group) for group, limit in profile.domains.items()
    ]
    parts = [limit_in_words(cause, language) for cause in causes]
    open_ = words.ngettext(
        "one connection at once",
        "{number} connections at once",
        profile.connections,
        number=i18n.number(profile.connections, language),
    )
    listed = i18n.listed([*parts, open_], language)
    return words(N_("At most {limits}."), limits=listed)


def limit_in_words(cause: Cause, language: str = "en") -> str:
    """Return a limit: 300 a day; 60 a minute (gmail)."""
    words = i18n.translator(language)
    limit = words(_LIMITS[cause.span], number=i18n.number(cause.limit, language))
    return f"{limit} ({cause.group})" if cause.group else limit


def duration(time: timedelta, words: Translator) -> str:
    """Return a time as people say it, rounded up to minutes, then to hours."""
    minutes = -(-time // _MINUTE)
    if minutes <= 1:
        return words(N_("a minute at most"))
    if time <= _DAY * 2:
        hours, rest = divmod(minutes, 60)
        return _hours(hours, rest, words)
    days, rest_of_day = divmod(time, _DAY)
    hours = rest_of_day // _HOUR
    return words.ngettext("{n} day", "{n} days", days) + (
        f" {_hours(hours, 0, words)}" if hours else ""
    )


def _hours(hours: int, minutes: int, words: Translator) -> str:
    if not hours:
        return words(N_("{minutes} min"), minutes=minutes)
    if not minutes:
        return words(N_("{hours} h"), hours=hours)
    return words(N_("{hours} h {minutes}"), hours=hours, minutes=f"{minutes:02}")
