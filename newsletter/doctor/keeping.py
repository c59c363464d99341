"""Keep what was found about a list's domain, for those who cannot wait for the DNS."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select, update

from newsletter.doctor.diagnosis import Check, Colour, Diagnosis, Phrase, shown
from newsletter.doctor.examine import Examination
from newsletter.models import DomainCheck, Issue, IssueState
from subscribers.inserts import insert_absent

# How long nobody asks again, and how long what was found is repeated.
_RESTS = timedelta(hours=1)
_BELIEVED = timedelta(days=2)
_BAD = (Colour.RED, Colour.YELLOW)
_MOST = 10
_UNSENT = (IssueState.DRAFT, IssueState.SCHEDULED)


@dataclass(frozen=True)
class Standing:
    """What is bad about the domain that a list sends from."""

    domain: str
    colour: Colour  # the worst
    found: Phrase  # what has it
    others: int  # that are bad besides
    checked_at: datetime


def due(session: Session, *, now: datetime) -> list[int]:
    """Return the lists that have an issue to send and were not looked at lately."""
    query = (
        select(Issue.list_id)
        .outerjoin(DomainCheck, col(DomainCheck.list_id) == Issue.list_id)
        .where(col(Issue.state).in_(_UNSENT), _rested(now))
        .distinct()
        .order_by(col(Issue.list_id))
    )
    return list(session.exec(query))


def claim(session: Session, list_id: int, *, now: datetime) -> bool:
    """Take a list to look at; False if somebody has, within the last hour."""
    blank = {"list_id": list_id, "domain": "", "findings": []}
    insert_absent(
        session, DomainCheck, [blank | {"checked_at": None, "asked_at": None}]
    )
    taken = session.execute(
        update(DomainCheck)
        .where(col(DomainCheck.list_id) == list_id, _rested(now))
        .values(asked_at=now)
        .returning(col(DomainCheck.list_id))
    )
    return taken.first() is not None


def keep(session: Session, list_id: int, seen: Examination) -> None:
    """Remember what is bad; where the DNS did not answer, what was known stays."""
    if _is_blind(seen):
        return
    bad = [each for colour in _BAD for each in seen.diagnoses if each.colour is colour]
    session.execute(
        update(DomainCheck)
        .where(col(DomainCheck.list_id) == list_id)
        .values(
            domain=seen.patient.sender,
            findings=[_row(each) for each in bad[:_MOST]],
            checked_at=seen.examined_at,
        )
    )


def standing(
    session: Session, list_id: int, *, domain: str, now: datetime
) -> Standing | None:
    """Return what is bad about a list's domain, None if nothing is known to be.

    What was found about another domain, or long ago, is nothing known.
    """
    row = session.get(DomainCheck, list_id)
    if row is None or row.checked_at is None or row.domain != domain:
        return None
    if now - row.checked_at > _BELIEVED or not row.findings:
        return None
    worst = row.findings[0]
    return Standing(
        domain,
        Colour(worst["colour"]),
        _phrase(worst["sentence"]),
        len(row.findings) - 1,
        row.checked_at,
    )


def _rested(now: datetime) -> Any:
    asked_at = col(DomainCheck.asked_at)
    return or_(asked_at.is_(None), asked_at <= now - _RESTS)


def _is_blind(seen: Examination) -> bool:
    """Whether nothing came back from what every list is asked about."""
    return {seen.colour_of(Check.SPF), seen.colour_of(Check.DMARC)} == {Colour.GREY}


def _row(diagnosis: Diagnosis) -> dict[str, Any]:
    return {
        "check": diagnosis.check.value,
        "colour": diagnosis.colour.value,
        "sentence": _written(diagnosis.sentence),
    }


def _written(phrase: Phrase) -> dict[str, Any]:
    return {
        "message": phrase.message,
        "values": {name: _value(value) for name, value in phrase.values.items()},
    }


def _value(value: object) -> Any:  # JSON
    if isinstance(value, Phrase):
        return _written(value)
    # Strangers wrote some of it, and PostgreSQL takes no NUL.
    return value if isinstance(value, int) else shown(str(value))


def _phrase(written: Mapping[str, Any]) -> Phrase:
    values = {
        name: _phrase(value) if isinstance(value, dict) else value
        for name, value in written["values"].items()
    }
    return Phrase(written["message"], values)
