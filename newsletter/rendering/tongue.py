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

    def gettext(self, message: str, /, **values: object) -> str:
        """Say one sentence of ours."""
        return self.say(message, **values)

    def leading(self, words: str, target: str) -> str:
        """Return words and what they lead to, as the language punctuates it."""
        return self.gettext("{words}: {target}", words=words, target=target)

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
    def spoken(self) -> str:
        """The language of our own words: English where we have no others.

        A date inside one of our sentences is worded in it too.
        """
        same = i18n.is_same_language(self.say.speaks, self.language)
        return self.language if same else self.say.speaks

    @cached_property
    def voice(self) -> Markup:
        """Attributes for our own words where they are not the letter's language."""
        return self.attrs(self.spoken)

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
