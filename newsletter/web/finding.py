"""Find letters by their words: which hold them, the best first, and where."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import cast

from markupsafe import Markup, escape
from sqlalchemy.orm import InstrumentedAttribute, load_only
from sqlmodel import Session, col, select

from newsletter import editions, i18n
from newsletter.i18n import folding
from newsletter.items import plain
from newsletter.models import Edition, Issue
from newsletter.web import negotiation, published
from newsletter.web.published import Letter
from subscribers.models import MailingList

SHOWN = 20  # letters on the page; whoever finds more adds a word
_LONGEST = 200  # characters of a question that are read
_MANY = 8  # words of a question that count
_AROUND = 90  # characters shown before and after what was found

_SEARCHED = tuple(
    cast("InstrumentedAttribute[str]", col(part))
    for part in (
        Edition.issue_id,
        Edition.language,
        Edition.subject,
        Edition.preheader,
        Edition.searchable,
        Edition.corrected_at,
    )
)


@dataclass(frozen=True)
class Hit:
    """A letter that was found, in the edition that answers best."""

    letter: Letter
    edition: Edition
    title: Markup
    excerpt: Markup


@dataclass(frozen=True)
class Found:
    """What a question found."""

    terms: tuple[str, ...]
    hits: tuple[Hit, ...]
    total: int


def find(session: Session, question: str, *, language: str) -> Found:
    """Return the listed letters that hold every word of a question.

    A word counts inside a longer one too, as German and Dutch build them. Of a
    letter that answers in several languages, `language` is shown.
    """
    terms = terms_of(question)
    if not terms:
        return Found((), (), 0)
    scored = sorted(
        (_best(pairs, terms, language) for pairs in _matches(session, terms)),
        key=lambda each: (each[0], each[1].left_at),
        reverse=True,
    )
    shown = [(letter, edition) for _, letter, edition in scored[:SHOWN]]
    return Found(terms, _hits(session, shown, terms), len(scored))


def terms_of(question: str) -> tuple[str, ...]:
    """Return the folded words to look for; single letters only where nothing else is.

    "l’eau" asks for water, not for every l.
    """
    words = dict.fromkeys(i18n.fold(question[:_LONGEST]).split())
    longer = [word for word in words if len(word) > 1]
    return tuple(longer or words)[:_MANY]


def tidy(question: str) -> str:
    """Return a question as the page repeats it: on one line."""
    return plain.line(question, limit=_LONGEST)


def mark(text: str, terms: Sequence[str]) -> Markup:
    """Return text with the words that were asked for marked."""
    parts, last = [], 0
    for begins, ends, word in folding.words(text):
        if any(term in word for term in terms):
            marked = Markup("<mark>{}</mark>").format(text[begins:ends])
            parts += [escape(text[last:begins]), marked]
            last = ends
    return Markup("").join([*parts, escape(text[last:])])


def excerpt(text: str, terms: Sequence[str]) -> str:
    """Return the part of a text around the first word that was asked for."""
    places = (
        (begins, ends)
        for begins, ends, word in folding.words(text)
        if any(term in word for term in terms)
    )
    begins, ends = next(places, (0, 0))
    start, stop, limit = 0, len(text), ends + _AROUND
    if begins > _AROUND:
        first = begins - _AROUND
        start = text.find(" ", first, begins) + 1 or first
    if stop > limit:
        cut = text.rfind(" ", ends, limit)
        stop = cut if cut > ends else limit
    before, after = "… " if start else "", " …" if stop < len(text) else ""
    return f"{before}{text[start:stop]}{after}"


def _matches(
    session: Session, terms: Sequence[str]
) -> Iterable[list[tuple[Edition, Issue]]]:
    """Yield each letter that holds every word, as its editions that do."""
    query = (
        select(Edition, Issue)
        .join(Issue, col(Issue.id) == col(Edition.issue_id))
        .join(MailingList, col(MailingList.id) == col(Issue.list_id))
        .where(*published.LISTED)
        # Both sides are folded, so no case and no wildcard is left in them.
        .where(*(col(Edition.searchable).contains(term) for term in terms))
        .order_by(col(Issue.id), col(Edition.id))
        .options(load_only(*_SEARCHED))
    )
    rows = session.exec(query).all()
    for _, pairs in groupby(rows, key=lambda row: row[1].id):
        yield [(edition, issue) for edition, issue in pairs]


def _best(
    pairs: Sequence[tuple[Edition, Issue]], terms: Sequence[str], language: str
) -> tuple[float, Letter, Edition]:
    found = {edition.language: edition for edition, _ in pairs}
    edition = found[negotiation.best((language,), list(found))]
    return score(edition.searchable, terms), Letter(pairs[0][1], found), edition


def score(searchable: str, terms: Sequence[str]) -> float:
    """Return how well an edition answers: titles over bodies, words over parts."""
    title, _, body = (f" {line} " for line in searchable.partition("\n"))
    points = sum(
        _weight(title, term, 10) + _weight(body, term, 2) + _often(body, term)
        for term in terms
    )
    phrase = " ".join(terms) if len(terms) > 1 else "\n"
    return points + 6 * (phrase in title) + 3 * (phrase in body)


def _weight(text: str, term: str, most: float) -> float:
    if f" {term} " in text:
        return most
    if f" {term}" in text:
        return most * 0.7
    return most * 0.5 if term in text else 0


def _often(body: str, term: str) -> float:
    return min(body.count(f" {term}"), 5) * 0.4


def _hits(
    session: Session, shown: Sequence[tuple[Letter, Edition]], terms: Sequence[str]
) -> tuple[Hit, ...]:
    ids = [edition.id for _, edition in shown]
    query = select(Edition.id, Edition.web).where(col(Edition.id).in_(ids))
    articles = dict(session.exec(query).all())
    return tuple(
        Hit(
            letter,
            edition,
            mark(i18n.tidy(edition.subject, edition.language), terms),
            mark(excerpt(editions.words_of(articles[edition.id]), terms), terms),
        )
        for letter, edition in shown
    )
