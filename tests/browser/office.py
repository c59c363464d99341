"""A press officer's desk: a site whose clock runs, and a window that is watched."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page
from sqlalchemy import Engine

from newsletter import config, db, i18n, staff
from newsletter.app import create_app
from newsletter.models import Role
from tests import factories
from tests.browser.conftest import PASSWORD, PATIENCE, House, _serving

# What a person does, counted where it arrives: a press of the pointer, or of a key that
# gives an order. Keys that only carry the focus, or write words, are told apart.
_LISTEN = """
if (window === window.top) {  // a letter that is shown runs no script
  addEventListener("pointerdown", (event) => {
    if (event.isTrusted) window.did("press");
  }, true);
  addEventListener("keydown", (event) => {
    if (event.isTrusted && !["Alt", "Control", "Shift", "Tab"].includes(event.key)) {
      window.did(`key ${event.key}`);
    }
  }, true);
  addEventListener("securitypolicyviolation", (event) => {
    window.objected(`${event.violatedDirective}: ${event.blockedURI}`);
  }, true);
}
"""


@dataclass
class Office:
    """One window of somebody who speaks `language`, and what went wrong in it."""

    page: Page
    language: str
    house: House
    deeds: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def say(self, words: str, **values: object) -> str:
        """Return words of the interface as this window must show them."""
        return _plain(i18n.translator(self.language)(words, **values))

    def says(self, one: str, many: str, n: int, **values: object) -> str:
        """Return words that count."""
        counted = i18n.translator(self.language).ngettext
        return _plain(counted(one, many, n, **values))

    def button(self, words: str, **values: object) -> Locator:
        """Return the button with exactly these words."""
        name = self.say(words, **values)
        return self.page.get_by_role("button", name=name, exact=True)

    def press(self, words: str, **values: object) -> None:
        """Press the button with these words."""
        self.button(words, **values).click()

    def follow(self, words: str, **values: object) -> None:
        """Follow the first link with these words in the page itself."""
        main = self.page.get_by_role("main")
        main.get_by_role("link", name=self.say(words, **values)).first.click()

    def log_in(self) -> None:
        """Log in as the admin."""
        self.page.goto("/login")
        self.page.get_by_label(self.say("E-mail address")).fill("admin@example.org")
        self.page.get_by_label(self.say("Password")).fill(PASSWORD)
        self.press("Log in")
        self.page.wait_for_selector(".rail")


def _plain(words: str) -> str:
    return words.replace("\u00a0", " ").replace("\u202f", " ")


@contextmanager
def opened(browser: Browser, house: House, language: str) -> Iterator[Office]:
    """Open a watched window; whatever it complained of fails the test."""
    context = browser.new_context(
        base_url=house.base_url,
        locale=language,
        viewport={"width": 1280, "height": 900},
        timezone_id="Europe/Brussels",
    )
    context.set_default_timeout(PATIENCE)
    office = Office(context.new_page(), language, house)
    context.expose_function("did", lambda deed: office.deeds.append(deed))
    context.expose_function("objected", lambda what: office.complaints.append(what))
    context.add_init_script(_LISTEN)
    office.page.on(
        "console",
        lambda line: (
            office.complaints.append(f"{line.text} {line.location['url']}")
            if line.type in {"error", "warning"}
            else None
        ),
    )
    office.page.on("pageerror", lambda error: office.complaints.append(str(error)))
    try:
        yield office
    finally:
        context.close()
    assert not office.complaints, office.complaints


@contextmanager
def working(engine: Engine, folder: Path) -> Iterator[House]:
    """Run a site with eight readers whose clock sends, fetches and imports."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        settings = config.load(
            data_dir=folder / "data",
            base_url=f"http://127.0.0.1:{door.getsockname()[1]}",
            secret_keys=factories.SECRETS,
            check_domains=False,
            check_links=False,
            check_sender=False,
            fetch_allow=[ip_network("127.0.0.0/8")],
            grace_seconds=2,
            gentle_start=1,
        )
        _staff(engine)
        with _serving(create_app(settings, engine), door):
            yield House(settings.base_url, {}, "", settings)


def _staff(engine: Engine) -> None:
    with db.writing(engine) as session:
        staff.add(
            session, "admin@example.org", role=Role.ADMIN, password=PASSWORD, name="Léa"
        )
        mailing_list = factories.the_list(session)
        mailing_list.sender_name = "Commune"
        mailing_list.sender_address = "lettre@example.org"
        mailing_list.legal = {"fr": "Commune, Place 1, Bruxelles"}
        for tag in factories.LANGUAGES:
            for number in range(2):
                factories.make_subscriber(
                    session, email=f"{tag}{number}@example.org", language=tag
                )
