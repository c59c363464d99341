"""Put the sample into a database, once: list, readers, items, issue, login."""

import os
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from newsletter import db, editions, issues, items, media, staff
from newsletter.config import Settings
from newsletter.demo import sample
from newsletter.demo.sample import SampleIssue, SampleItem
from newsletter.errors import NewsletterError
from newsletter.issues.composing import Plan
from newsletter.models import Issue, Item, ItemState, ItemType, Role
from subscribers import importing, lists, segments
from subscribers.importing import Order
from subscribers.lists import Changes
from subscribers.models import Subscription

# Marks an item as ours, and with it a database in which the sample already is.
_MARK = "demo:"
_CONSENT = "They put their name on the sheet at the spring fair (sample)."


@dataclass(frozen=True)
class Login:
    """How to log in; printed at every start."""

    email: str
    password: str


class NotForDemo(NewsletterError):
    """This installation holds real people or sends real mail."""


def prepare(engine: Engine, settings: Settings) -> Login:
    """Bring in the sample unless it is there, and return the login that goes with it.

    The issue is scheduled for now, so that a clock sends it. Raises NotForDemo for a
    database with anything else in it and for a relay that leads out.
    """
    if settings.relay is not None:
        raise NotForDemo(
            "The demo mails nobody: NEWSLETTER_SMTP_URL must be empty for it."
        )
    with db.reading(engine) as session:
        there = _is_prepared(session)
    if not there:
        with db.writing(engine) as session:
            list_id = _furnish_list(session)
        _bring_readers(engine, settings, list_id)
        with db.writing(engine) as session:
            _compose(session, settings, now=db.now(session))
    return _login(engine, settings.data_dir / "demo-login.txt")


def _is_prepared(session: Session) -> bool:
    query = select(Item.id).where(col(Item.guid).startswith(_MARK))
    return session.exec(query).first() is not None


def _furnish_list(session: Session) -> int:
    """Give the list that every database starts with the sample's names and sender."""
    ours = sample.organisation()
    mailing_list = lists.get(session)
    begun = mailing_list.sender_address in ours.sender
    if not begun and _in_use(session):
        raise NotForDemo(
            "This database already holds people or issues of your own. "
            "The demo only moves into an empty one: choose another NEWSLETTER_DATA_DIR."
        )
    changes = Changes(
        names=ours.names,
        legal=ours.legal,
        descriptions=ours.descriptions,
        topics=ours.topics,
        sender=ours.sender,
        reply_to=ours.reply_to,
        languages=ours.languages,
        timezone=ours.timezone,
    )
    lists.change(session, mailing_list, changes)
    return mailing_list.id or 0


def _bring_readers(engine: Engine, settings: Settings, list_id: int) -> None:
    file = sample.readers()
    order = Order(list_id, consent=_CONSENT, filename=file.name)
    with file.open("rb") as people:
        importing.import_people(engine, settings.keys, people, order)


def _in_use(session: Session) -> bool:
    people = session.exec(select(Subscription.id)).first()
    return people is not None or session.exec(select(Issue.id)).first() is not None


def _compose(session: Session, settings: Settings, *, now: datetime) -> None:
    """Make items and issue, and schedule it: all in one transaction, with the mark."""
    mailing_list = lists.get(session)
    site = f"{settings.base_url}/demo/site"
    made = {
        key: _make_item(session, item, settings.media_dir)
        for key, item in sample.items(site=site, now=now, zone=settings.zone).items()
    }
    planned = sample.issue()
    plan = Plan(
        title=planned.title,
        sections={
            name: [made[key] for key in keys] for name, keys in planned.sections.items()
        },
    )
    issue = issues.create(session, mailing_list, plan)
    issue.section_names = dict(planned.section_names)
    _write(session, issue, planned, made)
    issues.schedule(session, issue, at=now, now=now)
    _draft(session, settings, now=now)
    segment = sample.organisation().segment
    segments.add(session, segment["name"], segment["rule"])


def _draft(session: Session, settings: Settings, *, now: datetime) -> None:
    """Leave a draft with gaps on the desk, and news that nobody has looked at."""
    site = f"{settings.base_url}/demo/site"
    found = sample.coming_items(site=site, now=now, zone=settings.zone)
    made = {
        key: _make_item(session, item, settings.media_dir)
        for key, item in found.items()
    }
    planned = sample.coming()
    plan = Plan(
        title=planned.title,
        sections={
            name: [made[key] for key in keys] for name, keys in planned.sections.items()
        },
    )
    issue = issues.create(session, lists.get(session), plan)
    issue.section_names = dict(planned.section_names)
    _write(session, issue, planned, made)


def _make_item(session: Session, item: SampleItem, folder: Path) -> int:
    facts: dict[str, Any] = {
        "type": ItemType(item.type),
        "guid": _MARK + item.key,
        "url": item.url,
        "video_url": item.video_url,
        "author": item.author,
        "credit": item.credit,
        "attribution": item.attribution,
        "published_at": item.published_at,
        "documents": list(item.documents),
    }
    if item.meeting:
        facts |= asdict(item.meeting)
    if item.picture:
        picture = item.picture.read_bytes()
        asset = media.store(session, picture, folder=folder, origin=item.picture.name)
        facts["asset_id"] = asset.id
    source: Any = asdict(item.words[item.language])
    made = items.create(session, language=item.language, **facts, **source)
    for language, words in item.words.items():
        if language != item.language:
            said: Any = asdict(words)
            items.translate(session, made, language=language, **said)
    if item.changed:
        later: Any = dict(item.changed)
        items.translate(session, made, language=item.language, **later)
    made.state = ItemState(item.state)
    return made.id or 0


def _write(
    session: Session, issue: Issue, planned: SampleIssue, made: dict[str, int]
) -> None:
    for language, words in planned.editions.items():
        editions.write(session, issue, language=language, **asdict(words))
    for key, languages in planned.decisions.items():
        for language, show in languages.items():
            editions.decide(
                session, issue, item_id=made[key], language=language, show=show or None
            )


def _login(engine: Engine, file: Path) -> Login:
    """Return the login, made on the first start; its password is kept in `file`."""
    person = sample.organisation().staff
    password = _kept_password(file)
    with db.writing(engine) as session:
        known = staff.authenticate(session, person["email"], password)
        if known is None:
            _let_in(session, person["email"], person["name"], password)
    return Login(person["email"], password)


def _let_in(session: Session, email: str, name: str, password: str) -> None:
    """Add the admin, or give the one there is the password that will be printed."""
    found = next((one for one in staff.every(session) if one.email == email), None)
    if found:
        staff.set_password(session, found, password)
    else:
        staff.add(session, email, role=Role.ADMIN, password=password, name=name)


def _kept_password(file: Path) -> str:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as opened:
            opened.write(secrets.token_urlsafe(12) + "\n")
    return file.read_text(encoding="ascii").strip()
