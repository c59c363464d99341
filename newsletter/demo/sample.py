"""The sample content as values, read from the files beside it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from newsletter import config

# What an item's address begins with while it is in the file.
_SITE = "{site}"


@dataclass(frozen=True)
class Words:
    """What one item says in one language."""

    title: str
    summary: str
    body: str = ""
    caption: str = ""
    alt: str = ""
    link_text: str = ""


@dataclass(frozen=True)
class Meeting:
    """When and where, counted from the day the demo first starts; aware in UTC."""

    starts_at: datetime
    ends_at: datetime
    reply_by_at: datetime
    place: str
    timezone: str


@dataclass(frozen=True)
class SampleItem:
    """One piece of news and its words in the languages that have any."""

    key: str  # the file's name
    type: str
    language: str  # of the source words
    words: Mapping[str, Words]
    published_at: datetime
    url: str = ""
    video_url: str = ""
    author: str = ""
    credit: str = ""
    attribution: str = ""
    picture: Path | None = None
    documents: tuple[dict[str, Any], ...] = ()
    meeting: Meeting | None = None
    state: str = "kept"  # on the desk
    # Source words that change after they were translated.
    changed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SampleEdition:
    """The words that frame the issue in one language."""

    subject: str
    preheader: str
    intro: str


@dataclass(frozen=True)
class SampleIssue:
    """The issue: item keys per section, decisions per gap, words per language."""

    title: str
    mailboxes: tuple[str, ...]  # of the readers /demo shows, one per language
    sections: Mapping[str, tuple[str, ...]]
    section_names: Mapping[str, dict[str, str]]
    decisions: Mapping[str, Mapping[str, str]]  # "" leaves the item out
    editions: Mapping[str, SampleEdition]


@dataclass(frozen=True)
class Organisation:
    """Who writes: the list, a segment, and the one who logs in."""

    languages: list[str]
    sender: str  # Name <address>
    reply_to: str
    timezone: str
    names: Mapping[str, str]
    legal: Mapping[str, str]
    descriptions: Mapping[str, str]
    topics: Mapping[str, Mapping[str, str]]
    segment: Mapping[str, str]
    staff: Mapping[str, str]


@cache
def organisation() -> Organisation:
    """Return the sample organisation."""
    values = _read("organisation.toml")
    sender = f"{values.pop('sender_name')} <{values.pop('sender_address')}>"
    return Organisation(sender=sender, **values)


@cache
def issue() -> SampleIssue:
    """Return the sample issue."""
    return _issue("issue.toml")


@cache
def coming() -> SampleIssue:
    """Return the issue after it: a draft with gaps, for whoever logs in."""
    return _issue("next.toml")


def _issue(name: str) -> SampleIssue:
    values = _read(name)
    sections = values["sections"]
    return SampleIssue(
        title=values["title"],
        mailboxes=tuple(values.get("mailboxes", ())),
        sections={part["name"]: tuple(part["items"]) for part in sections},
        section_names={part["name"]: part["names"] for part in sections},
        decisions=values.get("decisions", {}),
        editions={
            language: SampleEdition(**words)
            for language, words in values["editions"].items()
        },
    )


def items(*, site: str, now: datetime, zone: ZoneInfo) -> dict[str, SampleItem]:
    """Return the items by key; links point below `site`, days count from `now`."""
    files = sorted(_folder("items").glob("*.toml"))
    return {file.stem: _item(file, site, now, zone) for file in files}


def coming_items(*, site: str, now: datetime, zone: ZoneInfo) -> dict[str, SampleItem]:
    """Return what stands on the desk besides, by key: for the next issue and later."""
    files = sorted(_folder("next").glob("*.toml"))
    return {file.stem: _item(file, site, now, zone) for file in files}


def readers() -> Path:
    """Return the file of sample people, as somebody would import it."""
    return _folder("readers.csv")


@cache
def page_words(language: str) -> dict[str, str]:
    """Return the words of /demo in a language of the interface."""
    words: dict[str, str] = _read("page.toml")[language]
    return words


def _item(file: Path, site: str, now: datetime, zone: ZoneInfo) -> SampleItem:
    values = tomllib.loads(file.read_text(encoding="utf-8").replace(_SITE, site))
    words = values.pop("words")
    picture = values.pop("picture", "")
    event = values.pop("event", None)
    return SampleItem(
        key=file.stem,
        published_at=now - timedelta(days=values.pop("days_old")),
        words={language: Words(**text) for language, text in words.items()},
        picture=config.find("demo", "pictures", picture) if picture else None,
        documents=tuple(values.pop("documents", ())),
        meeting=_meeting(event, now, zone) if event else None,
        **values,
    )


def _meeting(event: dict[str, Any], now: datetime, zone: ZoneInfo) -> Meeting:
    earliest = now.astimezone(zone).date() + timedelta(event["at_least_days_away"])
    day = earliest + timedelta((event["weekday"] - earliest.weekday()) % 7)
    reply_by = day - timedelta(event["reply_days_before"])
    return Meeting(
        starts_at=_moment(day, event["starts"], zone),
        ends_at=_moment(day, event["ends"], zone),
        reply_by_at=_moment(reply_by, event["reply_by"], zone),
        place=event["place"],
        timezone=zone.key,
    )


def _moment(day: date, clock: str, zone: ZoneInfo) -> datetime:
    local = datetime.combine(day, time.fromisoformat(clock), tzinfo=zone)
    return local.astimezone(UTC)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(_folder(name).read_text(encoding="utf-8"))


def _folder(name: str) -> Path:
    return config.find("demo", "content", name)
