from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from newsletter import config, relays
from newsletter.config import Settings, Span
from newsletter.errors import BadRelay, RelayNotFound
from newsletter.relays import Profile, Statement
from tests import factories


def settings_with(folder: Path, **values: Any) -> Settings:
    return config.load(
        data_dir=folder,
        smtp_url="smtp://mail.example.org",
        relays="backup=smtp://b.example.org third=smtp://c.example.org",
        **values,
    )


@pytest.fixture
def three(tmp_path: Path) -> Settings:
    """Settings that name three relays."""
    return settings_with(tmp_path)


def state(session: Session, name: str = "main", **figures: int) -> None:
    relays.state(session, name, Statement(figures=figures))


def test_without_a_relay_there_is_the_built_in_mailbox(
    session: Session, settings: Settings
) -> None:
    (main,) = relays.profiles(session, settings)

    assert (main.name, main.address) == ("main", None)


def test_relays_come_in_the_order_of_the_settings(
    session: Session, three: Settings
) -> None:
    found = relays.profiles(session, three)

    hosts = [(each.name, each.address.host) for each in found if each.address]
    assert hosts == [
        ("main", "mail.example.org"),
        ("backup", "b.example.org"),
        ("third", "c.example.org"),
    ]


def test_what_nobody_stated_is_what_the_settings_say(
    session: Session, tmp_path: Path
) -> None:
    settings = settings_with(
        tmp_path, connections=7, messages_per_connection=20, rate="30/minute"
    )

    main, backup, _ = relays.profiles(session, settings)

    assert (main.connections, main.messages_per_connection) == (7, 20)
    assert main.limits == {Span.MINUTE: 30}
    assert main.sources["per_minute"] == "NEWSLETTER_RATE"
    assert (backup.connections, backup.limits) == (7, {})


def test_a_preset_goes_before_the_settings(session: Session, tmp_path: Path) -> None:
    settings = settings_with(tmp_path, connections=7, rate="50/minute")
    relays.state(session, "main", Statement(preset="microsoft"))

    main = relays.get(session, settings, "main")

    assert main.connections == 3
    assert main.limits == {Span.MINUTE: 30, Span.DAY: 10_000}
    assert main.sources["per_day"] == "preset microsoft"


def test_what_is_stated_goes_before_everything(
    session: Session, three: Settings
) -> None:
    relays.state(
        session, "main", Statement(preset="microsoft", figures={"per_day": 5000})
    )

    main = relays.get(session, three, "main")

    assert main.limits == {Span.MINUTE: 30, Span.DAY: 5000}
    assert main.sources["per_day"] == "stated"


def test_a_limit_of_zero_is_none(session: Session, tmp_path: Path) -> None:
    settings = settings_with(tmp_path, rate="50/minute")
    state(session, per_minute=0)

    main = relays.get(session, settings, "main")

    assert not main.is_limited


def test_stating_one_thing_keeps_the_others(session: Session, three: Settings) -> None:
    relays.state(session, "main", Statement(domains={"gmail": 60, "gmx": 30}))
    state(session, per_day=300)

    relays.state(session, "main", Statement(domains={"gmx": 0}))

    main = relays.get(session, three, "main")
    assert (main.per_day, main.domains) == (300, {"gmail": 60})


def test_stating_afresh_forgets_the_others(session: Session, three: Settings) -> None:
    relays.state(
        session,
        "main",
        Statement("ses", figures={"per_day": 9}, domains={"gmail": 1}),
    )

    relays.state(session, "main", Statement(figures={"per_hour": 5}), afresh=True)

    main = relays.get(session, three, "main")
    assert (main.limits, main.domains, main.preset) == ({Span.HOUR: 5}, {}, "")


@pytest.mark.parametrize(
    "statement",
    [
        Statement(preset="pigeon"),
        Statement(figures={"connections": 0}),
        Statement(figures={"messages_per_connection": 0}),
        Statement(figures={"per_day": -1}),
        Statement(figures={"per_day": 10**12}),
        Statement(domains={"gmail": -1}),
    ],
)
def test_what_cannot_be_is_refused(session: Session, statement: Statement) -> None:
    with pytest.raises(BadRelay):
        relays.state(session, "main", statement)


def test_a_relay_that_is_not_set_is_not_found(
    session: Session, three: Settings
) -> None:
    with pytest.raises(RelayNotFound, match="main, backup, third"):
        relays.get(session, three, "fourth")


def names(found: list[Profile]) -> list[str]:
    return [each.name for each in found]


def test_a_list_without_preference_takes_any(session: Session, three: Settings) -> None:
    mailing_list = factories.make_list(session)

    found = relays.of_list(session, three, mailing_list)

    assert names(found) == ["main", "backup", "third"]


def test_a_list_has_its_order_of_preference(session: Session, three: Settings) -> None:
    mailing_list = factories.make_list(session, relays=["third", "gone", "main"])

    found = relays.of_list(session, three, mailing_list)

    assert names(found) == ["third", "main"]


def test_a_list_whose_relays_are_gone_takes_no_other(
    session: Session, three: Settings
) -> None:
    mailing_list = factories.make_list(session, relays=["gone"])

    with pytest.raises(RelayNotFound, match="goes through gone"):
        relays.of_list(session, three, mailing_list)


@pytest.mark.parametrize(
    ("domains", "group"),
    [({}, ""), ({"gmx": 1}, ""), ({"gmail": 1}, "gmail")],
)
def test_only_a_group_with_a_limit_needs_slots_of_its_own(
    domains: dict[str, int], group: str
) -> None:
    profile = Profile("main", None, 4, 50, domains=domains)

    assert profile.limited_group("anne@gmail.com") == group


def test_a_group_under_a_brake_needs_slots_too() -> None:
    profile = Profile("main", None, 4, 50)

    assert profile.limited_group("anne@gmail.com", braked={"gmail"}) == "gmail"
    assert profile.limited_group("anne@gmx.de", braked={"gmail"}) == ""
