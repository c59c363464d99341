"""A Dovecot of a test's own, on loopback, with the mailboxes of whoever logs in."""

import imaplib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_PROGRAM = Path("/usr/sbin/dovecot")
_IMAP = Path("/usr/lib/dovecot/imap")
PASSWORD = "sesame/ä b"  # of everybody, awkward on purpose
_PEOPLE = 50
_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
disable_plaintext_auth = no
listen = 127.0.0.1
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
{more}
service imap-login {{
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {secure}
  }}
}}
namespace inbox {{
  inbox = yes
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/people
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail/%u
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """Where it listens, and what lies in its mailboxes."""

    folder: Path
    port: int
    user: str = "bounces0"

    def url(self, *, port: int = 0, tls: str = "none") -> str:
        """What to write as BOUNCE_MAILBOX."""
        scheme = "imaps" if tls == "tls" else "imap"
        host = f"127.0.0.1:{port or self.port}"
        return f"{scheme}://{self.user}:sesame%2F%C3%A4%20b@{host}/INBOX?tls={tls}"

    def put(self, *messages: bytes, flags: str = "") -> None:
        """Let messages arrive."""
        with self._session() as imap:
            for raw in messages:
                said, _ = imap.append("INBOX", flags, "", raw)
                assert said == "OK"

    def messages(self) -> list[bytes]:
        """Return what lies in the mailbox, marked as deleted or not."""
        with self._session() as imap:
            return [part[1] for part in self._fetch(imap, "BODY.PEEK[]")]

    def flags(self) -> list[str]:
        """Return the flags of each message, without those of the server."""
        with self._session() as imap:
            found = imap.fetch("1:*", "(FLAGS)")[1] if self._count(imap) else []
        lines = [line.decode() for line in found if isinstance(line, bytes)]
        words = [line.partition("(FLAGS (")[2].partition(")")[0] for line in lines]
        return [" ".join(sorted(set(each.split()) - {"\\Recent"})) for each in words]

    @property
    def maildir(self) -> Path:
        """The folder that a mail server may deliver into."""
        return self.folder / "mail" / self.user

    @contextmanager
    def _session(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=60) as imap:
            words = [f"\0{self.user}\0{PASSWORD}".encode()]
            imap.authenticate("PLAIN", lambda _: words[0])
            imap.select()
            yield imap

    def _fetch(self, imap: imaplib.IMAP4, what: str) -> list[tuple[bytes, bytes]]:
        if not self._count(imap):
            return []
        return [part for part in imap.fetch("1:*", what)[1] if isinstance(part, tuple)]

    def _count(self, imap: imaplib.IMAP4) -> int:
        return len(imap.search(None, "ALL")[1][0].split())


@contextmanager
def running(
    *, capability: str = "", certificate: Path | None = None
) -> Iterator[Dovecot]:
    """Run Dovecot for the block; skip where it cannot run.

    With a certificate it speaks TLS alone, and its port is the one for that.
    """
    if not (_PROGRAM.exists() and _IMAP.exists()):
        pytest.skip("left out, for lack of Dovecot")
    if os.geteuid() != 0:
        pytest.skip("left out: only root can start a Dovecot")
    folder = Path(tempfile.mkdtemp(prefix="nl-dovecot-"))
    port = _free_port()
    try:
        _furnish(folder, port, capability, certificate)
        _dovecot(folder)
        try:
            _wait_for(port, folder)
            yield Dovecot(folder, port)
        finally:
            _stop(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _furnish(
    folder: Path, port: int, capability: str, certificate: Path | None
) -> None:
    folder.chmod(0o755)
    for name in ("run", "state", "mail"):
        (folder / name).mkdir()
    shutil.chown(folder / "mail", "nobody", "nogroup")
    people = "".join(f"bounces{number}:{PASSWORD}\n" for number in range(_PEOPLE))
    (folder / "people").write_text(people, encoding="utf-8")
    more = f"imap_capability = {capability}\n" if capability else ""
    if certificate:
        shutil.copy(certificate, folder / "own.pem")
        more += f"ssl = yes\nssl_cert = <{folder}/own.pem\nssl_key = <{folder}/own.pem"
    else:
        more += "ssl = no"
    ports = (
        {"plain": 0, "secure": port} if certificate else {"plain": port, "secure": 0}
    )
    config = _CONFIG.format(folder=folder, more=more, **ports)
    (folder / "dovecot.conf").write_text(config)


def _dovecot(folder: Path) -> None:
    # To a file: what stays running inherits it, and would keep a pipe open.
    with (folder / "said").open("w") as said:
        told = subprocess.run(
            [str(_PROGRAM), "-c", str(folder / "dovecot.conf")],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            check=False,
            timeout=60,
        )
    assert told.returncode == 0, (folder / "said").read_text()


def _stop(folder: Path) -> None:
    """End the master; its children follow it."""
    pid = int((folder / "run" / "master.pid").read_text())
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + 60
    while _runs(pid) and time.monotonic() < until:
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def _wait_for(port: int, folder: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError((folder / "log").read_text())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port
