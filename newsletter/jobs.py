"""What the clock asks for: every job may run twice, late, or on two machines."""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

from sqlalchemy import Engine, delete
from sqlmodel import col

from newsletter import (
    bounces,
    checks,
    db,
    deliveries,
    departures,
    desk,
    doctor,
    editions,
    errands,
    i18n,
    issues,
    media,
    notices,
    relays,
    sending,
    series,
    trials,
)
from newsletter.config import Settings
from newsletter.errors import (
    IssueNotReady,
    NewsletterError,
    RelayNotFound,
    UnreadableImage,
)
from newsletter.models import Asset, Issue, Sender
from newsletter.staff import invitations
from subscribers import growth, signup, unconfirmed
from subscribers.models import MailingList

logger = logging.getLogger(__name__)

# Requests decided about in one transaction.
_REQUESTS = 100
# People whose state before a change of many is forgotten in one transaction.
_CHANGES = 5_000
# Editions of an earlier version that get their card in one transaction: each takes a
# few hundredths of a second, in which nobody else writes on SQLite.
_EDITIONS = 5
# Items of an earlier version that learn in one transaction which page they are.
_ADDRESSES = 2_000
# Pictures that are looked up at a time.
_PICTURES = 20
# Chunks of an issue's readers that are added side by side: SQLite has one writer, and
# PostgreSQL spends so much on each row that a second processor helps.
_STRANDS = {"sqlite": 1, "postgresql": 2}
# … and how many before the lease is renewed, which waits for those under way.
_ROUND = 50
# Seconds that a round of trying links may take.
_TRYING = 20
# Seconds between two chunks on SQLite, in which whoever waits for the pen takes it:
# longer than they look away, see db.
_BREATH = 0.006


def start_due_issues(engine: Engine, settings: Settings, *, holder: str) -> list[int]:
    """Start every issue whose moment has come; return the ids this process took.

    One in whose way something stands is a draft again, and its editors are told.
    """
    limit = timedelta(minutes=settings.late_limit)
    with db.writing(engine) as session:
        now = db.now(session)
        for issue_id in issues.hold_missed(session, now=now, late_limit=limit):
            logger.warning("issue %s missed its time and waits for a person", issue_id)
        series.withdraw(session, now=now, due=True)
        taken = [
            issue.id or 0
            for issue in (
                *issues.take_due(session, holder=holder, now=now),
                *issues.take_over(session, holder=holder, now=now),
            )
        ]
    for issue_id in taken:
        start_issue(engine, settings, issue_id, holder=holder)
    return taken


def start_issue(
    engine: Engine, settings: Settings, issue_id: int, *, holder: str
) -> None:
    """Freeze the editions and fan out, for as long as `holder` has the lease.

    A process that dies here leaves the lease to run out, and another starts over.
    """
    try:
        if not departures.may_leave(engine, settings, issue_id, holder=holder):
            return
        languages = _freeze(engine, settings, issue_id, holder)
        if languages and _fan_out(engine, issue_id, languages, holder):
            logger.info("issue %s has started", issue_id)
    except NewsletterError as error:
        logger.exception("issue %s cannot start", issue_id)
        with db.writing(engine) as session:
            issues.fail_start(
                session, session.get_one(Issue, issue_id), i18n.kept(error)
            )


def _freeze(
    engine: Engine, settings: Settings, issue_id: int, holder: str
) -> list[str]:
    if not _renew(engine, issue_id, holder):
        return []
    with db.reading(engine) as session:
        issue = issues.get_issue(session, issue_id)
        dated_on = issue.started_at or db.now(session)
        laid = editions.lay_out(session, issue, settings, now=dated_on)
        # After that, so that no change slips in between.
        issues.require_approved(session, issue)
    if not laid:
        raise IssueNotReady("No edition has a subject: there is nothing to send.")
    with db.writing(engine) as session:
        now = db.now(session)
        mine = issues.leased(session, issue_id, holder=holder, now=now)
        return editions.keep(session, mine, laid, now=dated_on) if mine else []


def _fan_out(engine: Engine, issue_id: int, languages: list[str], holder: str) -> bool:
    """List every reader and let sending begin; False once the lease is lost."""
    with db.reading(engine) as session:
        left = deliveries.unlisted(session, session.get_one(Issue, issue_id))
    add = partial(_add_chunk, engine, issue_id, languages, holder)
    with ThreadPoolExecutor(_STRANDS[engine.dialect.name]) as strands:
        for start in range(0, len(left), _ROUND):
            if not _renew(engine, issue_id, holder):
                return False
            if not all(strands.map(add, left[start : start + _ROUND])):
                return False
    with db.writing(engine) as session:
        now = db.now(session)
        issue = issues.leased(session, issue_id, holder=holder, now=now)
        if issue is not None:
            deliveries.close_list(session, issue, now=now)
        return issue is not None


def _renew(engine: Engine, issue_id: int, holder: str) -> bool:
    with db.writing(engine) as session:
        now = db.now(session)
        return bool(issues.leased(session, issue_id, holder=holder, now=now))


def _add_chunk(
    engine: Engine, issue_id: int, languages: list[str], holder: str, chunk: int
) -> bool:
    with db.writing(engine) as session:
        issue = issues.still_leased(session, issue_id, holder=holder)
        if issue is None:
            return False
        now = db.now(session)
        deliveries.fan_out(session, issue, chunk, languages=languages, now=now)
    if engine.dialect.name == "sqlite":
        time.sleep(_BREATH)
    return True


def send_due(engine: Engine, settings: Settings, *, stop: threading.Event) -> None:
    """Send whatever is due; returns at once when nothing is."""
    with db.reading(engine) as session:
        due = deliveries.anything_due(session, now=db.now(session))
    if due:
        sending.send(engine, settings, stop=stop)
    close_issues(engine)


def send_issue(
    engine: Engine, settings: Settings, issue_id: int, *, stop: threading.Event
) -> None:
    """Send what is due of one issue, from here."""
    sending.send(engine, settings, stop=stop, issue_id=issue_id)


def close_issues(engine: Engine) -> None:
    """End the issues that have nothing left to attempt, let cancelled rows follow."""
    with db.writing(engine) as session:
        now = db.now(session)
        for issue_id in issues.finish(session, now=now):
            logger.info("issue %s is sent", issue_id)
    while True:
        with db.writing(engine) as session:
            if not deliveries.cancel_queued(session, limit=1_000, now=db.now(session)):
                return


def answer(engine: Engine, settings: Settings, *, stop: threading.Event) -> None:
    """Decide about what was asked on pages, and send the mails that say so."""
    while not stop.is_set():
        with db.reading(engine) as session:
            waiting = signup.is_anything_due(session, now=db.now(session))
        if not waiting:
            break
        with db.writing(engine) as session:
            now = db.now(session)
            notices.answer_requests(session, settings.keys, now=now, limit=_REQUESTS)
    notices.send_due(engine, settings, stop=stop)


def prepare_series(engine: Engine, settings: Settings) -> list[int]:
    """Prepare the issues whose time has come, tell of those nobody approved.

    Returns the ids of the issues this process made. Each series has a transaction of
    its own: one that cannot be prepared keeps no other waiting.
    """
    with db.writing(engine) as session:
        now = db.now(session)
        series.withdraw(session, now=now)
        series.remind(session, now=now)
    limit = timedelta(minutes=settings.late_limit)
    with db.reading(engine) as session:
        due = series.due(session, now=db.now(session))
    made = []
    for series_id in due:
        try:
            with db.writing(engine) as session:
                issue_id = series.take_turn(
                    session, series_id, now=db.now(session), late_limit=limit
                )
        except NewsletterError:
            logger.exception("series %s cannot be prepared", series_id)
            continue
        if issue_id is not None:
            logger.info("series %s has prepared issue %s", series_id, issue_id)
            made.append(issue_id)
    return made


def count_growth(engine: Engine) -> None:
    """Count the readers of lists that nobody has counted for a while."""
    with db.reading(engine) as session:
        lists = growth.due(session, now=db.now(session))
    for list_id in lists:
        with db.reading(engine) as session:
            counted = growth.count(session, list_id, now=db.now(session))
        with db.writing(engine) as session:
            growth.keep(session, counted)


def try_links(engine: Engine, settings: Settings, *, stop: threading.Event) -> None:
    """Try the links of the newest drafts that have not been tried lately."""
    if settings.check_links:
        checks.try_links(engine, settings, seconds=_TRYING, stop=stop)


def look_at_domains(
    engine: Engine,
    settings: Settings,
    world: doctor.World,
    *,
    list_id: int | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Examine the senders of lists that have an issue to send, or of one list.

    Each is looked at once an hour at most, by whoever claims it; one whose mail stays
    in the built-in mailbox is not looked at.
    """
    if not settings.check_sender:
        return
    with db.reading(engine) as session:
        due = doctor.due(session, now=db.now(session))
    for each in due if list_id is None else [list_id] * (list_id in due):
        if stop is not None and stop.is_set():
            return
        patient = _claim_patient(engine, settings, each)
        if patient is not None:
            seen = doctor.examine(patient, world)
            with db.writing(engine) as session:
                doctor.keep(session, each, seen)


def _claim_patient(
    engine: Engine, settings: Settings, list_id: int
) -> doctor.Patient | None:
    with db.writing(engine) as session:
        if not doctor.claim(session, list_id, now=db.now(session)):
            return None
        mailing_list = session.get_one(MailingList, list_id)
        try:
            patient = doctor.patient_of(session, mailing_list, settings)
        except RelayNotFound:  # the checks before sending say so by themselves
            return None
    leaves = any(way.kind is not doctor.Kind.MAILBOX for way in patient.ways)
    return patient if leaves else None


def read_pages(engine: Engine, settings: Settings, *, stop: threading.Event) -> None:
    """Read the pages behind links that were brought to the desk, and their twins."""
    desk.read_pages(engine, settings, stop=stop)


def fetch_sources(engine: Engine, settings: Settings, *, stop: threading.Event) -> None:
    """Fetch the feeds that are due."""
    desk.fetch_due(engine, settings, stop=stop)


def run_errands(engine: Engine, settings: Settings, *, stop: threading.Event) -> None:
    """Do what staff asked for that takes longer than a page may."""
    errands.run_due(engine, settings, stop=stop)


def purge(engine: Engine, settings: Settings) -> None:
    """Forget what nobody needs any more: requests, mails, reports and files of old."""
    with db.writing(engine) as session:
        errands.purge(session, settings, now=db.now(session))
        notices.purge(session, now=db.now(session))
        trials.purge(session, now=db.now(session))
        desk.purge(session, now=db.now(session))
        invitations.purge(session, now=db.now(session))
        desk.fill_in(session, limit=_ADDRESSES)
    while True:
        with db.writing(engine) as session:
            if not errands.purge_changes(session, now=db.now(session), limit=_CHANGES):
                break
    with db.writing(engine) as session:
        emptied = bounces.purge(session, now=db.now(session))
    if emptied:
        logger.info("what %s reports said is forgotten", emptied)
    while True:
        with db.writing(engine) as session:
            gone = unconfirmed.purge(session, now=db.now(session), limit=_REQUESTS)
        if gone:
            logger.info("%s subscriptions were never confirmed and are forgotten", gone)
        else:
            return


def fill_in_archive(
    engine: Engine, settings: Settings, *, stop: threading.Event
) -> None:
    """Let letters that an earlier version sent be found, and shared with a picture."""
    while not stop.is_set():
        with db.reading(engine) as session:
            if not editions.is_anything_missing(session):
                return
        with db.writing(engine) as session:
            editions.fill_in(session, folder=settings.media_dir, limit=_EDITIONS)


def narrow_pictures(engine: Engine, settings: Settings) -> None:
    """Make the narrower sizes of pictures that were kept before there were any.

    One whose file is lost or damaged goes without; letters then show the wide one.
    """
    after = 0
    while True:
        with db.reading(engine) as session:
            found = media.unsized(session, after=after, limit=_PICTURES)
            session.expunge_all()
        if not found:
            return
        for asset in found:
            after = asset.id or 0
            _narrow(engine, settings, asset)


def _narrow(engine: Engine, settings: Settings, asset: Asset) -> None:
    try:
        data = media.path_of(asset, folder=settings.media_dir).read_bytes()
        narrower = media.narrower(data)
    except (OSError, UnreadableImage):
        return
    with db.writing(engine) as session:
        media.keep_narrower(session, asset, narrower, folder=settings.media_dir)


def recover(engine: Engine, settings: Settings) -> None:
    """Free the rows of senders that are gone."""
    with db.writing(engine) as session:
        now = db.now(session)
        dead = sending.dead_senders(session, data_dir=settings.data_dir, now=now)
        if not dead:
            return
        rows = deliveries.recover(
            session, dead=dead, now=now, on_unknown=settings.on_unknown
        )
        relays.give_back_all(session, dead)
        session.execute(delete(Sender).where(col(Sender.id).in_(dead)))
    if rows:
        logger.warning("%s deliveries of a sender that stopped are unknown", rows)
