"""Commands that run the program itself: pages, clock, demo, database."""

import errno
import logging
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
import uvicorn

from newsletter import config, db
from newsletter.cli import program
from newsletter.cli.program import JsonFlag, Program
from newsletter.errors import NewsletterError
from newsletter.migrations import ready

logger = logging.getLogger(__name__)

app = typer.Typer()

Host = Annotated[
    str, typer.Option(help="The address to listen on; 0.0.0.0 for every one.")
]
Port = Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)]

# Seconds that open pages get to finish; mail under way takes the time it needs.
_LAST_REQUESTS = 5
# Seconds a busy thread may keep the interpreter while a page waits for it. A page asks
# for it a dozen times, so that beside a sender Python's own 5 ms add up to 60.
_TURN = 0.0005


@app.command()
def demo(*, host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Try everything out: sample news, four readers, a built-in mailbox.

    It lives in data/demo, sends nothing to anybody, and goes on where it stopped.
    """
    from newsletter.demo import prepare  # its sample is only wanted here

    apart = {
        "data_dir": Path("data/demo"),
        "database_url": "",
        "smtp_url": "",
        "secret_keys": [],
        "check_domains": False,
        "check_sender": False,
        "workers": False,
        "bounce_mailbox": "",
        "bounce_listen": "",
        "base_url": f"http://localhost:{port}",
    }
    with closing(_listen(host, port)) as door, program.opened(**apart) as opened:
        login = prepare(opened.engine, opened.settings)
        address = opened.settings.base_url
        program.say(f"The demo is ready at {address}/demo")
        program.say(f"Log in at {address}/login as {login.email}, {login.password}")
        program.say("Stop it with Ctrl-C; the next run continues with what is there.")
        _serve(opened, door, demo=True)


@app.command()
def serve(*, host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Serve the pages, keep the clock and send what is due."""
    _log()
    with (
        closing(_listen(host, port)) as door,
        program.opened() as opened,
        _mail_comes_in(opened),
    ):
        program.say(f"Newsletter listens at {_address(door)}")
        _serve(opened, door)


@app.command()
def worker() -> None:
    """Keep the clock and send what is due, without pages; until it is told to stop.

    On PostgreSQL several workers, on any number of machines, share what is due.
    """
    from newsletter import shares, tasks  # as late as the pages, see _serve
    from newsletter.scheduler import Clock

    _log()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with program.opened() as opened:
        share = opened.engine.dialect.name == "postgresql"
        clock = Clock(opened.engine, opened.settings, shares=share)
        clock.start()
        program.say("The worker runs.")
        if share:
            send = partial(shares.send_share, opened.engine, opened.settings)
            tasks.work(opened.engine, send, stop=stop)
        stop.wait()
        clock.stop()


@app.command()
def migrate(*, json: JsonFlag = False) -> None:
    """Bring the database to the tables of this version."""
    settings = config.load()
    engine = db.make_engine(settings.database)
    try:
        steps = ready.upgrade(engine, settings)
        ready.ensure(engine, settings)
    finally:
        engine.dispose()
    if json:
        program.answer({"applied": steps})
        return
    for step in steps:
        program.say(f"Applied {step}.")
    if not steps:
        program.say("The database is up to date.")


@contextmanager
def _mail_comes_in(opened: Program) -> Iterator[None]:
    """Take mail for the bounce domain for the block, if the settings name a door."""
    door = opened.settings.bounce_door
    if door is None:
        yield
        return
    from newsletter.incoming.listener import listening  # most have no door

    with listening(opened.engine, opened.settings.keys, door):
        logger.info("mail that comes back is taken at %s:%s", door.host, door.port)
        yield


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; opened first, so that a busy port spoils nothing."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise NewsletterError(
                f"Port {port} is taken by another program: choose one with --port."
            ) from error
        raise NewsletterError(
            f"Cannot listen on {host}, port {port}: {error.strerror}."
        ) from error


def _address(door: socket.socket) -> str:
    host, port = door.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """A server that pages which watch something do not keep from ending."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End the streams too; else each is waited for as long as may be."""
        app = self.config.app
        app.state.site.audience.close()  # type: ignore[union-attr]  # it is ours
        super().handle_exit(sig, frame)


def _serve(opened: Program, door: socket.socket, *, demo: bool = False) -> None:
    # The web is heavy, and most commands never need it.
    from newsletter.app import create_app

    app = create_app(opened.settings, opened.engine, demo=demo)
    server = _Server(
        uvicorn.Config(
            app,
            access_log=False,
            log_level="warning",
            proxy_headers=False,  # the pages read them, as TRUSTED_PROXIES allows
            server_header=False,
            timeout_graceful_shutdown=_LAST_REQUESTS,
        )
    )
    sys.setswitchinterval(_TURN)
    # uvicorn stops on its own handlers and then raises the signal again for ours:
    # all is said by then.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    server.run(sockets=[door])


def _log() -> None:
    logging.basicConfig(
        format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING
    )
    logging.getLogger("newsletter").setLevel(logging.INFO)
