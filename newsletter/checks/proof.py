"""The proof of an issue: everything that checks read, as values and nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from newsletter.checks.places import Kind, Place
from newsletter.checks.prose import Anchor, Prose
from newsletter.checks.sentences import Sentence
from newsletter.config import Network
from newsletter.editions import CellState
from newsletter.messages.lint import Broken
from newsletter.trials import Trial
from subscribers.sentences import Saying


@dataclass(frozen=True)
class Passage:
    """The words of one field in one language."""

    prose: Prose
    language: str
    place: Place

    @property
    def words(self) -> str:
        """The words, paragraphs on lines of their own."""
        return self.prose.words


@dataclass(frozen=True)
class Hyperlink:
    """An address that readers are sent to, and the words that lead there."""

    url: str
    place: Place
    language: str | None  # of the words around it; None: every language has it
    words: str | None = None  # None: we word it


@dataclass(frozen=True)
class Text:
    """The words of an item in one language."""

    language: str
    title: str
    passages: tuple[Passage, ...]
    anchors: tuple[Anchor, ...]  # in its body
    alt: str
    url: str  # this language's own page
    bare: bool  # it has neither summary nor body

    def words(self) -> str:
        """Return all of it, fields on lines of their own."""
        return "\n".join(passage.words for passage in self.passages)


@dataclass(frozen=True)
class PictureFacts:
    """What is known of an item's picture."""

    width: int
    size: int  # bytes
    there: bool  # its file can be read
    names: tuple[str, ...]  # what its file is or was called, in lower case


@dataclass(frozen=True)
class Meeting:
    """When an event is: aware moments, shown in `zone`."""

    starts_at: datetime
    ends_at: datetime | None
    reply_by_at: datetime | None
    all_day: bool
    zone: ZoneInfo


@dataclass(frozen=True)
class Shown:
    """What one edition shows of an item."""

    language: str  # of the edition
    state: CellState
    words_in: str | None  # the language of the words; None: left out


@dataclass(frozen=True)
class ItemProof:
    """An item with the words that some edition shows."""

    id: int
    type: str
    language: str  # of the source words
    title: str
    url: str
    video_url: str
    cells: tuple[Shown, ...]
    texts: tuple[Text, ...]  # those that are shown, the source first
    untitled: tuple[str, ...]  # languages with words but without a title
    documents: tuple[tuple[str, str], ...]  # address, words
    picture: PictureFacts | None
    meeting: Meeting | None
    published_at: datetime | None
    leads: bool  # its picture is the large one

    def at(self, field: str) -> Place:
        """Return the place of one of its fields."""
        return Place(Kind.ITEM, self.id, field, self.title)

    def cell(self, language: str) -> Shown:
        """Return what one edition shows of it."""
        return next(cell for cell in self.cells if cell.language == language)


@dataclass(frozen=True)
class EditionProof:
    """The words of one edition and who reads them."""

    id: int
    language: str
    subject: str
    preheader: str
    intro: Passage
    readers: int
    last_subject: str  # of the issue before this one
    legal: str

    @property
    def leaves(self) -> bool:
        """Whether it goes out; without a subject it stays at home."""
        return bool(self.subject.strip())

    @property
    def matters(self) -> bool:
        """Whether anybody will see it."""
        return self.leaves or self.readers > 0

    def at(self, field: str) -> Place:
        """Return the place of one of its fields."""
        return Place(Kind.EDITION, self.id, field)


@dataclass(frozen=True)
class Mail:
    """The mail of one edition as it would leave, weighed and looked through."""

    language: str
    size: int = 0  # bytes of the HTML part
    failure: Saying | None = None  # why it cannot be laid out
    lost: tuple[str, ...] = ()  # what a part lacks: "unsubscribe html", "legal text"
    broken: tuple[Broken, ...] = ()  # rules of mail


@dataclass(frozen=True)
class Proof:
    """An issue as it stands, ready to be checked."""

    issue_id: int
    list_id: int
    all_editions: tuple[EditionProof, ...]
    items: tuple[ItemProof, ...]
    mails: tuple[Mail, ...]
    leaves_at: datetime  # when it is to leave, or now
    zone: ZoneInfo
    base_url: str
    allow: tuple[Network, ...]  # private networks that are for readers all the same
    trials: tuple[tuple[str, Trial], ...]  # what trying each address gave
    relay_fault: Sentence | None
    domain_fault: Sentence | None  # of the sender, as far as the doctor has seen
    readers: int

    def at(self, field: str) -> Place:
        """Return a place of the issue itself."""
        return Place(Kind.ISSUE, self.issue_id, field)

    @cached_property
    def editions(self) -> tuple[EditionProof, ...]:
        """The editions that anybody will see."""
        return tuple(each for each in self.all_editions if each.matters)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Everything that readers read."""
        own = (passage for each in self.editions for passage in _framing(each))
        shown = (
            passage
            for item in self.items
            for text in item.texts
            for passage in text.passages
        )
        return (*own, *shown)

    @cached_property
    def links(self) -> tuple[Hyperlink, ...]:
        """Every address that staff or a feed gave."""
        return links_of(self.items)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages of all editions."""
        return tuple(each.language for each in self.all_editions)


def _framing(edition: EditionProof) -> tuple[Passage, ...]:
    lines = {"subject": edition.subject, "preheader": edition.preheader}
    return (
        *(
            Passage(Prose(words, words), edition.language, edition.at(field))
            for field, words in lines.items()
            if words
        ),
        edition.intro,
    )


def links_of(items: Iterable[ItemProof]) -> tuple[Hyperlink, ...]:
    """Return every address that items lead to."""
    return tuple(link for item in items for link in _links(item))


def _links(item: ItemProof) -> tuple[Hyperlink, ...]:
    own = [
        Hyperlink(url, item.at(field), None)
        for field, url in (("url", item.url), ("video_url", item.video_url))
        if url.strip()
    ]
    papers = [
        Hyperlink(url, item.at("documents"), None, words)
        for url, words in item.documents
    ]
    for text in item.texts:
        if text.url.strip():
            own.append(Hyperlink(text.url, item.at("url"), text.language))
        own += [
            Hyperlink(each.url, item.at("body"), text.language, each.words)
            for each in text.anchors
        ]
    return (*own, *papers)
