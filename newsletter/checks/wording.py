"""Checks of the words themselves: doubled ones, "tomorrow", "attached"."""

import re
from collections.abc import Iterator

from newsletter import i18n
from newsletter.checks.findings import Fault, check, look
from newsletter.checks.places import Kind
from newsletter.checks.proof import Passage, Proof
from newsletter.checks.sentences import gettext
from newsletter.i18n import N_

_DOUBLED = re.compile(
    r"(?<![\w’'-])([^\W\d_]{2,})[ \u00a0\u202f\t\n]+\1(?![\w’'-])", re.IGNORECASE
)
# Words that may stand twice: grammar asks for it, or a speaker insists.
_TWICE = {
    "fr": "nous vous très trop si non oui bien tout loin peu plus jamais bla cha tam"
    " petit vite là encore mais eux",
    "nl": "die dat het zo heel ja nee wel bla tik weg steeds zeer veel is als"
    " op aan in uit af om door over voor mee toe onder",
    "de": "die der das den dem sie ihr ja nein sehr ganz so bla weit wieder was"
    " haben sind war wir immer es"
    " an auf aus ein ab zu mit vor um",
    "en": "that had very so bla yes no knock really many who is bye far her",
}

_TOMORROW = {
    "fr": r"(?:après-)?demain",
    "nl": r"(?:over)?morgen(?:avond|ochtend|middag|vroeg)?",
    "de": r"(?:über)?morgen",
    "en": r"(?:the day after )?tomorrow",
}
# "The world of tomorrow", "one fine morning", "in the morning": no day is meant.
_NO_DAY_BEFORE = {
    "fr": r"(?:\bde|\bd’ici|\bd'ici|\ble|\bun autre|\bvers|lendemain|\bces) *",
    "nl": r"(?:\bvan|\bde|\bdeze|\bdie|\been|\been mooie|\belke|\biedere|\bgoede|\bper"
    r"|\bnaar|\bvroege|\bhele|[’'`]s|\bvolgende|\bop|\bzo’n|\bandere) *",
    "de": r"(?:\bvon|\bins|\bam|\bjeden|\beines|\bguten|\bdiesen|\bden|\bder|\bheute"
    r"|\bgestern|\bim|\bfrühen|\bnächsten|\bans|\bbis zum) *",
    "en": r"(?:\bof|\ba|\bthe|\bbetter|\bbrighter|\btowards|\binto|\byoung) *",
}
_NO_DAY_AFTER = re.compile(r"[’']s\b|-")
# Whoever says which day it is has said it: "demain, 11 octobre".
_DAY_AFTER = re.compile(r"[\s,(]+(?:[^\W\d]+[\s,]+)?(?:den |de |le |the )?\d{1,2}\b")

_ATTACHED = {
    "fr": r"pièces? jointes?|ci-joint(?:e|s|es)?|ci-annexé",
    "nl": r"(?:in|als|zie|de|bij) bijlagen?|bijgevoegd|in attachment",
    "de": r"im anhang|als anhang|in der anlage|angehängt|anbei\b|beigefügt",
    "en": r"(?:see|find|is|are|please find)(?: \w+)? attached(?! to)|(?:the|see|in the)"
    r" attachment|attached (?:file|document|pdf|programme|program|form|flyer|letter)",
}

# What websites leave in a text where a picture was: its file, or its lack of a title.
_FILE_NAME = re.compile(
    r"(?<![\w/@#.\\:=?&%+-])(?:"
    r"[^\W_]+(?:[_-][^\W_]+)*\.(?:jpe?g|png|gif|webp|tiff?|pdf|docx?)\b"
    r"|[^\W_]+(?:_+[^\W_]+){2,}(?![\w@])"
    r"|(?:sans titre|zonder titel|naamloos|ohne titel|unbenannt|untitled)[ -]?\d+\b)",
    re.IGNORECASE,
)


@check("doubled-words", N_("No word stands twice"))
def doubled_words(proof: Proof) -> Iterator[Fault]:
    """A slip that eyes skip and readers do not."""
    for passage in proof.passages:
        for found in _doubled(passage):
            said = gettext("A word stands twice: “{words}”", words=found)
            yield look(
                said, passage.place, language=passage.language, detail=found.lower()
            )


@check("relative-day", N_("No day is called “tomorrow”"))
def relative_day(proof: Proof) -> Iterator[Fault]:
    """Letters are read for a week: "tomorrow" is a wrong day for most readers."""
    for passage in proof.passages:
        found = _tomorrow(passage.prose.own, i18n.base(passage.language))
        if found:
            said = gettext(
                "“{words}”: people read this on different days. Name the day.",
                words=found,
            )
            yield look(said, passage.place, language=passage.language)


@check("file-name", N_("No text holds the name of a file"))
def file_name(proof: Proof) -> Iterator[Fault]:
    """What nobody wrote: it came along when a page was copied, or with a feed."""
    for passage in proof.passages:
        found = _FILE_NAME.search(passage.words)
        # The description of a picture has a check of its own.
        if found and passage.place.field != "alt":
            said = gettext("“{words}” looks like the name of a file.", words=found[0])
            yield look(said, passage.place, language=passage.language, detail=found[0])


@check("attachment", N_("Nothing is called attached that is not there"))
def attachment(proof: Proof) -> Iterator[Fault]:
    """A letter has no attachments; its documents are links."""
    with_papers = {item.id for item in proof.items if item.documents}
    for passage in proof.passages:
        pattern = _ATTACHED.get(i18n.base(passage.language))
        item = passage.place.kind is Kind.ITEM
        if not pattern or (passage.place.id in with_papers if item else with_papers):
            continue
        found = re.search(rf"\b(?:{pattern})", passage.prose.own, re.IGNORECASE)
        if found:
            said = gettext("“{words}”, but there is no document.", words=found[0])
            yield look(said, passage.place, language=passage.language)


def _doubled(passage: Passage) -> Iterator[str]:
    allowed = _TWICE.get(i18n.base(passage.language), "").split()
    for line in passage.words.split("\n"):
        for found in _DOUBLED.finditer(line):
            first, second = found[0].split()[0], found[0].split()[-1]
            # Names may: Baden Baden, Pago Pago.
            if second.islower() and first.lower() not in allowed:
                yield " ".join(found[0].split())


def _tomorrow(words: str, language: str) -> str:
    pattern = _TOMORROW.get(language)
    if not pattern:
        return ""
    for found in re.finditer(rf"(?<![\w-])(?:{pattern})(?!\w)", words, re.IGNORECASE):
        before, after = words[: found.start()], words[found.end() :]
        if _is_noun(found[0], before, language):
            continue
        if re.search(rf"{_NO_DAY_BEFORE[language]}$", before, re.IGNORECASE):
            continue
        if not _NO_DAY_AFTER.match(after) and not _DAY_AFTER.match(after):
            return found[0]
    return ""


def _is_noun(word: str, before: str, language: str) -> bool:
    """Whether a capital in the middle of a sentence makes it a name or a morning."""
    if not word[0].isupper():
        return False
    begins = not before.strip() or before.rstrip(" “„«‘\u00a0\u202f")[-1:] in ".!?:…\n"
    return not begins and language in {"de", "nl"}


CHECKS = (doubled_words, relative_day, file_name, attachment)
