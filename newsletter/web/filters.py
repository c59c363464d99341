"""Which people a page is about: read from its address, and written into others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from sqlmodel import Session, col, select

from newsletter.web.sessions import Visitor
from subscribers import lists
from subscribers.directory import NOBODY, Group, Order, Wanted
from subscribers.languages import canonical
from subscribers.models import MailingList, Segment
from subscribers.rules import tag_key

_BY_FORM = "form"  # of `source`: came by no import
_LONGEST = 200
Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True)
class View:
    """Whom a page shows, of which list, in which order."""

    wanted: Wanted
    mailing_list: MailingList
    order: Order = Order.NEWEST
    segment: str = ""  # the name of the saved rule
    asked: Mapping[str, str] = field(default_factory=dict)  # as the address has it

    @property
    def is_all(self) -> bool:
        """Whether nobody of the list is left out."""
        return self.wanted == Wanted(self.wanted.list_id)

    def address(self, path: str = "/subscribers", **changed: object) -> str:
        """Return the address of the same people, but for what is changed; "" drops."""
        kept = {**self.asked, **{key: str(value) for key, value in changed.items()}}
        query = urlencode({key: value for key, value in kept.items() if value})
        return f"{path}?{query}" if query else path

    @property
    def query(self) -> str:
        """The filter as a form carries it along."""
        return urlencode(self.asked)


def of_query(session: Session, visitor: Visitor, query: Mapping[str, str]) -> View:
    """Return what an address asks for; what makes no sense is left out."""
    mailing_list = _list(session, visitor, query.get("list", ""))
    segment = _segment(session, query.get("segment", ""))
    source = query.get("source", "")
    tag = canonical(query.get("lang", "")) if query.get("lang") else None
    language = NOBODY if query.get("lang") == NOBODY else tag
    wanted = Wanted(
        mailing_list.id or 0,
        group=_word(Group, query.get("state", "")),
        language=language,
        search=" ".join(query.get("q", "").replace("\0", "").split())[:_LONGEST],
        tag=tag_key(query.get("tag", ""))[:60],
        since=_day(query.get("since", "")),
        until=_day(query.get("until", "")),
        import_id=0 if source == _BY_FORM else _number(source),
        rule=segment.rule if segment else "",
    )
    view = View(
        wanted,
        mailing_list,
        _word(Order, query.get("order", "")) or Order.NEWEST,
        segment.name if segment else "",
    )
    return replace(view, asked=_asked(view, query.get("list", "")))


def of_text(session: Session, visitor: Visitor, query: str) -> View:
    """Return what the query of an address asks for."""
    return of_query(session, visitor, dict(parse_qsl(query[:2000])))


def every_list(session: Session) -> Sequence[MailingList]:
    """Return the lists there are, the oldest first."""
    return lists.every(session)


def _asked(view: View, slug: str) -> dict[str, str]:
    wanted = view.wanted
    source = "" if wanted.import_id is None else str(wanted.import_id or _BY_FORM)
    found = {
        "list": slug,
        "state": wanted.group.value if wanted.group else "",
        "lang": wanted.language or "",
        "q": wanted.search,
        "tag": wanted.tag,
        "since": wanted.since.isoformat() if wanted.since else "",
        "until": wanted.until.isoformat() if wanted.until else "",
        "source": source,
        "segment": view.segment,
        "order": "" if view.order is Order.NEWEST else view.order.value,
    }
    return {key: value for key, value in found.items() if value}


def _list(session: Session, visitor: Visitor, slug: str) -> MailingList:
    """Return the list that is named, else the visitor’s own, else the first."""
    if slug:
        return lists.get(session, slug)
    own = visitor.person.list_id
    found = session.get(MailingList, own) if own else None
    return found or lists.get(session)


def _segment(session: Session, name: str) -> Segment | None:
    if not name:
        return None
    return session.exec(select(Segment).where(col(Segment.name) == name)).first()


def _word(words: type[Word], text: str) -> Word | None:
    return words(text) if text in set(words) else None


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    # What can be counted from and to without leaving the calendar.
    return found if date(1900, 1, 1) <= found <= date(2200, 1, 1) else None


def _number(text: str) -> int | None:
    plain = text.isascii() and text.isdigit() and len(text) < 10
    return int(text) or None if plain else None
