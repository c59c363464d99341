"""What an import did, for people and for programs."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What became of one entry."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Imported:
    """An entry that is an item now."""

    id: int
    title: str
    language: str
    type: str
    outcome: Outcome


@dataclass(frozen=True)
class Refused:
    """An entry that could not be used; the others went on."""

    entry: str  # its title, or what else it is known by
    reason: str


@dataclass(frozen=True)
class Report:
    """What an import did, entry by entry, in the feed's order."""

    items: tuple[Imported, ...] = ()
    refused: tuple[Refused, ...] = ()
    warnings: tuple[str, ...] = ()

    def count(self, outcome: Outcome) -> int:
        """Return how many entries ended that way."""
        return sum(item.outcome is outcome for item in self.items)

    def as_json(self) -> dict[str, Any]:
        """Return the shape that `items import --json` promises."""
        return {
            "new": self.count(Outcome.NEW),
            "updated": self.count(Outcome.UPDATED),
            "unchanged": self.count(Outcome.UNCHANGED),
            "items": [
                {
                    "id": item.id,
                    "title": item.title,
                    "language": item.language,
                    "type": item.type,
                }
                for item in self.items
            ],
            "refused": [vars(entry) for entry in self.refused],
            "warnings": list(self.warnings),
        }
