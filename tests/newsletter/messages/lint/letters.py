"""Letters that are hostile and legal: anything that staff or a feed may have typed."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from newsletter.messages import Compiled, Reader
from newsletter.rendering import (
    Block,
    Design,
    Document,
    EventFacts,
    LanguageLink,
    Letter,
    Picture,
    render,
)
from tests.factories import KEYS
from tests.golden.cases import STYLES
from tests.golden.letters import BRUSSELS, FRENCH, MARKERS
from tests.newsletter.messages.edition import make_envelope, make_reader

LANGUAGES = ("fr", "nl", "de", "en")
# 252 characters; the DNS knows none longer than 253.
_LABEL = "abcdefghijklmnopqrstuvwxyz-0123456789-abcdefghijklmnopqrstuvwxy"
LONGEST_HOST = ".".join([*[_LABEL] * 3, "b" * 57, "be"])
LONGEST_BASE = f"https://{LONGEST_HOST}"
_WORDS = (
    *("rivière", "œuvre", "à", "« déjà »", "l’été", "één", "zee-engte", "Straße"),
    *(
        "ﬁn",
        "e\u0301te\u0301",
        "Ünïcödé",
        "🚲",
        "👩\u200d👩\u200d👧",
        "العربية",
        "€ 1 204",
    ),
    *("\u202eevil\u202c", "\u200b", "\u00a0", "…", "\u2028", "\x1b[31m", "\ufeff"),
    *("<b>fett</b>", "<script>alert(1)</script>", "&amp;", "&nbsp;", "a & b", "100%"),
    *('"quoted"', "--", "-->", "<!-- -->", "]]>", "{{ x }}", "{% y %}", "%s", "\\"),
    *("=?utf-8?q?no?=", "=20", "=\r\n", ".", "..", "From ", "From nowhere", "\tTab"),
    *("\\u{202f}", "https://example.org/a?b=c&d=é", "anne@example.org", "x" * 120),
    *("é" * 90, "</mj-text>", "<![endif]-->", "'single'", "ça va ?", "„nein“", "‘ja’"),
)
_LINKS = (
    "https://example.org/nouvelles",
    "https://example.org/a?b=1&c=2#d",
    "https://exämple.org/é/ü?q=ß",
    "https://example.org/" + "long-" * 60,
    "http://example.org/x y",
    "mailto:bonjour@example.org?subject=Oui",
    "javascript:alert(1)",
    "/relative",
    "",
)


class Hostile:
    """Makes letters from a seed: the same seed gives the same letter.

    Designs take turns.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  # no secret
        design = tuple(Design)[seed % len(Design)]
        self._style = STYLES[design]
        # A digest is cut where the text part goes on. Markup as words is then only in
        # the text, where nobody can tell it from markup that leaked.
        cut = design is Design.BULLETIN
        self._words = tuple(word for word in _WORDS if not (cut and word[0] in "<&"))

    def letter(self, language: str) -> Letter:
        """Return a letter in a language, with one to eight items."""
        count = self._random.randint(1, 8)
        return replace(
            FRENCH,
            style=self._style,
            language=language,
            subject=self.line(1, 12),
            preheader=self.line(0, 12),
            intro="\n\n".join(self.words(0, 30) for _ in range(2)),
            list_name=self.line(1, 3).replace("@", " at "),
            list_url=f"{LONGEST_BASE}/{language}/",
            web_url=f"{LONGEST_BASE}/{language}/{'s' * 100}",
            legal="\n".join(self.words(1, 8) for _ in range(2)),
            contact="bonjour@example.org",
            number=self._random.randint(1, 10_000),
            blocks=tuple(
                self.block(language, number) for number in range(1, count + 1)
            ),
            languages=tuple(
                LanguageLink(tag, MARKERS.read_in(tag)) for tag in LANGUAGES
            ),
        )

    def block(self, language: str, number: int) -> Block:
        """Return an item of any kind, perhaps in another language."""
        kind = self._random.choice(
            ("story", "link", "video", "event", "documents", "appeal", "text")
        )
        pictured = kind != "event" and self._random.random() < 0.6
        picture = self.picture() if pictured else None
        return Block(
            type=kind,
            anchor=f"i{number}",
            language=self._random.choice((language, language, "fr", "ar")),
            title=f"Titre {self.words(1, 10)}",
            summary=self.words(0, 40),
            body_html=self.body(),
            url=self._random.choice(_LINKS),
            link_text=self._random.choice(("", f"Lire {self.words(0, 4)}")),
            author=self.words(0, 2),
            attribution=self.words(0, 2),
            picture=picture,
            video_url=self._random.choice(_LINKS) if kind == "video" else "",
            documents=tuple(self.document() for _ in range(self._random.randint(0, 3)))
            if kind == "documents"
            else (),
            event=self.event() if kind == "event" else None,
            section=self.words(0, 2) if self._random.random() < 0.4 else "",
            lead=number == 1 and kind == "story" and picture is not None,
        )

    def words(self, least: int, most: int) -> str:
        """Return some words, most of them ordinary."""
        count = self._random.randint(least, most)
        return " ".join(self._random.choice(self._words) for _ in range(count))

    def line(self, least: int, most: int) -> str:
        """Return words as the desk stores them in one line that becomes a header."""
        said = "".join(
            c for c in self.words(least, most) if c.isprintable() or c == " "
        )
        return " ".join(f"Lettre {said}".split())[:300] if least else said[:300]

    def body(self) -> str:
        """Return clean HTML around hostile words."""
        parts = []
        for _ in range(self._random.randint(0, 4)):
            said = f"Texte {self.words(1, 25)}".replace("&", "&amp;").replace(
                "<", "&lt;"
            )
            url = self._random.choice(_LINKS).replace("&", "&amp;")
            parts.append(
                self._random.choice(
                    (
                        f"<p>{said}</p>",
                        f"<h4>{said}</h4>",
                        f"<blockquote>{said}</blockquote>",
                        f"<ul><li>{said}</li><li><em>{said}</em></li></ul>",
                        f'<p><strong>{said}</strong> <a href="{url}">{said}</a></p>',
                    )
                )
            )
        return "".join(parts)

    def picture(self) -> Picture:
        """Return a picture of our store."""
        return Picture(
            f"{LONGEST_BASE}/media/{'0' * 32}.jpg",
            width=self._random.choice((90, 320, 1072)),
            height=600,
            alt=self.words(0, 8),
            caption=self.words(0, 8),
            credit=self.words(0, 3),
        )

    def document(self) -> Document:
        """Return a document somewhere."""
        url = self._random.choice(_LINKS[:4])
        size = self._random.choice((None, 9, 1_834_000))
        return Document(url, f"Guide {self.words(0, 6)}", "PDF", size)

    def event(self) -> EventFacts:
        """Return an event of some hours or days."""
        starts = datetime(2026, 10, 25, tzinfo=UTC) + timedelta(
            minutes=self._random.randint(0, 500_000)
        )
        return EventFacts(
            starts_at=starts,
            zone=BRUSSELS,
            ends_at=starts + timedelta(minutes=self._random.randint(-60, 5_000)),
            all_day=self._random.random() < 0.3,
            place=self.words(0, 8),
            reply_by_at=starts - timedelta(days=2),
            ics_url=f"{LONGEST_BASE}/e/1.fr.ics",
        )


def message(letter: Letter, reader: Reader | None = None) -> bytes:
    """Return the exact bytes of a letter, from the longest host there can be."""
    rendered = render(letter)
    envelope = make_envelope(
        base_url=LONGEST_BASE,
        list_name=letter.list_name,
        sender_name=letter.list_name,
        nonce=MARKERS.nonce,
        web_url=letter.web_url,
        help_url=f"{LONGEST_BASE}/{letter.language}/subscribe",
        languages=LANGUAGES,
    )
    compiled = Compiled(
        envelope,
        KEYS,
        language=letter.language,
        subject=letter.subject,
        html=rendered.html,
        text=rendered.text,
    )
    return compiled.build(reader or make_reader())
