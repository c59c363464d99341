"""Tell a restored database by what each data folder remembers of it.

Every data folder counts its ticks in the database and beside it. A database that is
behind what a folder remembers is a backup, a snapshot, or a copy that lost its last
writes, whatever other machines did to it meanwhile. A folder that remembers nothing
is new.
"""

import os
import secrets
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from newsletter.models import Epoch


@dataclass(frozen=True)
class Step:
    """One tick of a data folder, as the database has it now."""

    folder: str
    number: int
    moved_at: datetime
    # What the folder remembered: None when it is new.
    remembered_at: datetime | None
    is_behind: bool  # the database was, when this tick came


def advance(session: Session, data_dir: Path, *, now: datetime) -> Step:
    """Count one tick in the database; call `remember` once that is committed."""
    memory = _read(_file(data_dir))
    folder, number, at = memory or (secrets.token_hex(16), 0, None)
    query = select(Epoch).where(Epoch.id == folder).with_for_update()
    epoch = session.exec(query).one_or_none()
    behind = memory is not None and (epoch is None or epoch.number < number)
    if epoch is None:
        epoch = Epoch(id=folder, number=0, moved_at=now)
    epoch.number, epoch.moved_at = max(epoch.number, number) + 1, now
    session.add(epoch)
    return Step(folder, epoch.number, now, at, behind)


def remember(data_dir: Path, step: Step) -> None:
    """Keep the tick beside the database.

    After the commit, so that a crash between the two leaves the folder behind,
    which means nothing, and never ahead, which means a backup.
    """
    path = _file(data_dir)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".epoch-")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{step.folder} {step.number} {step.moved_at.isoformat()}\n")
    Path(draft).replace(path)


def has_others(session: Session, step: Step) -> bool:
    """Whether other data folders have used this database."""
    query = select(Epoch.id).where(col(Epoch.id) != step.folder).limit(1)
    return session.exec(query).first() is not None


def _file(data_dir: Path) -> Path:
    return data_dir / "epoch"


def _read(path: Path) -> tuple[str, int, datetime] | None:
    try:
        folder, number, moment = path.read_text(encoding="ascii").split()
        return folder, int(number), datetime.fromisoformat(moment)
    except (FileNotFoundError, ValueError):
        return None  # new, or torn by a power cut
