"""When a form was shown, signed: nobody fills one in within a second."""

import hmac
from datetime import UTC, datetime, timedelta

from subscribers.tokens import Key, KeyRing, derive

_TOO_FAST = timedelta(seconds=2)
_TOO_OLD = timedelta(hours=24)


def stamp(keys: KeyRing, *, now: datetime) -> str:
    """Return what a form carries to tell when it was shown."""
    moment = str(int(now.timestamp()))
    return f"{moment}.{_signed(keys.newest, moment)}"


def is_human(keys: KeyRing, text: str, *, now: datetime) -> bool:
    """Tell whether a form with this stamp was shown by us, some seconds ago.

    False means "ask once more", never "refuse": a form on somebody else's site has
    no stamp, and a password manager is faster than any person.
    """
    moment, _, mac = text[:64].partition(".")
    if not text.isascii() or not moment.isdigit() or len(moment) > 12:
        return False
    ours = (_signed(key, moment) for key in keys.keys)
    if not any(hmac.compare_digest(each, mac) for each in ours):
        return False
    age = now - datetime.fromtimestamp(int(moment), UTC)
    return _TOO_FAST <= age <= _TOO_OLD


def _signed(key: Key, moment: str) -> str:
    return derive(key, "form stamp", moment)
