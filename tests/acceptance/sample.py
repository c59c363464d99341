"""The sample issue of the demo, as its readers get it from an https address."""

from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import col, select

from newsletter import db, demo, editions
from newsletter.config import Settings
from newsletter.models import Issue


@dataclass(frozen=True)
class Letter:
    """One language of the sample issue."""

    language: str
    html: str
    text: str
    message: bytes


def letters(engine: Engine, settings: Settings) -> list[Letter]:
    """Return the sample issue in each of its languages."""
    demo.prepare(engine, settings)
    with db.reading(engine) as session:
        issue = session.exec(select(Issue).order_by(col(Issue.id))).all()[0]
        return [
            Letter(edition.language, shown.html, shown.text, shown.message)
            for edition in editions.editions_of(session, issue)
            for shown in [
                editions.preview(
                    session, issue, edition.language, settings, now=db.now(session)
                )
            ]
        ]
