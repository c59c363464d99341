"""Where a finding is mended: the address of the very field, and a button."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from newsletter import editions
from newsletter.checks import Finding, Kind
from newsletter.editions import Coverage
from newsletter.i18n import N_
from newsletter.web.sessions import Visitor

# Fields of an item that stand in no language: dates, pictures, papers.
_SHARED = {"date", "picture", "documents", "video_url"}
_EDIT = N_("Edit it")
_WRITE = N_("Write it")
_WORDS = {
    "alt": N_("Describe it"),
    "link_text": N_("Edit the link"),
    "url": N_("Edit the link"),
    "video_url": N_("Edit the link"),
    "date": N_("Edit the date"),
    "picture": N_("Change the picture"),
    "documents": N_("Edit the documents"),
    "items": N_("Open the issue"),
    "languages": N_("Open the issue"),
    "readers": N_("See the people"),
    "relays": N_("Open the settings"),
    "mail": N_("Look at it"),
}
_CHECKS = {
    "source-changed": N_("Compare"),
    "subject-missing": _WRITE,
    "title-missing": _WRITE,
    "preheader-missing": _WRITE,
    "legal-missing": _WRITE,
    "picture-alt": N_("Describe it"),
}
_PAGES = {
    "readers": "/subscribers",
    "relays": "/settings/sender",
    "legal": "/settings/letter",
}


@dataclass(frozen=True)
class Mend:
    """One button: where it leads, whether that opens in a dialog, what it says."""

    href: str
    words: str  # a msgid
    cell: bool = False


@dataclass(frozen=True)
class Choice:
    """What can be decided about a gap, without opening anything."""

    language: str  # of the edition
    item: int | None  # None: every item that is missing there
    show: str  # the language to show it in; "": each in its own


@dataclass(frozen=True)
class Bench:
    """The issue whose findings are mended, and by whom."""

    issue_id: int
    coverage: Coverage
    visitor: Visitor

    def mend(self, finding: Finding) -> Mend | None:
        """Return where a finding is mended; None where this person cannot."""
        place = finding.place
        if place.field == "mail":
            return Mend(f"?show={finding.language}#preview", words=_WORDS["mail"])
        href, cell = _ADDRESSES[place.kind](self, finding)
        words = _CHECKS.get(finding.check) or _WORDS.get(place.field, _EDIT)
        return Mend(href, words, cell=cell) if href else None

    def choice(self, finding: Finding) -> Choice | None:
        """Return what can be decided about a gap; None where there is none."""
        if finding.check != "translation-missing" or not self.visitor.may_write:
            return None
        language = finding.language or ""
        if finding.place.kind is not Kind.ITEM:
            return Choice(language, None, "")
        row = next(
            (r for r in self.coverage.rows if r.item.id == finding.place.id), None
        )
        if row is None:
            return None
        shown = row.cell(language).shows or row.item.language
        return Choice(language, finding.place.id, shown)

    def of_item(self, finding: Finding) -> tuple[str, bool]:
        """Return the cell of an item, or the item itself for what all share."""
        number, field = finding.place.id, finding.place.field
        languages = self.coverage.languages
        spoken = editions.resolve_language(finding.language, languages)
        if field in _SHARED or spoken is None:
            return self._for_writers(f"/desk/items/{number}#{field}"), False
        if not self.visitor.may_write_in(spoken):
            return "", False
        return f"/issues/{self.issue_id}/i/{number}/{spoken}#{_field(field)}", True

    def of_edition(self, finding: Finding) -> tuple[str, bool]:
        """Return the lines of an edition, or the matrix for what many cells say."""
        field, language = finding.place.field, finding.language or ""
        if not self.visitor.may_write_in(language):
            return "", False
        if field == "words":
            return f"/issues/{self.issue_id}", False
        return f"/issues/{self.issue_id}/i/lines/{language}#{field}", True

    def of_page(self, finding: Finding) -> tuple[str, bool]:
        """Return the page that a fact of the issue or of its list stands on."""
        field = finding.place.field
        if field == "links":
            return "", False
        issue = f"/issues/{self.issue_id}"
        page = issue if finding.place.kind is Kind.ISSUE else "/settings/sender"
        return self._for_writers(_PAGES.get(field, page)), False

    def _for_writers(self, href: str) -> str:
        return href if self.visitor.may_write else ""


def _field(name: str) -> str:
    return "title" if name == "words" else name


_ADDRESSES: Mapping[Kind, Callable[[Bench, Finding], tuple[str, bool]]] = {
    Kind.ITEM: Bench.of_item,
    Kind.EDITION: Bench.of_edition,
    Kind.ISSUE: Bench.of_page,
    Kind.LIST: Bench.of_page,
}
