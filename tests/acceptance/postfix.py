"""A Postfix of a test's own, on loopback, that hands everything on to one relay."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_PROGRAM = Path("/usr/sbin/postfix")
_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.org
mydestination =
local_transport = error:nothing is delivered here
alias_maps =
local_recipient_maps =
alias_database =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
relayhost = [127.0.0.1]:{relay}
smtp_host_lookup = native
disable_dns_lookups = yes
smtputf8_enable = no
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@contextmanager
def running(*, relay: int) -> Iterator[int]:
    """Run Postfix for the block and yield its port; skip where it cannot run."""
    if not _PROGRAM.exists():
        pytest.skip("left out, for lack of Postfix")
    if os.geteuid() != 0:
        pytest.skip("left out: only root can start a Postfix")
    folder = Path(tempfile.mkdtemp(prefix="newsletter-postfix-"))
    port = _free_port()
    try:
        _furnish(folder, port=port, relay=relay)
        _postfix(folder, "start")
        try:
            _wait_for(port)
            yield port
        finally:
            _postfix(folder, "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _furnish(folder: Path, *, port: int, relay: int) -> None:
    folder.chmod(0o755)
    for name in ("queue", "data", "etc"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix", "postfix")
    etc = folder / "etc"
    (etc / "main.cf").write_text(_MAIN.format(folder=folder, relay=relay))
    (etc / "master.cf").write_text(_MASTER.format(port=port))


def _postfix(folder: Path, verb: str, *, check: bool = True) -> None:
    told = subprocess.run(
        [str(_PROGRAM), "-c", str(folder / "etc"), verb],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert not check or told.returncode == 0, told.stderr


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
                assert line.recv(100).startswith(b"220 ")
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("Postfix does not answer")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port
