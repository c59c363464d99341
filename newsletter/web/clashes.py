"""Two people changed one text: both versions side by side, none of them lost."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from newsletter.items import differences, revisions
from newsletter.items.differences import Kind, Run
from newsletter.items.revisions import Text
from newsletter.items.saving import Saved
from newsletter.models import Issue, Revision
from newsletter.web import sources, wording
from newsletter.web.walking import Spot
from newsletter.web.writers import Writer


@dataclass(frozen=True)
class Side:
    """One field in both versions: lines of words, those that differ marked."""

    label: str
    mine: tuple[tuple[Run, ...], ...]
    theirs: tuple[tuple[Run, ...], ...]


@dataclass(frozen=True)
class Clash:
    """What somebody wrote beside what counts, and what they can do about it."""

    issue: Issue
    writer: Writer
    spot: Spot
    address: str
    who: str  # whose words count; "" for a feed or a command
    own: bool  # the same person, in another window
    at: datetime
    version: int
    kept: int  # the revision that holds the words that came too late
    sides: tuple[Side, ...]

    @property
    def template(self) -> str:
        """What shows it."""
        return "staff/_clash.html"

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which moments are told."""
        return ZoneInfo(self.issue.timezone)


def of(
    session: Session, writer: Writer, issue: Issue, spot: Spot, saved: Saved
) -> Clash:
    """Return both versions of words that came too late."""
    lost = saved.lost
    assert lost is not None  # noqa: S101  # asked only of a clash
    counts = revisions.newest(session, saved.text)
    return Clash(
        issue=issue,
        writer=writer,
        spot=spot,
        address=writer.address(spot.row, spot.language),
        who=counts.who if counts else "",
        own=bool(counts and writer.author.wrote(counts)),
        at=saved.text.updated_at,
        version=saved.text.version,
        kept=lost.id or 0,
        sides=_sides(saved.text, lost, writer),
    )


def _sides(text: Text, lost: Revision, writer: Writer) -> tuple[Side, ...]:
    found = []
    for name, counts in revisions.words_of(text).items():
        mine = lost.words.get(name, "")
        if mine == counts:
            continue
        difference = differences.between(
            sources.plain(name, counts), sources.plain(name, mine), text.language
        )
        lines = [
            tuple(run for sentence in line for run in (*sentence.runs, _SPACE))
            for line in difference.lines
        ]
        label = wording.label(
            name, of_language=text.language, in_language=writer.language
        )
        found.append(
            Side(
                label,
                mine=tuple(_without(Kind.OLD, line) for line in lines),
                theirs=tuple(_without(Kind.NEW, line) for line in lines),
            )
        )
    return tuple(found)


_SPACE = Run(Kind.SAME, " ")


def _without(kind: Kind, line: tuple[Run, ...]) -> tuple[Run, ...]:
    return tuple(run for run in line if run.kind is not kind)
