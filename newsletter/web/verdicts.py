"""What a trial run and an import say, in the language of the page."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from newsletter import i18n
from newsletter.i18n import N_
from subscribers.exporting import escaped

# The sentences of subscribers.importing about a row, so that catalogues hold them.
_REASONS = (
    N_("There is no address in this row."),
    N_("This is a formula, not an address."),
    N_("This line is too long to be about one person."),
    N_("The address contains a line break or control character."),
    N_("An address has 254 characters at most."),
    N_("This is not a name; the person is taken without one."),
    N_("We do not know this language; the person has none for now."),
    N_("This is the mailbox of an office; several people may read it."),
    N_("This address stood in an earlier row already; that one counts."),
)
_NO_ADDRESS = N_("This is not an e-mail address.")
_MISTYPED = N_("The domain looks mistyped; perhaps {meant} is meant.")
_WHY_OUT = {
    "unsubscribed": N_("had left this list"),
    "left elsewhere": N_("are marked as gone in the file"),
    "hard bounce": N_("have no mailbox any more"),
    "complaint": N_("had called a letter spam"),
    "erased": N_("had been erased"),
    "staff": N_("had been stopped by a colleague"),
}


@dataclass(frozen=True)
class Refusal:
    """One row that was not read, or read otherwise."""

    row: int
    value: str
    reason: str


@dataclass(frozen=True)
class Told:
    """A report in words."""

    rows: int
    new: int
    updated: int
    unchanged: int
    refused_total: int
    offices: int
    out: Sequence[tuple[int, str]]  # how many stay out, and why
    refused: Sequence[Refusal]
    notes: Sequence[Refusal]
    typos: Sequence[tuple[str, str, int]]
    languages: Sequence[tuple[str, int]]

    @property
    def here(self) -> int:
        """How many were here already."""
        return self.updated + self.unchanged

    @property
    def stayed_out(self) -> int:
        """How many left earlier, and stay out."""
        return sum(many for many, _ in self.out)


def told(report: Mapping[str, Any], language: str) -> Told:
    """Return a report as a page shows it."""
    _ = i18n.translator(language)
    spoken = sorted(report["languages"].items(), key=lambda each: -each[1])
    return Told(
        rows=report["rows"],
        new=report["new"],
        updated=report["updated"],
        unchanged=report["unchanged"],
        refused_total=report["refused_total"],
        offices=report["offices"],
        out=[(many, _(_WHY_OUT.get(why, why))) for why, many in report["out"].items()],
        refused=[_refusal(each, language) for each in report["refused"]],
        notes=[_refusal(each, language) for each in report["notes"]],
        typos=[tuple(each) for each in report["typos"]],
        languages=spoken,
    )


def as_csv(report: Mapping[str, Any], language: str) -> bytes:
    """Return the rows that were refused as a spreadsheet opens them, safe to open."""
    _ = i18n.translator(language)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_("Row"), _("What stands there"), _("Why it was refused")])
    for each in _refusals(report, language):
        writer.writerow([str(each.row), escaped(each.value), each.reason])
    return text.getvalue().encode("utf-8-sig")


def _refusals(report: Mapping[str, Any], language: str) -> Iterator[Refusal]:
    for each in report["refused"]:
        yield _refusal(each, language)


def _refusal(remark: Mapping[str, Any], language: str) -> Refusal:
    return Refusal(remark["row"], remark["value"], _reason(remark, language))


def _reason(remark: Mapping[str, Any], language: str) -> str:
    _ = i18n.translator(language)
    if remark["meant"]:
        return _(_MISTYPED, meant=remark["meant"])
    # What the library that reads addresses says exists in English alone.
    reason = remark["reason"]
    return _(reason) if reason in _REASONS else _(_NO_ADDRESS)
