"""What was done, in words: a sentence for every action, and for the facts beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from newsletter import i18n
from newsletter.i18n import N_
from newsletter.models import Action, AuditEntry, Issue, Role
from newsletter.staff import roles

SENTENCES: Mapping[Action, str] = {
    Action.LOGGED_IN: N_("{who} logged in"),
    Action.CHANGED_PASSWORD: N_("{who} changed their password"),
    Action.CHANGED_TWO_FACTOR: N_("{who} changed how one proves who one is"),
    Action.INVITED: N_("{who} invited a colleague"),
    Action.JOINED: N_("{who} joined the team"),
    Action.CHANGED_ROLE: N_("{who} changed what a colleague may do"),
    Action.REMOVED: N_("{who} removed a colleague"),
    Action.CREATED_ISSUE: N_("{who} began an issue"),
    Action.CHANGED_ISSUE: N_("{who} changed an issue"),
    Action.DISCARDED_ISSUE: N_("{who} discarded an issue"),
    Action.APPROVED: N_("{who} approved an issue"),
    Action.OVERRODE: N_("{who} let an issue leave although a check said no"),
    Action.TESTED: N_("{who} sent a test"),
    Action.SCHEDULED: N_("{who} decided when an issue leaves"),
    Action.TOOK_BACK: N_("{who} took an issue back before it left"),
    Action.PAUSED: N_("{who} paused an issue on its way"),
    Action.RESUMED: N_("{who} let a paused issue go on"),
    Action.STOPPED: N_("{who} stopped an issue on its way"),
    Action.CORRECTED: N_("{who} corrected an issue that had left"),
    Action.MADE_LINK: N_("{who} made a link for a guest"),
    Action.ENDED_LINK: N_("{who} ended the link of a guest"),
    Action.CHANGED_LIST: N_("{who} changed the settings of a letter"),
    Action.CHANGED_SENDER: N_("{who} changed the sender or its relay"),
    Action.CHANGED_LOOK: N_("{who} changed how letters look"),
    Action.CHANGED_SOURCE: N_("{who} changed a source of news"),
    Action.IMPORTED: N_("{who} imported people"),
    Action.UNDID_IMPORT: N_("{who} took an import back"),
    Action.EXPORTED: N_("{who} exported people"),
    Action.CHANGED_PEOPLE: N_("{who} changed readers"),
    Action.ERASED: N_("{who} erased a reader"),
    Action.LIFTED: N_("{who} allowed mail to an address again"),
}
_TWO_FACTOR = {
    True: N_("{who} switched the code at log-in on"),
    False: N_("{who} switched the code at log-in off"),
}


@dataclass(frozen=True)
class Deed:
    """One line of the log; `sentence` still has a place for who it was."""

    sentence: str
    who: str
    at: datetime
    subject: str
    details: tuple[str, ...]
    issue_id: int | None


def told(session: Session, entries: list[AuditEntry], language: str) -> list[Deed]:
    """Return what these entries say, with the titles their issues have now."""
    ids = {entry.issue_id for entry in entries if entry.issue_id}
    query = select(Issue.id, Issue.title).where(col(Issue.id).in_(ids))
    titles = dict(session.exec(query).all()) if ids else {}
    return [_deed(entry, titles, language) for entry in entries]


def _deed(entry: AuditEntry, titles: Mapping[int | None, str], language: str) -> Deed:
    say = i18n.translator(language)
    title = titles.get(entry.issue_id, "")
    subject = title or entry.subject
    details = _details(entry, language)
    if title and entry.subject not in {"", title}:
        details = (entry.subject, *details)
    return Deed(
        say(_sentence(entry)), entry.who, entry.at, subject, details, entry.issue_id
    )


def _sentence(entry: AuditEntry) -> str:
    if entry.action is Action.CHANGED_TWO_FACTOR and "on" in entry.facts:
        return _TWO_FACTOR[bool(entry.facts["on"])]
    return SENTENCES[entry.action]


def _details(entry: AuditEntry, language: str) -> tuple[str, ...]:
    """Return what the facts say that everybody keeps under the same name."""
    say, facts = i18n.translator(language), entry.facts
    found = []
    if facts.get("role") in set(Role):
        found.append(say(roles.NAMES[Role(facts["role"])]))
    if isinstance(facts.get("reason"), str) and facts["reason"]:
        found.append(say(N_("Reason: {reason}"), reason=facts["reason"]))
    if isinstance(facts.get("moved_to"), str):
        found.append(say(N_("to the list “{name}”"), name=facts["moved_to"]))
    if isinstance(facts.get("language"), str) and facts["language"]:
        found.append(i18n.language_name(facts["language"], language))
    if isinstance(facts.get("people"), int):
        people = facts["people"]
        shown = i18n.number(people, language)
        found.append(
            say.ngettext("one person", "{people} people", people, people=shown)
        )
    return tuple(found)
