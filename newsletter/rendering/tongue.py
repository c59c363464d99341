"""The language of a letter, and how other languages stand in it."""

from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from newsletter import i18n
from newsletter.i18n import Translator


@dataclass(frozen=True)
class Tongue:
    """What a letter's language decides: our words, its sides, its attributes."""

    language: str

    @cached_property
    def say(self) -> Translator:
        """Our words in this language."""
        return i18n.translator(self.language)

    @cached_property
    def direction(self) -> str:
        """How the language is written: `ltr` or `rtl`."""
        return i18n.direction(self.language)

    @cached_property
    def start(self) -> str:
        """The side on which a line begins: mail programs know no logical sides."""
        return "right" if self.direction == "rtl" else "left"

    @cached_property
    def end(self) -> str:
        """The other side."""
        return "left" if self.direction == "rtl" else "right"

    @cached_property
    def voice(self) -> Markup:
        """Attributes for our own words, where the catalogue falls back to English."""
        same = i18n.is_same_language(self.say.speaks, self.language)
        return Markup() if same else self.attrs(self.say.speaks)

    def attrs(self, language: str) -> Markup:
        """Return lang and dir for words of another language, nothing for our own."""
        if language == self.language:
            return Markup()
        return Markup(' lang="{}" dir="{}"').format(language, i18n.direction(language))

    def label(self, language: str) -> str:
        """Return "(in French)" for words the reader may not expect, or nothing."""
        if i18n.is_same_language(language, self.language):
            return ""
        return i18n.in_language_label(language, self.language)
