"""What was just done on the desk, said in a sentence with a button that undoes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from sqlmodel import Session

from newsletter import i18n
from newsletter.i18n import N_, Translator
from newsletter.models import Issue, ItemState

_MANY = 200


class Deed(StrEnum):
    """What can be done to items on the desk."""

    ADDED = "added"
    KEPT = "kept"
    INBOX = "inbox"
    ASIDE = "aside"
    ISSUE = "issue"  # put into the next one
    REMOVED = "removed"  # from it
    DELETED = "deleted"
    UNDONE = "undone"
    NOTHING = "nothing"  # no item was ticked, or none could be moved


@dataclass(frozen=True)
class Done:
    """A deed, and what undoing it takes."""

    deed: Deed | None
    ids: tuple[int, ...] = ()
    back: ItemState = ItemState.INBOX
    issue: int = 0
    section: str = ""

    def query(self) -> dict[str, str]:
        """Return the part of the desk's address that says it."""
        return {
            "done": self.deed or "",
            "ids": ",".join(map(str, self.ids)),
            "back": self.back.value,
            "issue": str(self.issue or ""),
            "section": self.section,
        }


@dataclass(frozen=True)
class Said:
    """The sentence, and the fields of the form that undoes it: none if nothing does."""

    words: str
    fields: Mapping[str, str]


def read(
    done: str = "", ids: str = "", back: str = "", issue: int = 0, section: str = ""
) -> Done:
    """Read what an address or a form says was done."""
    deed = Deed(done) if done in set(Deed) else None
    numbers = (int(n) for n in ids.split(",")[:_MANY] if n.isdecimal() and len(n) < 10)
    state = ItemState(back) if back in set(ItemState) else ItemState.INBOX
    # Used is what an issue makes it: nobody can put it there.
    state = ItemState.KEPT if state is ItemState.USED else state
    return Done(
        deed,
        tuple(numbers),
        state,
        issue if 0 < issue < 2**31 else 0,
        section[:100],
    )


_Said = Callable[[Translator, int], str]

_SENTENCES: Mapping[Deed, _Said] = {
    Deed.ADDED: lambda say, n: say.ngettext(
        "Added to the desk.", "{n} items were added to the desk.", n
    ),
    Deed.KEPT: lambda say, n: say.ngettext(
        "One item is kept.", "{n} items are kept.", n
    ),
    Deed.INBOX: lambda say, n: say.ngettext(
        "One item is back in the inbox.", "{n} items are back in the inbox.", n
    ),
    Deed.ASIDE: lambda say, n: say.ngettext(
        "One item was set aside.", "{n} items were set aside.", n
    ),
    Deed.DELETED: lambda say, n: say.ngettext(
        "One item was deleted.", "{n} items were deleted.", n
    ),
}


def say(session: Session, done: Done, language: str) -> Said | None:
    """Return what was done as a sentence; None if nothing was."""
    speak = i18n.translator(language)
    if done.deed is None:
        return None
    if done.deed is Deed.UNDONE:
        return Said(speak(N_("Undone.")), {})
    if done.deed is Deed.NOTHING or not done.ids:
        return Said(speak(N_("Nothing was changed: tick the items first.")), {})
    return Said(_sentence(session, done, language), done.query())


def _sentence(session: Session, done: Done, language: str) -> str:
    speak, n = i18n.translator(language), len(done.ids)
    if done.deed in {Deed.ISSUE, Deed.REMOVED}:
        issue = session.get(Issue, done.issue) if done.issue else None
        number = i18n.number(issue.number, language) if issue else "–"
        if done.deed is Deed.ISSUE:
            return speak.ngettext(
                "One item is in No {number} now.",
                "{n} items are in No {number} now.",
                n,
                number=number,
            )
        return speak(N_("Taken out of No {number}; it is kept."), number=number)
    return _SENTENCES[done.deed or Deed.ADDED](speak, n)


def address(place: str, done: Done) -> str:
    """Return the address that shows a place of the desk and says what was done."""
    told = urlencode({k: v for k, v in done.query().items() if v})
    return f"{place}{'&' if '?' in place else '?'}{told}"
