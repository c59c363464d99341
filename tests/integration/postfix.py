"""A Postfix of a test's own that hands on what we send, and has what comes back."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_PROGRAM = Path("/usr/sbin/postfix")
DOMAIN = "bounce.example.org"
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
local_recipient_maps =
alias_maps =
alias_database =
notify_classes =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
relayhost = [127.0.0.1]:{relay}
smtp_host_lookup = native
disable_dns_lookups = yes
smtputf8_enable = no
# What is refused for now comes back in seconds, instead of in five days. What comes
# back has all the time that we may need to take it.
maximal_queue_lifetime = 4s
bounce_queue_lifetime = 1d
minimal_backoff_time = 1s
maximal_backoff_time = 4s
queue_run_delay = 1s
newsletter_destination_recipient_limit = 1
"""
_INTO_PIPE = f"transport_maps = inline:{{{{{DOMAIN} = newsletter:}}}}\n"
_INTO_MAILDIR = f"""
virtual_mailbox_domains = {DOMAIN}
virtual_mailbox_base = {{base}}
virtual_mailbox_maps = static:{{name}}/
virtual_uid_maps = static:{{uid}}
virtual_gid_maps = static:{{gid}}
virtual_minimum_uid = 1
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
virtual unix - n n - - virtual
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
newsletter unix - n n - 2 pipe
  flags=DRhu user=nobody argv={folder}/pipe ${{recipient}}
"""
# Postfix runs nothing as root, and nobody else may read the Python of these tests. So
# this carries what comes in the pipe to the test, and its exit code back.
_PIPE = """#!/bin/sh
umask 0
job={folder}/jobs/$$
cat > $job.part
echo "$1" > $job.to
mv $job.part $job.in
for try in $(seq 600); do
  [ -s $job.code ] && exit $(cat $job.code)
  sleep 0.1
done
exit 75
"""

# Does what a pipe is for: takes message and recipient, returns an exit code.
Command = Callable[[bytes, str], int]


@contextmanager
def running(
    *, relay: int, maildir: Path | None = None, command: Command | None = None
) -> Iterator[int]:
    """Run Postfix for the block and yield its port; skip where it cannot run.

    Mail for the bounce domain is put into the maildir, or given to the command.
    """
    if not _PROGRAM.exists():
        pytest.skip("left out, for lack of Postfix")
    if os.geteuid() != 0:
        pytest.skip("left out: only root can start a Postfix")
    folder = Path(tempfile.mkdtemp(prefix="nl-postfix-"))
    port, stop = _free_port(), threading.Event()
    answering = threading.Thread(target=_answer, args=(folder, command, stop))
    try:
        _furnish(folder, port, relay, maildir)
        answering.start()
        _postfix(folder, "start")
        try:
            _wait_for(port)
            yield port
        finally:
            _postfix(folder, "stop")
            stop.set()
            answering.join()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _furnish(folder: Path, port: int, relay: int, maildir: Path | None) -> None:
    folder.chmod(0o755)
    for name in ("queue", "data", "etc", "jobs"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix", "postfix")
    (folder / "jobs").chmod(0o777)
    (folder / "pipe").write_text(_PIPE.format(folder=folder))
    (folder / "pipe").chmod(0o755)
    main = _MAIN.format(folder=folder, relay=relay)
    if maildir:
        owner = maildir.parent.stat()
        main += _INTO_MAILDIR.format(
            base=maildir.parent, name=maildir.name, uid=owner.st_uid, gid=owner.st_gid
        )
    else:
        main += _INTO_PIPE
    (folder / "etc" / "main.cf").write_text(main)
    (folder / "etc" / "master.cf").write_text(_MASTER.format(folder=folder, port=port))


def _answer(folder: Path, command: Command | None, stop: threading.Event) -> None:
    while command and not stop.wait(0.05):
        for job in (folder / "jobs").glob("*.in"):
            raw, to = job.read_bytes(), job.with_suffix(".to").read_text().strip()
            job.unlink()
            code = command(raw, to)
            job.with_suffix(".half").write_text(str(code))
            job.with_suffix(".half").rename(job.with_suffix(".code"))


def _postfix(folder: Path, verb: str) -> None:
    told = subprocess.run(
        [str(_PROGRAM), "-c", str(folder / "etc"), verb],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert told.returncode == 0, told.stderr


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
