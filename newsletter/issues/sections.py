"""The sections of one issue: their names, their order."""

from collections.abc import Mapping

from sqlmodel import Session

from newsletter.errors import BadSection
from newsletter.issues import changes
from newsletter.issues.placing import Groups, groups_of, require_section, store
from newsletter.models import Change, ChangeKind, Issue

_LONGEST = 100  # characters


def add_section(
    session: Session, issue: Issue, name: str, *, by: str, seen: int | None = None
) -> Change:
    """Add an empty section at the end; raises BadSection for a name that is taken."""
    change = _begin(session, issue, name, by=by, seen=seen)
    groups = groups_of(session, issue)
    fresh = _clean(name)
    if fresh.casefold() in {each.casefold() for each in groups}:
        raise BadSection("There is a section “{name}” already.", name=fresh)
    groups[fresh] = []
    store(session, issue, groups)
    return change


def name_section(
    session: Session,
    issue: Issue,
    section: str,
    *,
    names: Mapping[str, str],
    by: str,
    seen: int | None = None,
) -> Change:
    """Say what readers of each language see above a section; "" is its usual name."""
    change = _begin(session, issue, section, by=by, seen=seen)
    require_section(groups_of(session, issue), section)
    given = {language: _clean(name) for language, name in names.items() if name.strip()}
    others = {
        key: words for key, words in issue.section_names.items() if key != section
    }
    issue.section_names = others | ({section: given} if given else {})
    session.flush()
    return change


def move_section(
    session: Session,
    issue: Issue,
    section: str,
    *,
    down: bool,
    by: str,
    seen: int | None = None,
) -> Change:
    """Move a section with its items one place up or down."""
    change = _begin(session, issue, section, by=by, seen=seen)
    groups = groups_of(session, issue)
    require_section(groups, section)
    names = [name for name in groups if name]
    index = names.index(section)
    target = min(max(index + (1 if down else -1), 0), len(names) - 1)
    names.insert(target, names.pop(index))
    store(session, issue, {"": groups[""], **{name: groups[name] for name in names}})
    return change


def remove_section(
    session: Session, issue: Issue, section: str, *, by: str, seen: int | None = None
) -> Change:
    """Take a section away; its items go to the end of the one before it."""
    change = _begin(session, issue, section, by=by, seen=seen)
    groups: Groups = groups_of(session, issue)
    require_section(groups, section)
    names = list(groups)
    before = names[names.index(section) - 1]
    groups[before].extend(groups.pop(section))
    issue.section_names = {
        key: words for key, words in issue.section_names.items() if key != section
    }
    store(session, issue, groups)
    return change


def _begin(
    session: Session, issue: Issue, section: str, *, by: str, seen: int | None
) -> Change:
    if not section or not section.isprintable():
        raise BadSection("A section needs a name.")
    return changes.keep(
        session, issue, ChangeKind.SECTIONS, by=by, seen=seen, subject=section
    )


def _clean(name: str) -> str:
    words = " ".join(name.split())
    if not words or len(words) > _LONGEST or not words.isprintable():
        raise BadSection(
            "A section’s name has 1 to {most} characters, in a line.", most=_LONGEST
        )
    return words
