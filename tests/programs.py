"""`newsletter …` in a process of its own, without the seconds that its import takes.

A server that has imported the program forks it: what runs has an environment, pipes
and signals of its own. That it also starts from nothing, integration/test_serve.py
tests.
"""

import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

PATIENCE = 120.0  # seconds that a busy machine may take to start or to end one

_forking = multiprocessing.get_context("forkserver")
# pytest, because a child looks at the main module of whoever started it.
_forking.set_forkserver_preload(
    ["newsletter.cli", "newsletter.app", __name__, "pytest"]
)


class Program:
    """One run of it, much like a Popen."""

    def __init__(
        self, *words: str, environment: Mapping[str, str], folder: Path | None = None
    ) -> None:
        """Start `newsletter …`, perhaps in a folder; `running` also ends it."""
        self._complaints = tempfile.NamedTemporaryFile(mode="r", encoding="utf-8")  # noqa: SIM115  # closed in close()
        heard, said = _forking.Pipe(duplex=False)
        self._process = _forking.Process(
            target=_run,
            args=(words, dict(environment), folder, said, self._complaints.name),
        )
        self._process.start()
        said.close()
        self.pid = self._process.pid or 0
        self.returncode: int | None = None  # until it has been waited for
        self.stdout = os.fdopen(os.dup(heard.fileno()), encoding="utf-8")
        heard.close()

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()

    def wait(self) -> int:
        """Return how it ended, once it has."""
        if self.returncode is None:
            self._process.join(PATIENCE)
            self.returncode = self._process.exitcode
        assert self.returncode is not None, "it does not end"
        return self.returncode

    def communicate(self) -> tuple[str, str]:
        """Return what else it said and what it complained of, once it has ended."""
        self.wait()
        return self.stdout.read(), self._complaints.read()

    def close(self) -> None:
        """Make sure that nothing is left of it."""
        self.kill()
        self.wait()
        self.stdout.close()
        self._complaints.close()
        self._process.close()


@contextmanager
def running(
    *words: str, environment: Mapping[str, str], folder: Path | None = None
) -> Iterator[Program]:
    """Run `newsletter …` for the block at most."""
    program = Program(*words, environment=environment, folder=folder)
    try:
        yield program
    finally:
        program.close()


def _run(
    words: tuple[str, ...],
    environment: dict[str, str],
    folder: Path | None,
    said: Connection,
    complaints: str,
) -> None:
    from newsletter.cli import app  # whoever only starts it needs none of it

    os.environ.clear()  # noqa: TID251  # it is the environment of this process
    os.environ.update(environment)  # noqa: TID251  # the same
    os.dup2(said.fileno(), 1)
    with Path(complaints).open("w") as file:
        os.dup2(file.fileno(), 2)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # a file
    if folder is not None:
        os.chdir(folder)
    app(words, prog_name="newsletter")
