"""The databases a benchmark of sending runs on, both on a real disk."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.importing import server

# On a disk by custom, where /tmp may be memory; each run makes a folder in it.
DISK = "/var/tmp"  # noqa: S108  # as said above


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Let the command line choose them."""
    parser.add_argument("--folder", default=DISK, help="on the disk to measure")
    parser.add_argument("--postgres", metavar="URL", help="a server to use")
    parser.add_argument("--sqlite-only", action="store_true")


@contextmanager
def urls(
    wanted: argparse.Namespace, folder: str, name: str
) -> Iterator[dict[str, str]]:
    """Return the URL of an empty database of each kind, with durable commits."""
    found = {"SQLite": f"sqlite:///{folder}/newsletter.db"}
    if wanted.sqlite_only:
        yield found
        return
    with server(wanted.postgres, f"benchmark_{name}", durable=True) as url:
        yield found | {"PostgreSQL": url}
