"""The state of the program itself: folder, disk, keys, database, clock."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlmodel import Session

from newsletter import db
from newsletter.config import Settings
from newsletter.doctor.diagnosis import Check, Colour, Diagnosis, found, phrase
from newsletter.i18n import N_
from newsletter.models import Instance
from subscribers.clock import utcnow

_FULL, _TIGHT = 100_000_000, 1_000_000_000  # octets
_STOPPED = timedelta(seconds=60)
_DRIFT = timedelta(seconds=5)
_OTHERS = 0o077  # may anybody but the owner do anything?
_KEY_FILE = "secret.key"


def check_house(settings: Settings) -> list[Diagnosis]:
    """Look at what can be seen without the database."""
    return [*_folder(settings.data_dir), *_keys(settings)]


def check_database(session: Session) -> list[Diagnosis]:
    """Look at a database that could be opened, with its tables and keys in order."""
    where = session.get_bind().dialect.name
    answers = N_("The database ({kind}) answers, its tables are those of this version.")
    return [
        _say(Colour.GREEN, answers, "database", kind=where),
        *_clock(session),
    ]


def broken_database(why: str) -> Diagnosis:
    """Return what to say of a database that cannot be used."""
    sentence = N_("The database cannot be used: {why}")
    return _say(Colour.RED, sentence, "database", why=why)


def _folder(path: Path) -> Iterator[Diagnosis]:
    whole = path.absolute()
    # The program makes the folder when it first needs it.
    there = next(each for each in (whole, *whole.parents) if each.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            free = shutil.disk_usage(there).free
    except OSError as error:
        yield _say(
            Colour.RED,
            N_("The data folder {path} cannot be written to: {why}"),
            "folder",
            path=str(whole),
            why=error.strerror or "",
        )
        return
    colour = Colour.RED if free < _FULL else Colour.YELLOW
    sentence = N_("The disk of the data folder is nearly full: {free} MB are left.")
    if free >= _TIGHT:
        colour = Colour.GREEN
        sentence = N_("The data folder can be written to; {free} MB are free.")
    yield _say(colour, sentence, "folder", free=free // 1_000_000)


def _keys(settings: Settings) -> Iterator[Diagnosis]:
    if settings.secret_keys:
        yield _say(
            Colour.GREEN,
            N_("The keys that sign readers’ links come from the settings."),
            "keys",
        )
        return
    path = settings.data_dir / _KEY_FILE
    if path.exists() and os.stat(path).st_mode & _OTHERS:
        yield _say(
            Colour.RED,
            N_("Others on this machine can read the key in {path}: chmod 600."),
            "keys",
            path=str(path),
        )
    else:
        yield _say(
            Colour.INFO,
            N_(
                "The key that signs readers’ links is {path}: it belongs in the backup."
            ),
            "keys",
            path=str(path),
        )


def _clock(session: Session) -> Iterator[Diagnosis]:
    now = db.now(session)
    drift = abs(now - utcnow())
    if drift > _DRIFT:
        yield _say(
            Colour.YELLOW,
            N_(
                "This machine’s clock and the database’s differ by {seconds} seconds: "
                "have both set by the network (NTP)."
            ),
            "clock",
            seconds=int(drift.total_seconds()),
        )
    instance = session.get(Instance, 1)
    ticked_at = instance.ticked_at if instance else None
    if ticked_at is None or now - ticked_at > _STOPPED:
        yield _say(
            Colour.YELLOW,
            N_("Neither serve nor worker runs, so nothing that is scheduled starts."),
            "clock",
            detail=ticked_at.isoformat() if ticked_at else "",
        )
    else:
        yield _say(Colour.GREEN, N_("The program runs and keeps the clock."), "clock")


def _say(
    colour: Colour, sentence: str, about: str, *, detail: str = "", **values: object
) -> Diagnosis:
    return Diagnosis(
        Check.HOUSE,
        colour,
        phrase(sentence, **values),
        about,
        found=found(detail) if detail else (),
    )
