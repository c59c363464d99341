"""Files of the store: written whole or not at all, under the hash of their bytes."""

import hashlib
import os
import tempfile
from pathlib import Path

_NAME = 32  # characters


def name_of(data: bytes) -> str:
    """Return the name bytes are kept under: 128 bits of SHA-256, hexadecimal."""
    return hashlib.sha256(data).hexdigest()[:_NAME]


def write(path: Path, data: bytes) -> None:
    """Write a file that nobody ever sees half; one that is there has these bytes."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    # The web server may run as another user of the same group.
    Path(draft).chmod(0o644)
    Path(draft).replace(path)
