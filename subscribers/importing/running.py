"""Import a file: batch after batch, each in a transaction of its own."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from typing import Any, BinaryIO, Self

from sqlalchemy import Connection, Engine, update
from sqlmodel import Session

from subscribers.columns import table_of
from subscribers.errors import ConsentMissing, ImportNotFound, ListNotFound
from subscribers.importing import headings, records, rows, staging
from subscribers.importing.cells import Record, shown
from subscribers.importing.changing import EVERYTHING, Field
from subscribers.importing.headings import Chosen, Columns
from subscribers.importing.records import Source
from subscribers.importing.rows import OFFICE, UNDECIDED, Choices, Person, Remark
from subscribers.importing.seen import Seen
from subscribers.importing.storing import Newcomer, Terms, Verdicts, store
from subscribers.models import Import, MailingList
from subscribers.tokens import KeyRing

Progress = Callable[[int, int], None]  # bytes read, bytes in all
# Told the id of a new import in the transaction that makes it.
Begun = Callable[[Session, int], None]

_BATCH = 5000  # rows per transaction: no other writer waits longer than a moment
_SAMPLE = 50  # records looked at to name the columns
_MOST_REMARKS = 1000  # kept word for word; beyond that they are only counted
_OUT = "out: "  # before a reason why somebody stayed out, among the counts


@dataclass(frozen=True)
class Order:
    """What to do with a file: for which list, on which declared consent."""

    list_id: int
    consent: str
    filename: str = ""
    update: bool = False  # also change people who are on the list already …
    fields: frozenset[Field] = EVERYTHING  # … but only this of them
    dry_run: bool = False  # give the verdicts and write nothing
    columns: Chosen = field(default_factory=dict)  # where a guess would be wrong
    choices: Choices = UNDECIDED
    import_id: int | None = None  # of one that was cut off: this goes on with it


@dataclass(frozen=True)
class Report:
    """What became of every row: rows = new + updated + unchanged + refused + out."""

    import_id: int | None
    rows: int
    new: int
    updated: int
    unchanged: int  # here already, or repeated within the file
    refused: tuple[Remark, ...]
    refused_total: int
    stayed_out: int
    out: dict[str, int]  # why they stayed out
    notes: tuple[Remark, ...]  # taken, but not quite as written
    notes_total: int
    dry_run: bool
    typos: tuple[tuple[str, str, int], ...] = ()  # a domain, what it means, how often
    offices: int = 0
    languages: dict[str, int] = field(default_factory=dict)  # read; "": none known


def import_people(
    engine: Engine,
    keys: KeyRing,
    file: BinaryIO,
    order: Order,
    *,
    progress: Progress | None = None,
    begun: Begun | None = None,
) -> Report:
    """Bring the people of a file into a list as confirmed; say what became of each.

    Half an import that was interrupted stays; running it again finishes it, as the
    same import where the order names it: `begun` tells which one that is. Raises
    ConsentMissing without the words they agreed to, UnreadableFile, ListNotFound,
    ImportNotFound for one to go on with that is of another file or was taken back.
    """
    if not order.consent.strip("\0 \t\r\n"):
        raise ConsentMissing
    source = records.inspect(file)
    offered = offered_by(engine, order.list_id)
    reached = progress or _ignore
    with closing(records.read(file, source)) as stream:
        sample = list(islice(stream, _SAMPLE))
        columns = headings.recognise(sample, offered, order.columns)
        terms, so_far = _begin(engine, order, source, begun or _ignore)
        tally = _Tally.of(so_far)
        read = partial(rows.read, **_how(order, columns, offered))
        wanted = people_rows(chain(sample, stream), columns)
        for batch in _batches(islice(wanted, so_far.get("rows", 0))):
            # They have their verdict already: only what was remarked is read again.
            _read(batch, read, keys, tally)
            reached(min(file.tell(), source.size), source.size)
        with staging.prepared(engine) as connection:
            for batch in _batches(wanted):
                _store(connection, _read(batch, read, keys, tally), terms, tally)
                reached(min(file.tell(), source.size), source.size)
    return tally.report(terms.import_id, dry_run=order.dry_run)


def _how(order: Order, columns: Columns, offered: Sequence[str]) -> dict[str, Any]:
    return {"columns": columns, "offered": offered, "choices": order.choices}


def _ignore(*_told: object) -> None:
    """Nobody watches."""


@dataclass
class _Tally:
    """Counts and remarks while they grow; the remarks kept are bounded."""

    seen: Seen = field(default_factory=Seen)
    rows: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    out: Counter[str] = field(default_factory=Counter)
    refused: list[Remark] = field(default_factory=list)
    refused_total: int = 0
    notes: list[Remark] = field(default_factory=list)
    notes_total: int = 0
    typos: Counter[tuple[str, str]] = field(default_factory=Counter)
    offices: int = 0
    languages: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> Self:
        """Return the tally of an import that was cut off, before its remarks."""
        out = {
            key.removeprefix(_OUT): many
            for key, many in counts.items()
            if key.startswith(_OUT)
        }
        return cls(
            new=counts.get("new", 0),
            updated=counts.get("updated", 0),
            unchanged=counts.get("unchanged", 0),
            out=Counter(out),
        )

    def refuse(self, remark: Remark) -> None:
        self.refused_total += 1
        if len(self.refused) < _MOST_REMARKS:
            self.refused.append(remark)

    def note(self, remarks: Sequence[Remark]) -> None:
        self.notes_total += len(remarks)
        for each in remarks:
            self.offices += each.reason is OFFICE
            if each.meant and len(self.typos) < _MOST_REMARKS:
                wrong, right = (a.rpartition("@")[2] for a in (each.value, each.meant))
                self.typos[wrong.lower(), right] += 1
        self.notes.extend(remarks[: _MOST_REMARKS - len(self.notes)])

    def add(self, verdicts: Verdicts) -> None:
        self.new += verdicts.new
        self.updated += verdicts.updated
        self.unchanged += verdicts.unchanged
        self.out += verdicts.out

    def counts(self) -> dict[str, int]:
        return {
            "rows": self.rows,
            "new": self.new,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "refused": self.refused_total,
            "stayed_out": self.out.total(),
            **{_OUT + reason: many for reason, many in self.out.items()},
        }

    def report(self, import_id: int | None, *, dry_run: bool) -> Report:
        return Report(
            import_id=import_id,
            rows=self.rows,
            new=self.new,
            updated=self.updated,
            unchanged=self.unchanged,
            refused=tuple(self.refused),
            refused_total=self.refused_total,
            stayed_out=self.out.total(),
            out=dict(self.out),
            notes=tuple(self.notes),
            notes_total=self.notes_total,
            dry_run=dry_run,
            typos=tuple((*pair, many) for pair, many in self.typos.most_common()),
            offices=self.offices,
            languages=dict(self.languages),
        )


def offered_by(engine: Engine, list_id: int) -> tuple[str, ...]:
    """Return the languages of a list; raises ListNotFound."""
    with Session(engine) as session:
        mailing_list = session.get(MailingList, list_id)
        if mailing_list is None:
            raise ListNotFound
        return tuple(mailing_list.languages)


def _begin(
    engine: Engine, order: Order, source: Source, begun: Begun
) -> tuple[Terms, Mapping[str, int]]:
    # What a command line or a form can smuggle in and no database stores.
    words = order.consent.encode(errors="replace").decode().replace("\0", "").strip()
    entered = None if order.dry_run else _entered(engine, order, source, words, begun)
    terms = Terms(
        list_id=order.list_id,
        import_id=entered.id if entered else None,
        consent=words,
        consent_hash=hashlib.sha256(words.encode()).hexdigest(),
        file_hash=source.hash,
        fields=order.fields if order.update else frozenset(),
    )
    return terms, entered.counts if entered else {}


def _entered(
    engine: Engine, order: Order, source: Source, words: str, begun: Begun
) -> Import:
    """Return the import to go on with, or a new one."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        if order.import_id is not None:
            return _cut_off(session, order.import_id, order, source)
        made = Import(
            list_id=order.list_id,
            filename=shown(order.filename),
            file_hash=source.hash,
            consent=words,
        )
        session.add(made)
        session.flush()
        assert made.id is not None  # noqa: S101  # a flushed row has its key
        begun(session, made.id)
        return made


def _cut_off(session: Session, import_id: int, order: Order, source: Source) -> Import:
    found = session.get(Import, import_id)
    if found is None or (found.list_id, found.file_hash) != (
        order.list_id,
        source.hash,
    ):
        raise ImportNotFound(
            "There is no import {number} of this file.", number=str(import_id)
        )
    if found.undone_at is not None:
        raise ImportNotFound(
            "Import {number} was taken back in the meantime.", number=str(import_id)
        )
    return found


def people_rows(all_records: Iterable[Record], columns: Columns) -> Iterator[Record]:
    """Yield the records that are about somebody, without the heading."""
    skipped = 1 if columns.headed else 0
    for record in islice(all_records, skipped, None):
        if columns.only_addresses and record.cells:
            yield from (Record(record.row, (c,)) for c in record.cells if c.strip())
        else:
            yield record


def _batches(all_records: Iterator[Record]) -> Iterator[list[Record]]:
    while batch := list(islice(all_records, _BATCH)):
        yield batch


def _read(
    batch: Sequence[Record],
    read_one: Callable[[Record], Person | Remark],
    keys: KeyRing,
    tally: _Tally,
) -> list[Newcomer]:
    """Return the people of a batch; refusals and notes go to the tally."""
    people: list[tuple[Person, bool]] = []
    tally.rows += len(batch)
    for record in batch:
        read = read_one(record)
        if isinstance(read, Remark):
            tally.refuse(read)
            continue
        repeated = not tally.seen.add(read.address.key)
        notes = (_again(read),) if repeated else read.notes
        if notes:
            tally.note(notes)
        tally.languages[read.language or ""] += 1
        people.append((read, repeated))
    hashes = keys.fingerprints(person.address.key for person, _ in people)
    return [
        Newcomer(person, address_hash, repeated)
        for (person, repeated), address_hash in zip(people, hashes, strict=True)
    ]


def _again(person: Person) -> Remark:
    again = "This address stood in an earlier row already; that one counts."
    return Remark(person.row, person.address.email, again)


def _store(
    connection: Connection, people: Sequence[Newcomer], terms: Terms, tally: _Tally
) -> None:
    with connection.begin():
        tally.add(store(connection, people, terms))
        if terms.import_id is not None:
            entry = table_of(Import)
            counted = update(entry).where(entry.c.id == terms.import_id)
            connection.execute(counted.values(counts=tally.counts()))
