"""The news desk for staff: /desk, where news is brought, sorted and handed on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session, select

from newsletter import desk, i18n
from newsletter.desk import Sort, Wanted
from newsletter.i18n import N_
from newsletter.models import Item, ItemState, Source, Staff
from newsletter.web import coming, news, sessions, undoing
from newsletter.web.deps import Here, Reading, Site, Writing
from newsletter.web.sessions import GenuineForm, SignedIn, Visitor
from newsletter.web.undoing import Done
from subscribers.models import MailingList

router = APIRouter(dependencies=[Depends(sessions.same_site)])

SHELVES: Mapping[ItemState, str] = {
    ItemState.INBOX: N_("Inbox"),
    ItemState.KEPT: N_("Kept"),
    ItemState.USED: N_("Used"),
    ItemState.ASIDE: N_("Set aside"),
}
SORTS: Mapping[Sort, str] = {
    Sort.NEWEST: N_("newest first"),
    Sort.OLDEST: N_("oldest first"),
    Sort.PUBLISHED: N_("by date of publication"),
}
_LONGEST = 200  # characters of a search


@dataclass(frozen=True)
class Place:
    """Where on the desk somebody is, as its address says."""

    state: ItemState
    sort: Sort
    words: str
    after: int = 0

    def at(self, **changed: object) -> str:
        """Return the address of this place, with some of it changed."""
        values = {
            "state": self.state.value,
            "sort": self.sort.value if self.sort is not Sort.NEWEST else "",
            "q": self.words,
            **changed,
        }
        return "/desk?" + urlencode({k: v for k, v in values.items() if v})


def place(state: str = "", sort: str = "", q: str = "", after: int = 0) -> Place:
    """Read where somebody is; what makes no sense is the usual."""
    return Place(
        ItemState(state) if state in set(ItemState) else ItemState.INBOX,
        Sort(sort) if sort in set(Sort) else Sort.NEWEST,
        q.strip()[:_LONGEST],
        after if 0 < after < 2**31 else 0,
    )


Somewhere = Annotated[Place, Depends(place)]


@router.get("/desk")
def show(
    visitor: SignedIn,
    here: Here,
    session: Reading,
    where: Somewhere,
    what: Annotated[Done, Depends(undoing.read)],
    all: bool = False,  # noqa: A002, FBT001, FBT002  # a query parameter: ?all=1
) -> HTMLResponse:
    """Show one state of the desk, and the issue that comes next beside it."""
    return here.pages.answer(
        "staff/desk.html",
        visitor.language,
        **values(here, visitor, session, where),
        done=undoing.say(session, what, visitor.language),
        ticked=all,
    )


def values(
    here: Site, visitor: Visitor, session: Session, where: Place
) -> dict[str, Any]:
    """Return what the page of the desk shows, whoever shows it."""
    counts = desk.counts(session)
    wanted = Wanted(where.state, where.sort, where.words, where.after)
    shelf = desk.page(session, wanted)
    lines = news.lines(
        session, shelf.items, language=visitor.language, zone=here.settings.zone
    )
    return {
        "visitor": visitor,
        "headline": _headline(counts[ItemState.INBOX], visitor.language),
        "place": where,
        "shelves": SHELVES,
        "sorts": SORTS,
        "counts": counts,
        "lines": lines,
        "older": shelf.items[-1].id if shelf.more else None,
        "coming": coming.of(session, visitor),
        "sources": session.exec(select(Source.id).limit(1)).first() is not None,
        "saver": bookmarklet(here.settings.base_url),
    }


@router.get("/desk/rows/{item_id}")
def row(
    item_id: int, visitor: SignedIn, here: Here, session: Reading, where: Somewhere
) -> HTMLResponse:
    """Show one line again, while its page is being read.

    News that became one with other news meanwhile has no line any more.
    """
    item = session.get(Item, item_id) if 0 < item_id < 2**31 else None
    if item is None or item.deleted_at is not None:
        return HTMLResponse("")
    zone = here.settings.zone
    (line,) = news.lines(session, [item], language=visitor.language, zone=zone)
    return here.pages.answer(
        "staff/_news_row.html",
        visitor.language,
        visitor=visitor,
        line=line,
        place=where,
        coming=coming.of(session, visitor),
        ticked=False,
    )


@router.post("/desk/list")
def choose(visitor: SignedIn, form: GenuineForm, session: Writing) -> Response:
    """Remember whose next issue a member of staff works on."""
    wanted = form.get("list", "")
    found = session.exec(select(MailingList).where(MailingList.slug == wanted)).first()
    if found is not None:
        session.get_one(Staff, visitor.person.id).list_id = found.id
    return RedirectResponse("/desk", HTTPStatus.SEE_OTHER)


def _headline(waiting: int, language: str) -> str:
    say = i18n.translator(language)
    if not waiting:
        return say(N_("Nothing waits on the desk"))
    return say.ngettext(
        "One item waits on the desk", "{n} items wait on the desk", waiting
    )


def bookmarklet(base_url: str) -> str:
    """Return the address that, kept as a bookmark, saves the page it is pressed on."""
    return (
        "javascript:void(open("
        f"'{base_url}/desk/add?url='+encodeURIComponent(location.href)"
        "+'&title='+encodeURIComponent(document.title)"
        "+'&sel='+encodeURIComponent((getSelection()+'').slice(0,1500))"
        ",'desk','width=560,height=720'))"
    )


def ids_of(given: Sequence[str]) -> list[int]:
    """Return the numbers among what a form or an address names."""
    return [int(each) for each in given if each.isdecimal() and len(each) < 10]
