"""What an issue takes from the desk, or what is written for it at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session, col, select

from newsletter import editions, i18n, issues, items
from newsletter.errors import BadText, SectionNotFound
from newsletter.i18n import N_
from newsletter.models import Issue, Item, ItemText, ItemType
from newsletter.web import changing, matrix, numbered, outline, sessions
from newsletter.web.changing import Asking, Writer
from newsletter.web.deps import Here, Reading, Several, Site
from newsletter.web.sessions import GenuineForm, Visitor

router = APIRouter(dependencies=[Depends(sessions.same_site)])

_MOST = 60  # items on the page; the search finds the others
_TYPES = (
    ItemType.STORY,
    ItemType.EVENT,
    ItemType.APPEAL,
    ItemType.LINK,
    ItemType.VIDEO,
    ItemType.DOCUMENTS,
    ItemType.TEXT,
)


@dataclass(frozen=True)
class Choice:
    """One item that can be taken."""

    item: Item
    title: str
    tag: str  # of the title
    languages: tuple[str, ...]  # that have words
    was_in: int | None  # number of an earlier issue of the list


@router.get("/issues/{issue_id}/items")
def choose(  # two of them are what the address asks for
    issue_id: int,
    visitor: Writer,
    here: Here,
    session: Reading,
    q: Annotated[str, Query(max_length=200)] = "",
    section: Annotated[str, Query(max_length=100)] = "",
) -> HTMLResponse:
    """Show the items of the desk that an issue could take."""
    issue = numbered.issue(session, issue_id)
    issues.require_editable(issue)
    page = _Page(here, visitor, session, issue)
    return page.show(search=q, section=section)


@router.post("/issues/{issue_id}/items")
def add(issue_id: int, form: GenuineForm, fields: Several, asker: Asking) -> Response:
    """Take the ticked items, into a section or each where its kind stands."""
    session, issue = asker.session, numbered.issue(asker.session, issue_id)
    ids = [changing.number(each) for each in fields.get("item", [])]
    found = session.exec(select(Item).where(col(Item.id).in_(ids))).all()
    if not found:
        address = f"/issues/{issue_id}/items"
        return RedirectResponse(address, HTTPStatus.SEE_OTHER)
    order = {each: at for at, each in enumerate(ids)}
    chosen = sorted(found, key=lambda item: order[item.id])
    section = form.get("section") or None
    return changing.attempt(
        asker,
        issue,
        lambda by: issues.add_items(session, issue, chosen, section=section, by=by),
    )


@router.post("/issues/{issue_id}/items/written")
def write(issue_id: int, form: GenuineForm, asker: Asking) -> Response:
    """Begin an item of its own: its title, and then its words on its page."""
    session, issue = asker.session, numbered.issue(asker.session, issue_id)
    issues.require_editable(issue)
    spoken = editions.coverage(session, issue).languages
    language = editions.resolve_language(form.get("language"), spoken) or spoken[0]
    kind = next((each for each in _TYPES if each == form.get("type")), ItemType.STORY)
    try:
        item = items.create(
            session, language=language, type=kind, title=form.get("title", "")
        )
        change = issues.add_items(
            session,
            issue,
            [item],
            section=form.get("section") or None,
            by=asker.visitor.name,
        )
    except (BadText, SectionNotFound):
        page = _Page(asker.here, asker.visitor, session, issue)
        return page.show(untitled=True)
    items.find_texts(session, [item.id or 0])[item.id or 0][language].ready = False
    changing.note(asker, issue, change)
    address = f"/issues/{issue_id}/i/{item.id}/{language}"
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)


@dataclass(frozen=True)
class _Page:
    here: Site
    visitor: Visitor
    session: Session
    issue: Issue

    def show(
        self, *, search: str = "", section: str = "", untitled: bool = False
    ) -> HTMLResponse:
        coverage = editions.coverage(self.session, self.issue)
        spoken, language = coverage.languages, self.visitor.language
        shown = matrix.of(self.session, self.issue, coverage, language=language)
        return self.here.pages.answer(
            "staff/add_items.html",
            language,
            status=HTTPStatus.UNPROCESSABLE_ENTITY if untitled else HTTPStatus.OK,
            visitor=self.visitor,
            issue=self.issue,
            headline=i18n.translator(language)(
                N_("What goes into No {number}?"),
                number=i18n.number(self.issue.number, language),
            ),
            choices=self._choices(spoken, search),
            groups=shown.groups,
            languages=spoken,
            kinds={each.value: outline.KINDS[each.value] for each in _TYPES},
            search=search,
            section=section,
            untitled=untitled,
            most=_MOST,
        )

    def _choices(self, spoken: tuple[str, ...], search: str) -> list[Choice]:
        found = issues.available(self.session, self.issue, search=search, limit=_MOST)
        ids = [item.id or 0 for item in found]
        texts = items.find_texts(self.session, ids)
        numbers = issues.numbers_of(self.session, self.issue, ids)
        return [
            _choice(item, texts[item.id or 0], spoken, was_in=numbers.get(item.id or 0))
            for item in found
        ]


def _choice(
    item: Item,
    texts: Mapping[str, ItemText],
    spoken: tuple[str, ...],
    *,
    was_in: int | None,
) -> Choice:
    written = [tag for tag, text in texts.items() if text.title.strip()]
    tag = editions.resolve_language(item.language, written) or next(iter(written), "")
    return Choice(
        item,
        texts[tag].title if tag else f"#{item.id}",
        tag or item.language,
        tuple(each for each in spoken if editions.resolve_language(each, written)),
        was_in,
    )
