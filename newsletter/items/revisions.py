"""Earlier words: each saved state of a text is kept, and nobody's are overwritten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, ScalarSelect, case
from sqlalchemy.orm import aliased, load_only
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from newsletter.models import Edition, ItemText, Revision
from subscribers.clock import utcnow

Text = ItemText | Edition
Whose = tuple[int | None, int | None, str]  # an item or an issue, and a language

ITEM_FIELDS = ("title", "summary", "body", "caption", "alt", "link_text", "url")
LINES_FIELDS = ("subject", "preheader", "intro")
_LINES = (
    col(Edition.issue_id),
    col(Edition.language),
    col(Edition.version),
    *(col(getattr(Edition, name)) for name in LINES_FIELDS),
)

# What one person saves within this time is one state of their work …
_SITTING = timedelta(minutes=5)
# … unless so much of it went that they may want it back.
_SHRUNK, _WORTH = 0.7, 40  # of the length before; characters


@dataclass(frozen=True)
class Author:
    """Who wrote words: staff, a guest by name, or "" for a feed or a command."""

    name: str = ""
    staff_id: int | None = None

    def wrote(self, revision: Revision) -> bool:
        """Whether a kept state is theirs."""
        return (revision.staff_id, revision.who) == (self.staff_id, self.name)


def fields_of(text: Text) -> tuple[str, ...]:
    """Return the names of the words such a text has."""
    return ITEM_FIELDS if isinstance(text, ItemText) else LINES_FIELDS


def words_of(text: Text) -> dict[str, str]:
    """Return what a text says now."""
    return {name: getattr(text, name) for name in fields_of(text)}


def of(session: Session, text: Text) -> Sequence[Revision]:
    """Return the kept states of a text, the newest first."""
    return session.exec(_kept(text)).all()


def newest(session: Session, text: Text) -> Revision | None:
    """Return the state that was the text's version last; none that was lost."""
    counted = _kept(text).where(col(Revision.lost).is_(False))
    return session.exec(counted.limit(1)).first()


def before(
    session: Session, revisions: Sequence[Revision]
) -> dict[int | None, Revision]:
    """Return, by the id of each kept state, the one it followed, if there is one.

    Of a lost one that is what it ran into. Two queries however many there are.
    """
    query = select(Revision.id, _earlier()).where(
        col(Revision.id).in_([each.id for each in revisions])
    )
    pairs = dict(session.exec(query).all())
    found = select(Revision).where(col(Revision.id).in_(set(pairs.values())))
    by_id = {each.id: each for each in session.exec(found)}
    return {each: by_id[had] for each, had in pairs.items() if had in by_id}


def _earlier() -> ColumnElement[int | None]:
    """Return the id of the state before that of the row a query is at."""

    def among(whose: str) -> ScalarSelect[int | None]:
        had = aliased(Revision)
        return (
            select(had.id)
            .where(
                getattr(had, whose) == getattr(Revision, whose),
                had.language == Revision.language,
                col(had.lost).is_(False),
                had.id != Revision.id,
                had.version <= Revision.version,
            )
            .order_by(col(had.version).desc(), col(had.id).desc())
            .limit(1)
            .correlate(Revision)
            .scalar_subquery()
        )

    # One of the two columns is empty, and an index begins with each.
    of_item = col(Revision.item_id).is_not(None)
    return case((of_item, among("item_id")), else_=among("issue_id"))


def made_from(session: Session, source: Text, source_hash: str) -> Revision | None:
    """Return the source words with this hash: those a translation was made from."""
    same = _kept(source).where(col(Revision.source_hash) == source_hash)
    return session.exec(same.limit(1)).first()


def whose(text: Text | Revision) -> Whose:
    """Return the item or the issue whose words these are, and their language."""
    item_id = None if isinstance(text, Edition) else text.item_id
    issue_id = None if isinstance(text, ItemText) else text.issue_id
    return item_id, issue_id, text.language


def is_of(revision: Revision, text: Text) -> bool:
    """Whether a kept state is one of this text."""
    return whose(revision) == whose(text)


def texts_of(session: Session, revisions: Sequence[Revision]) -> dict[Whose, Text]:
    """Return the texts that kept states were saved of, by whose they are.

    Two queries however many there are, without what a letter was frozen to.
    """
    items = {each.item_id for each in revisions if each.item_id}
    issues = {each.issue_id for each in revisions if each.issue_id}
    words = select(ItemText).where(col(ItemText.item_id).in_(items))
    lines = (
        select(Edition)
        .where(col(Edition.issue_id).in_(issues))
        .options(load_only(*_LINES))  # type: ignore[arg-type]  # columns once mapped
    )
    found: list[Text] = [*session.exec(words), *session.exec(lines)]
    return {whose(text): text for text in found}


def standing(text: Text) -> Revision:
    """Return what a text says now as a state nobody is known to have written."""
    row = _row(text, words_of(text), Author())
    row.saved_at = text.updated_at
    return row


def keep(
    session: Session,
    text: Text,
    *,
    by: Author,
    earlier: Revision | None = None,
    needed: frozenset[str] = frozenset(),
    apart: bool = False,
) -> Revision:
    """Keep what a text says now as a state of its own, or as the end of a sitting.

    `earlier` is what stood there before (see `standing`), kept too where nobody did.
    States with a hash in `needed` stay as they are, because translations were made
    from them; and whatever is saved `apart` is a state of its own.
    """
    last = newest(session, text)
    unkept = earlier and (last is None or last.words != earlier.words)
    if earlier and unkept and any(earlier.words.values()):
        session.add(earlier)
        last = earlier
    words = words_of(text)
    if last and _says(last) == (words, text.ready, text.source_hash):
        return last
    if last and not apart and _goes_on(last, words, by) and not _held(last, needed):
        last.words, last.version, last.ready = words, text.version, text.ready
        last.source_hash = text.source_hash
        session.add(last)
        session.flush()
        return last
    kept = _row(text, words, by)
    session.add(kept)
    session.flush()
    return kept


def keep_lost(
    session: Session, text: Text, words: Mapping[str, str], *, by: Author
) -> Revision:
    """Keep words that came too late, beside those of somebody else that count."""
    mine = words_of(text) | dict(words)
    for each in of(session, text):
        if each.lost and by.wrote(each) and each.words == mine:
            return each  # the same request, once more
    kept = _row(text, mine, by)
    kept.lost = True
    session.add(kept)
    session.flush()
    return kept


def only_by(session: Session, text: Text, by: Author, *, since: int) -> bool:
    """Whether all that was saved after version `since` is this author's own."""
    counted = _kept(text).where(col(Revision.lost).is_(False))
    later = session.exec(counted.where(col(Revision.version) > since)).all()
    return bool(later) and all(by.wrote(each) for each in later)


def _kept(text: Text) -> SelectOfScalar[Revision]:
    """Select the kept states of a text, the newest first."""
    item_id, issue_id, language = whose(text)
    return (
        select(Revision)
        .where(
            Revision.item_id == item_id,
            Revision.issue_id == issue_id,
            Revision.language == language,
        )
        .order_by(col(Revision.version).desc(), col(Revision.id).desc())
    )


def _says(revision: Revision) -> tuple[dict[str, str], bool, str]:
    return revision.words, revision.ready, revision.source_hash


def _goes_on(last: Revision, words: Mapping[str, str], by: Author) -> bool:
    """Whether words only carry on what the same person saved a moment ago."""
    if not by.name or not by.wrote(last) or utcnow() - last.saved_at > _SITTING:
        return False
    had, has = _length(last.words), _length(words)
    return has >= had * _SHRUNK or had - has < _WORTH


def _held(last: Revision, needed: frozenset[str]) -> bool:
    return bool(last.source_hash) and last.source_hash in needed


def _length(words: Mapping[str, str]) -> int:
    return sum(map(len, words.values()))


def _row(text: Text, words: Mapping[str, str], by: Author) -> Revision:
    item_id, issue_id, language = whose(text)
    return Revision(
        item_id=item_id,
        issue_id=issue_id,
        language=language,
        version=text.version,
        words=dict(words),
        ready=text.ready,
        source_hash=text.source_hash,
        staff_id=by.staff_id,
        who=by.name[:254],
    )
