"""Files that staff brought, and files made for them, under names nobody can guess."""

import secrets
from pathlib import Path

from newsletter.config import Settings

LONGEST_UPLOAD = 50 * 1024 * 1024  # bytes


def staged(settings: Settings) -> Path:
    """Return the path of a file that is not there yet, in a folder that is ours."""
    folder = settings.uploads_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / secrets.token_hex(16)


def path_of(settings: Settings, name: str) -> Path:
    """Return where a file of this name stands; raises FileNotFoundError."""
    path = settings.uploads_dir / Path(name).name
    if not name or not path.is_file():
        raise FileNotFoundError(name)
    return path
