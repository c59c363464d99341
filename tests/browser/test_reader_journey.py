"""A reader's whole way in a real browser: choose, pause, leave, come back."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import db, editions, i18n, messages
from newsletter.models import Delivery, Edition, Issue
from subscribers.clock import utcnow
from subscribers.models import Request, Subscriber, Subscription, SubscriptionState
from tests import factories
from tests.browser.conftest import House, window
from tests.browser.flaws import flaws_in
from tests.web.conftest import dump

pytestmark = pytest.mark.browser

LOOKS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark"), (320, "light")]
ABOUT_PEOPLE = ("subscriber", "subscription", "consent", "subscriber_tag", "request")


@pytest.fixture
def rich_house(house: House, sqlite_engine: Engine) -> House:
    """The house with topics, a colour of its own, and two more lists."""
    with db.writing(sqlite_engine) as session:
        first = factories.the_list(session)
        first.topics = {"agenda": {"fr": "Agenda"}, "work": {"fr": "Offres d’emploi"}}
        first.accent = "#ffcc00"
        river = factories.make_list(session, slug="river")
        factories.make_list(session, slug="press", names={"fr": "La presse"})
        anne = session.exec(
            select(Subscriber).where(Subscriber.email == "anne@example.org")
        ).one()
        session.add(
            Subscription(
                subscriber_id=anne.id or 0,
                list_id=river.id or 0,
                state=SubscriptionState.CONFIRMED,
            )
        )
    return house


@pytest.fixture
def plain(browser: Browser, rich_house: House) -> Iterator[Page]:
    """A page in a browser that runs no script."""
    looks = {"java_script_enabled": False, "locale": "fr-BE"}
    with window(browser, rich_house, **looks) as page:
        yield page


@pytest.fixture
def page(browser: Browser, rich_house: House) -> Iterator[Page]:
    """A page of a reader whose browser speaks French."""
    with window(browser, rich_house, locale="fr-BE") as page:
        yield page


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_a_reader_pauses_leaves_and_comes_back_without_scripts(
    plain: Page, rich_house: House, sqlite_engine: Engine, language: str
) -> None:
    plain.goto(f"{rich_house.pages['choose']}?in={language}")
    spoken = plain.get_attribute("html", "lang")
    press(plain, ngettext(language, 3))
    paused = own_state(sqlite_engine)
    press(plain, say(language, "Send them again now"))
    resumed = own_state(sqlite_engine)
    press(plain, say(language, "Unsubscribe from everything"))
    left = all_states(sqlite_engine)
    press(plain, say(language, "Undo, I’m staying"))

    assert spoken == plain.get_attribute("html", "lang") == language
    assert paused is SubscriptionState.PAUSED
    assert resumed is SubscriptionState.CONFIRMED
    assert left == {SubscriptionState.UNSUBSCRIBED}
    assert all_states(sqlite_engine) == {SubscriptionState.CONFIRMED}
    assert plain.context.cookies() == []


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_a_reader_changes_the_language_without_scripts(
    plain: Page, rich_house: House, sqlite_engine: Engine, language: str
) -> None:
    plain.goto(rich_house.pages["choose"])
    plain.check(f"input[name=language][value={language}]")

    plain.click("form:has(input[name=language]) button")

    assert plain.get_attribute("html", "lang") == language
    assert plain.locator("[role=status]").count() == 1
    assert anne(sqlite_engine).language == language


def test_topics_lists_and_the_address_need_no_script(
    plain: Page, rich_house: House, sqlite_engine: Engine
) -> None:
    plain.goto(rich_house.pages["choose"])
    plain.check("input[name='topic:agenda']")
    plain.click("form[action*='/topics'] button")
    ticked = plain.is_checked("input[name='topic:agenda']")
    plain.click("form:has(input[value=press]) button")
    joined = plain.locator("form[action*='/leave']").count()
    plain.fill("#email", "neu@example.org")
    plain.click("form[action*='/address'] button")

    with db.reading(sqlite_engine) as session:
        request = session.exec(select(Request)).one()
    assert ticked
    assert joined == 3
    assert request.new_email == "neu@example.org"
    assert plain.locator("[role=status]").count() == 1


def test_a_reason_can_be_given_without_scripts(plain: Page, rich_house: House) -> None:
    plain.goto(rich_house.pages["leave"])
    press(plain, say("fr", "Yes, unsubscribe me"))
    plain.fill("#reason", "Trop de lettres.")

    press(plain, say("fr", "Tell us"))

    assert say("fr", "Thank you for telling us.") in plain.inner_text("main")


def test_the_answer_to_a_form_is_where_the_reader_goes_on(
    page: Page, rich_house: House
) -> None:
    page.goto(rich_house.pages["choose"])

    page.click("form[action*='/data'] button")
    page.wait_for_selector("[role=status]")

    assert page.evaluate("document.activeElement.getAttribute('role')") == "status"


def test_every_step_is_accessible_and_fits(page: Page, rich_house: House) -> None:
    flaws = {name: flaws_in(page, LOOKS) for name in steps(page, rich_house)}

    assert {name: found for name, found in flaws.items() if found} == {}
    assert len(flaws) == 9


def test_the_pages_can_be_used_in_forced_colours(page: Page, rich_house: House) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(rich_house.pages["choose"])

    borders = page.evaluate(
        """[...document.querySelectorAll('button, input:not([type=hidden]), select')]
           .filter(each => each.matches('button, select, [type=email]'))
           .map(each => getComputedStyle(each).borderTopWidth)"""
    )

    assert borders
    assert all(width != "0px" for width in borders)


def test_a_script_of_somebody_elses_does_not_run(
    page: Page, rich_house: House, sqlite_engine: Engine
) -> None:
    nasty = "<img src=x onerror=\"document.title='taken'\">"
    with db.writing(sqlite_engine) as session:
        press_list = factories.make_list(session, slug="nasty", names={"fr": nasty})
        press_list.descriptions = {"fr": nasty}

    page.goto(rich_house.pages["choose"])

    assert nasty in page.inner_text("main")
    assert page.title() != "taken"


def test_a_scanner_that_opens_every_link_of_a_letter_changes_nothing(
    page: Page, rich_house: House, sqlite_engine: Engine
) -> None:
    before = people_in(sqlite_engine)
    found = links_of_the_letter(sqlite_engine, rich_house)
    waiting, seen = list(found), set[str]()

    while waiting:
        link = waiting.pop().partition("#")[0]
        if link in seen or not link.startswith(rich_house.base_url):
            continue
        seen.add(link)
        if not re.search(r"\.(ics|xml|css|svg)$", link):  # a browser saves these
            page.goto(link)
            waiting += page.eval_on_selector_all(
                "a[href]", "all => all.map(a => a.href)"
            )

    assert {"/u/", "/p/", "/l/"} <= {
        link[len(rich_house.base_url) :][:3] for link in seen
    }
    assert len(seen) > 20
    assert people_in(sqlite_engine) == before


def steps(page: Page, house: House) -> Iterator[str]:
    """Walk through the pages and yield the name of each once it stands there."""
    page.goto(house.pages["choose"])
    yield "preferences"
    page.click("form[action*='/pause'] button >> nth=0")
    yield "paused"
    page.evaluate("document.querySelector('#email').type = 'text'")
    page.fill("#email", "no address")
    page.click("form[action*='/address'] button")
    yield "wrong address"
    page.goto(house.pages["leave"])
    yield "leave"
    page.click("form button.main")
    yield "left"
    page.click("form[action*='/undo'] button")
    yield "stayed"
    page.goto(house.pages["broken"])
    yield "old link"
    page.fill("#email", "anne@example.org")
    page.click("form button.main")
    yield "fresh link"
    page.goto(house.pages["read"])
    yield "another language"


def links_of_the_letter(engine: Engine, house: House) -> list[str]:
    """Return every link of the message that Anne gets, in both of its parts."""
    with db.reading(engine) as session:
        message = message_to_anne(session)
    html, text = messages.part(message, "html"), messages.part(message, "plain")
    found = re.findall(r'(?:href|src)="([^"]+)"', html)
    found += re.findall(re.escape(house.base_url) + r"[^\s<>]*", text)
    found += re.findall(r"List-Unsubscribe: <(https?://[^>]+)>", message.decode())
    return [unescape(link) for link in found]


def message_to_anne(session: Session) -> bytes:
    delivery = session.exec(
        select(Delivery).where(Delivery.address == "anne@example.org")
    ).one()
    issue = session.get_one(Issue, delivery.issue_id)
    edition = session.exec(
        select(Edition).where(
            Edition.issue_id == issue.id, Edition.language == delivery.language
        )
    ).one()
    reader = messages.Reader(
        delivery.id or 0,
        delivery.address,
        delivery.handle,
        delivery.since_on,
        dated_at=utcnow(),
    )
    return editions.compiled(edition, factories.KEYS).build(reader)


def people_in(engine: Engine) -> dict[str, object]:
    return {name: rows for name, rows in dump(engine).items() if name in ABOUT_PEOPLE}


def press(page: Page, words: str) -> None:
    page.click(f"button:text-is('{words}')")


def say(language: str, words: str) -> str:
    return i18n.translator(language)(words)


def ngettext(language: str, months: int) -> str:
    return i18n.translator(language).ngettext("{n} month", "{n} months", months)


def anne(engine: Engine) -> Subscriber:
    with db.reading(engine) as session:
        query = select(Subscriber).where(Subscriber.email == "anne@example.org")
        return session.exec(query).one()


def own_state(engine: Engine) -> SubscriptionState:
    with db.reading(engine) as session:
        person = session.get_one(Subscriber, anne(engine).id)
        return factories.subscription_of(session, person).state


def all_states(engine: Engine) -> set[SubscriptionState]:
    person = anne(engine).id
    with db.reading(engine) as session:
        query = select(Subscription).where(Subscription.subscriber_id == person)
        return {each.state for each in session.exec(query)}
