"""Read what was typed after an option, and word what is printed back."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import typer
from sqlmodel import Session

from newsletter import deliveries, editions, issues, relays
from newsletter.cli.program import say
from newsletter.editions import Cell, CellState, Coverage
from newsletter.models import Issue, IssueState
from newsletter.relays import Estimate

_GLYPHS = {
    CellState.READY: "✓",
    CellState.DRAFT: "✎",
    CellState.SOURCE_CHANGED: "!",
    CellState.MISSING: "○",
    CellState.SHOWN: "↪",
    CellState.LEFT_OUT: "–",
}
LEGEND = "✓ ready  ✎ draft  ! source changed  ○ missing  ↪ other language  – left out"


class UnknownChoice(StrEnum):
    """What to do about deliveries nobody can be sure of."""

    RESEND = "resend"
    LEAVE = "leave"


def ids(text: str) -> list[int]:
    """Read `3,1,2`."""
    try:
        return [int(word) for word in words(text)]
    except ValueError as error:
        raise typer.BadParameter(f"“{text}” is not a list of numbers: 3,1,2") from error


def words(text: str) -> list[str]:
    """Read `fr,nl`."""
    return [word.strip() for word in text.split(",") if word.strip()]


def sections(options: Sequence[str]) -> dict[str, list[int]]:
    """Read `Agenda:4` and `News:1,2`; the same name twice goes on."""
    found: dict[str, list[int]] = {}
    for option in options:
        name, colon, numbers = option.rpartition(":")
        if not colon or not name.strip():
            raise typer.BadParameter(f"“{option}” needs the form Agenda:4")
        found.setdefault(name.strip(), []).extend(ids(numbers))
    return found


def section_names(
    known: Mapping[str, dict[str, str]], options: Sequence[str]
) -> dict[str, dict[str, str]]:
    """Read `Agenda:de=Termine` on top of the names an issue already has."""
    named = {name: dict(by_language) for name, by_language in known.items()}
    for option in options:
        place, equals, name = option.partition("=")
        section, colon, language = place.rpartition(":")
        if not equals or not colon or not name.strip():
            raise typer.BadParameter(f"“{option}” needs the form Agenda:de=Termine")
        named.setdefault(section.strip(), {})[language.strip()] = name.strip()
    return named


def summary(session: Session, issue: Issue) -> dict[str, Any]:
    """Return what a list of issues says about one."""
    return {
        "id": issue.id,
        "number": issue.number,
        "title": issue.title,
        "slug": issue.slug,
        "state": issue.state.value,
        "waits_for_approval": waits(session, issue),
        "visibility": issue.visibility.value,
        "send_at": issue.send_at.isoformat() if issue.send_at else None,
        "languages": [e.language for e in editions.editions_of(session, issue)],
        "items": [row.item.id for row in editions.coverage(session, issue).rows],
        "total": deliveries.status(session, issue).total,
    }


def waits(session: Session, issue: Issue) -> bool:
    """Whether somebody must approve the issue before it can leave."""
    editable = issue.state in (IssueState.DRAFT, IssueState.SCHEDULED)
    return editable and issues.waits_for_approval(session, issue)


def matrix(coverage: Coverage) -> dict[str, Any]:
    """Return the coverage as JSON: what each language shows of each item."""
    return {
        "languages": list(coverage.languages),
        "gaps": coverage.gaps(),
        "undecided": coverage.undecided(),
        "items": [
            {
                "item": row.item.id,
                "section": row.section,
                "title": row.title,
                "cells": {
                    cell.language: {"state": cell.state.value, "shows": cell.shows}
                    for cell in row.cells
                },
            }
            for row in coverage.rows
        ],
    }


def glyph(cell: Cell) -> str:
    """Return the sign of a cell, with the language it borrows."""
    borrowed = cell.shows and cell.state in (CellState.SHOWN, CellState.MISSING)
    return _GLYPHS[cell.state] + (f" {cell.shows}" if borrowed else "")


def flat(value: Any) -> Any:
    """Return a table cell: lists joined with spaces."""
    return " ".join(map(str, value)) if isinstance(value, list) else value


def line(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return a summary as a row of the list of issues."""
    state = "waits for approval" if summary["waits_for_approval"] else summary["state"]
    return {**summary, "state": state}


def when(issue: Issue) -> str:
    """Say when an issue starts, in its own zone."""
    if issue.send_at is None:
        return "when it is scheduled"
    local = issue.send_at.astimezone(ZoneInfo(issue.timezone))
    return f"on {local:%A %d %B %Y at %H:%M} ({issue.timezone})"


def say_withdrawn(withdrawn: bool, issue_id: int) -> None:  # the outcome
    """Say that what was approved has just been changed."""
    if withdrawn:
        say(
            "That changed what was approved: it is a draft again, and needs another "
            f"approval: newsletter issues approve {issue_id}"
        )


def say_estimate(estimate: Estimate | None) -> None:
    """Print how long an issue takes, if that can be told."""
    if estimate:
        readers = f"{estimate.readers} reader{'' if estimate.readers == 1 else 's'}"
        say(f"{readers} through relay {estimate.relay}. {relays.say(estimate)}")


def estimate_facts(estimate: Estimate | None) -> dict[str, Any] | None:
    """Return an estimate as JSON; times in seconds."""
    if estimate is None:
        return None
    cause = estimate.cause
    return {
        "readers": estimate.readers,
        "relay": estimate.relay,
        "sending_seconds": round(estimate.busy.total_seconds()),
        "elapsed_seconds": round(estimate.elapsed.total_seconds()),
        "days": estimate.days,
        "because": cause
        and {
            "limit": cause.limit,
            "per": cause.span,
            "group": cause.group,
        },
    }
