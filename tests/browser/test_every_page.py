"""Every page of staff there is, looked at by axe in light and dark, narrow and wide."""

import re
from itertools import product

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine
from sqlmodel import Session

from newsletter import db
from newsletter.models import (
    Errand,
    ErrandKind,
    ErrandState,
    IssueState,
    Series,
    Source,
)
from subscribers.clock import utcnow
from tests import factories
from tests.browser.conftest import House, desk_of
from tests.browser.flaws import flaws_in
from tests.web.rules import accounts, desk, issues, people, results, settings, words

pytestmark = pytest.mark.browser

GATHERED = (accounts, desk, issues, people, results, settings, words)
# A stream does not end. A letter for a frame runs no script, not even that of axe.
NO_PAGES = (
    "/issues/{issue_id}/events",
    "/issues/{issue_id}/preview/{language}",
    "/settings/look/letter",
)
# Pages of staff: nobody sees them who has not logged in.
ADDRESSES = sorted(
    path
    for each in GATHERED
    for (method, path), allowed in each.RULES.items()
    if method == "GET" and None not in allowed and path not in NO_PAGES
)
PARTS = 2  # every other page in each, for machines that run tests side by side


@pytest.fixture
def numbers(sqlite_engine: Engine, house: House) -> dict[str, list[str]]:
    """What the names in addresses stand for: a draft, and an issue that has left."""
    left = house.issue.rpartition("/")[2]
    with db.writing(sqlite_engine) as session:
        items = [
            factories.make_item(session, texts={"fr": {"title": f"Le pont {number}"}})
            for number in range(2)
        ]
        draft = factories.make_issue(session, items=items, languages=["fr", "nl"])
        scheduled = factories.make_issue(
            session,
            items=items[:1],
            languages=["fr"],
            state=IssueState.SCHEDULED,
            send_at=utcnow().replace(year=utcnow().year + 1),
        )
        session.add(Source(url="https://example.org/feed/", title="Commune"))
        item = str(items[0].id)
        return {
            "issue_id": [str(draft.id), str(scheduled.id), left],
            "item_id": [item],
            "row": [item],
            "language": ["nl"],
            "subscriber_id": ["1"],
            "segment_id": [str(factories.make_segment(session).id)],
            "series_id": [rhythm(session)],
            "errand_id": [errand(session)],
        }


def rhythm(session: Session) -> str:
    series = Series(
        list_id=factories.the_list(session).id or 0,
        titles={"": "The month"},
        rule="first Tuesday 10:00",
        timezone="Europe/Brussels",
        ahead=48,
        at_least=1,
        next_at=utcnow(),
    )
    session.add(series)
    session.flush()
    return str(series.id)


def errand(session: Session) -> str:
    """Return a change of many people that is done."""
    done = Errand(
        kind=ErrandKind.CHANGE,
        state=ErrandState.DONE,
        list_id=factories.the_list(session).id or 0,
        facts={"what": "language", "language": "nl", "many": 1},
        result={"changed": 1},
    )
    session.add(done)
    session.flush()
    return str(done.id)


def addresses(numbers: dict[str, list[str]]) -> list[str]:
    """Return each address once for everything its names stand for."""
    found = []
    for path in ADDRESSES:
        names = re.findall(r"{(\w+)}", path)
        for values in product(*(numbers[name] for name in names)):
            filled = dict(zip(names, values, strict=True))
            found.append(path.format(**filled))
    return found


def is_page(page: Page, address: str) -> bool:
    """Whether something whole is there, not a part of a page or a file."""
    answer = page.request.get(address)
    return answer.ok and answer.text()[:15].lower() == "<!doctype html>"


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_of_staff_has_flaws(
    browser: Browser, house: House, numbers: dict[str, list[str]], part: int
) -> None:
    flaws, complaints = {}, list[str]()
    with desk_of(browser, house, locale="de-DE") as page:
        page.on(
            "console",
            lambda line: (
                complaints.append(f"{page.url}: {line.text}")
                if line.type == "error"
                else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        pages = [a for a in addresses(numbers)[part::PARTS] if is_page(page, a)]
        for address in pages:
            page.goto(address)
            flaws[address] = flaws_in(page)

    assert len(pages) > 30, pages
    assert {each: found for each, found in flaws.items() if found} == {}
    assert complaints == []
