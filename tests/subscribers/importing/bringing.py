"""Bring people in from bytes, and look at what became of them."""

import hashlib
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import SQLModel

from newsletter import db
from subscribers import people
from subscribers.importing import Order, Report, import_people
from tests.factories import KEYS, the_list

LISTS = Path(__file__).parents[2] / "payloads" / "lists"
WORDS = "They signed the paper list at the general meeting of 3 May 2026."
HEADING = b"email,name,language,tags\n"
SMALL = HEADING + b"anne@example.org,Anne,fr,press\nbart@example.org,Bart,nl,\n"


def bring(engine: Engine, raw: bytes, **order: object) -> Report:
    with db.reading(engine) as session:
        list_id = the_list(session).id
    values = {"list_id": list_id, "consent": WORDS, "filename": "people.csv"} | order
    return import_people(engine, KEYS, BytesIO(raw), Order(**values))  # type: ignore[arg-type]  # keyword overrides


def many(numbers: Iterable[int]) -> bytes:
    rows = [f"reader-{n}@example.org,Reader {n},fr,press" for n in numbers]
    return "\n".join(["email,name,language,tags", *rows]).encode()


def counts(report: Report) -> tuple[int, ...]:
    return (
        report.new,
        report.updated,
        report.unchanged,
        report.refused_total,
        report.stayed_out,
    )


def contents(engine: Engine) -> str:
    """Return a checksum of every row of every table."""
    digest = hashlib.sha256()
    with engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            rows = sorted(map(repr, connection.execute(table.select())))
            digest.update("\n".join([table.name, *rows]).encode())
    return digest.hexdigest()


def stored(engine: Engine) -> dict[str, tuple[str, str | None, list[str]]]:
    with db.reading(engine) as session:
        found = people.listing(session, limit=10_000)
        tags = people.tags_of(session, found)
        return {p.email: (p.name, p.language, tags[p.id or 0]) for p in found}
