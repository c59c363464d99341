"""Stand-ins for what differs per reader, unguessable and safe in HTML and URLs."""

from dataclasses import dataclass

from newsletter.errors import RenderingFailed
from newsletter.rendering.letter import Letter, Rendered
from subscribers.sentences import Language, Saying


@dataclass(frozen=True)
class Markers:
    """The stand-ins of one edition.

    `nonce` is random per edition, so that no item text can contain a marker. A
    marker is letters and digits only: MJML, escaping and quoted-printable leave it
    alone, and `messages` cuts the frozen text at it.
    """

    nonce: str  # lower-case base32

    def _mark(self, name: str) -> str:
        return f"zq{self.nonce}{name}qz"

    @property
    def unsubscribe(self) -> str:
        """Where /u/{token} of this reader will stand."""
        return self._mark("unsubscribe")

    @property
    def preferences(self) -> str:
        """Where /p/{token} of this reader will stand."""
        return self._mark("preferences")

    @property
    def address(self) -> str:
        """Where the reader's masked address will stand."""
        return self._mark("address")

    @property
    def since(self) -> str:
        """Where the day the reader joined will stand, in words."""
        return self._mark("since")

    def read_in(self, language: str) -> str:
        """Where /l/{token}/{language} of this reader will stand."""
        return self._mark("read" + language.replace("-", "0").lower())


def check(letter: Letter, rendered: Rendered) -> None:
    """Raise RenderingFailed unless every reader's own values have their place.

    To be called before an edition is frozen: a marker that got lost would leave
    readers without a way out, one that MJML doubled would not be replaced.
    """
    for name, marker in _expected(letter):
        if not marker:
            raise RenderingFailed(
                "The letter does not say where {name} goes.", name=name
            )
        in_source = rendered.mjml.count(marker)
        if not in_source or rendered.html.count(marker) != in_source:
            raise RenderingFailed(
                "The HTML part in {language} lost {name} on its way through MJML.",
                language=Language(letter.language),
                name=name,
            )
        if marker not in rendered.text:
            raise RenderingFailed(
                "The text part in {language} has no place for {name}.",
                language=Language(letter.language),
                name=name,
            )


def _expected(letter: Letter) -> list[tuple[Saying, str]]:
    expected = [
        (Saying("the unsubscribe link"), letter.unsubscribe_url),
        (Saying("the preferences link"), letter.preferences_url),
        (Saying("the reader’s address"), letter.reader_address),
    ]
    if letter.reader_since:
        expected.append((Saying("the day the reader joined"), letter.reader_since))
    return expected + [
        (_link_to(link.language), link.url)
        for link in letter.languages
        if link.language != letter.language
    ]


def _link_to(language: str) -> Saying:
    return Saying("the link to the letter in {language}", language=Language(language))
