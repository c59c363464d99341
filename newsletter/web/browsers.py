"""What a browser calls itself, in words that its owner recognises."""

import re

from newsletter import i18n
from newsletter.i18n import N_

# Each pretends to be those after it: the first that fits is the one.
_BROWSERS = {
    "Edge": r"Edg(e|A|iOS)?/",
    "Opera": r"OPR/|Opera",
    "Vivaldi": r"Vivaldi/",
    "Samsung Internet": r"SamsungBrowser/",
    "Firefox": r"Firefox/|FxiOS/",
    "Chrome": r"Chrome/|CriOS/|Chromium/",
    "Safari": r"Safari/",
}
_SYSTEMS = {
    "iPhone": r"iPhone",
    "iPad": r"iPad",
    "Android": r"Android",
    "ChromeOS": r"CrOS",
    "Windows": r"Windows",
    "macOS": r"Mac OS X|Macintosh",
    "Linux": r"Linux|X11",
}


def in_words(agent: str, language: str) -> str:
    """Return "Firefox, Windows" for the User-Agent of a request (RFC 9110 §10.1.5)."""
    browser, system = _first(_BROWSERS, agent), _first(_SYSTEMS, agent)
    say = i18n.translator(language)
    return ", ".join(filter(None, (browser, system))) or say(N_("Another program"))


def _first(known: dict[str, str], agent: str) -> str:
    found = (name for name, sign in known.items() if re.search(sign, agent))
    return next(found, "")
