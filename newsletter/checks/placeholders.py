"""Check for words that were only there to hold a place."""

import re
from collections.abc import Iterator

from newsletter import i18n
from newsletter.checks.findings import Fault, check, must_fix
from newsletter.checks.proof import Passage, Proof
from newsletter.checks.sentences import gettext
from newsletter.i18n import N_

# What somebody puts in square brackets to be filled in later, in four languages.
_TO_FILL = (
    r"date|datum|heure|uur|uhrzeit|hour|time|lieu|plaats|ort|place|nom|prénom|naam"
    r"|voornaam|name|vorname|first name|titre|titel|title|lien|link|url|texte|tekst"
    r"|text|photo|foto|image|bild|afbeelding|à compléter|compléter|à confirmer|à venir"
    r"|aan te vullen|aanvullen|in te vullen|invullen|te bevestigen|volgt|folgt"
    r"|ergänzen|einfügen|ausfüllen|to be confirmed|to come|tbc|tbd|tba|todo|à faire"
    r"|insert [^\]]{1,40}|insérer [^\]]{1,40}|hier [^\]]{1,40} invoegen"
    r"|[^\]]{1,40} einfügen|xx+|\?+|_+|tk"
)
_MARKS = re.compile(
    r"\{\{[^{}\n]{0,60}\}\}|\{\{|\}\}|\{%[^\n]{0,60}%\}|\*\|[A-Z_:0-9]{1,40}\|\*"
    r"|%%[A-Za-z_]{2,40}%%|\bTKTK+\b|\bTK TK\b|\[TK\]|\bX{3,}\b"
    rf"|\[ *(?:{_TO_FILL})(?: *[.…!?:]*)? *\]"
)
_LOREM = re.compile(r"\blorem(?: ipsum)?\b", re.IGNORECASE)
# Journalists write TK for what is to come. A Dutch chamber and a German health
# insurance are called so too.
_TK = re.compile(r"\bTK\b(?! [A-ZÀ-Ý])")
_TK_IS_A_NAME = {"nl", "de"}
# Within a text or at its end, […] says that words were left out; feeds cut like that.
_LEFT_OUT = re.compile(r"\[ ?\.\. ?\]|^\s*\[ ?(?:\.{3}|…) ?\]\s*$")


@check("placeholder", N_("No placeholder is left"))
def placeholder(proof: Proof) -> Iterator[Fault]:
    """Everybody has sent one once."""
    for passage in proof.passages:
        found = _found(passage)
        if found:
            said = gettext("A placeholder is left: “{words}”", words=found)
            yield must_fix(said, passage.place, language=passage.language, detail=found)


def _found(passage: Passage) -> str:
    words = passage.words
    case_blind = re.compile(_MARKS.pattern, re.IGNORECASE)
    for found in case_blind.finditer(words):
        # "xxx" below a mail is a kiss; only in capitals it holds a place.
        if not found[0].startswith("x") and not found[0].lower().startswith("tk"):
            return found[0]
        if found[0].isupper():
            return found[0]
    lorem = _LOREM.search(words)
    if lorem:
        return lorem[0]
    left_out = _LEFT_OUT.search(passage.prose.own)
    if left_out:
        return left_out[0]
    return _to_come(words, i18n.base(passage.language))


def _to_come(words: str, language: str) -> str:
    alone = words.strip().strip(".:") == "TK"
    if language in _TK_IS_A_NAME and not alone:
        return ""
    return "TK" if _TK.search(words) else ""


CHECKS = (placeholder,)
