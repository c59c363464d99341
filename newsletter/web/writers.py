"""Whoever is at the words of an issue: a member of staff, or a guest with a link."""

from dataclasses import dataclass

from newsletter.issues.composing import EDITABLE
from newsletter.items import Author
from newsletter.models import Issue
from newsletter.web.sessions import Visitor

LINES = "lines"  # the row of an issue's own subject, preheader and intro


@dataclass(frozen=True)
class Writer:
    """Who writes, where their pages are, and which words are theirs to change."""

    base: str  # /issues/3, or a guest's /t/{token}
    holder: str  # "staff 3", "guest 12"
    author: Author
    language: str  # of their pages
    form_token: str
    languages: frozenset[str]  # whose translations they may write
    edits: bool  # also sources, shared facts and decisions
    open: bool  # the issue can still be changed
    guest: bool = False

    def may_write(self, language: str, *, source: str) -> bool:
        """Whether they may change words in a language, beside those of the source."""
        if not self.open:
            return False
        return self.edits or (language in self.languages and language != source)

    def address(self, row: str | int, language: str) -> str:
        """Return where a cell is opened."""
        return f"{self.base}/i/{row}/{language}"


def of_staff(visitor: Visitor, issue: Issue) -> Writer:
    """Return a visitor as the writer of an issue's words."""
    person = visitor.person
    theirs = frozenset(filter(visitor.may_write_in, person.languages))
    return Writer(
        base=f"/issues/{issue.id}",
        holder=f"staff {person.id}",
        author=Author(visitor.name, person.id),
        language=visitor.language,
        form_token=visitor.form_token,
        languages=theirs,
        edits=visitor.may_write,
        open=issue.state in EDITABLE,
    )
