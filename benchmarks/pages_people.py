"""The pages about a million people: how long the server takes to answer each.

Run it with `make bench`, or `python -m benchmarks.pages_people 100000` for a quick
look. Each page is asked for twenty times; the 95th percentile must stay under 150 ms,
that of counts and free search, which come beside the page, under a second. Beside the
time on the clock stands that of this process alone (on SQLite: all of it), which says
what a machine with nothing else to do takes. `--postgres URL` names a server to use;
`--kept URL` measures one database, and fills it only the first time.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import Engine, make_url

from benchmarks import many_people
from benchmarks.importing import server
from newsletter import db, staff
from newsletter.app import create_app
from newsletter.config import Settings
from newsletter.models import Role, Staff
from newsletter.web import sessions

PEOPLE = 1_000_000
TIMES = 20
# Milliseconds.
PAGE, FRAGMENT = 150, 1000
PAGES = {
    "/subscribers": PAGE,
    "/subscribers?after=500000": PAGE,
    "/subscribers?order=oldest": PAGE,
    "/subscribers?order=address": PAGE,
    "/subscribers?state=active&lang=nl": PAGE,
    "/subscribers?state=waiting": PAGE,
    "/subscribers?state=paused": PAGE,
    "/subscribers?state=left": PAGE,
    "/subscribers?state=stopped": PAGE,
    "/subscribers?lang=none": PAGE,
    "/subscribers?q=anne.777": PAGE,
    "/subscribers/500001": PAGE,
    "/subscribers/import": PAGE,
    "/subscribers/segments": PAGE,
    "/forms": PAGE,
    "/returns": PAGE,
    "/subscribers/people?q=nobody+at+all": FRAGMENT,
    "/subscribers/people?q=anne.777": FRAGMENT,
    "/subscribers/people?q=example": FRAGMENT,
    "/subscribers/people?tag=tag+3": FRAGMENT,
    "/subscribers/people?since=2026-01-01&until=2026-02-01": FRAGMENT,
    "/subscribers/people?state=waiting&order=address": FRAGMENT,
    "/subscribers/many?tag=tag+3": FRAGMENT,
    "/subscribers/many?q=anne": FRAGMENT,
    "/subscribers/figures": FRAGMENT,
}


def main() -> None:
    """Measure and print a table; fail where a page takes longer than promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("people", nargs="?", type=int, default=PEOPLE)
    parser.add_argument("--postgres", metavar="URL", help="a server to use")
    parser.add_argument("--kept", metavar="URL", help="only this database, kept")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if wanted.kept:
            sys.exit(not _measure(wanted.kept, folder, wanted.people))
        good = _measure(f"sqlite:///{folder}/people.db", folder, wanted.people)
        with server(wanted.postgres, "benchmark_people") as url:
            good &= _measure(url, folder, wanted.people)
    sys.exit(not good)


def _measure(url: str, folder: Path, people: int) -> bool:
    settings = many_people.settings_for(url, folder)
    engine = db.make_engine(url)
    try:
        many_people.fill(engine, settings, people)
        print(f"\n{make_url(url).get_backend_name()}, {people} people, ms")
        print(f"{'':<56}{'p50':>7}{'p95':>7}{'own p50':>9}{'limit':>7}")
        with _logged_in(engine, settings) as client:
            answered = [_ask(client, page, limit) for page, limit in PAGES.items()]
            return all(answered)
    finally:
        engine.dispose()


def _logged_in(engine: Engine, settings: Settings) -> TestClient:
    with db.writing(engine) as session:
        email = f"{time.time_ns()}@example.org"
        person = Staff(email=email, email_key=email, role=Role.ADMIN, password_hash="-")  # noqa: S106  # nobody logs in with it
        session.add(person)
        session.flush()
        secret = staff.open_session(session, person)
    app = create_app(settings, engine, clock=False)
    client = TestClient(app, base_url=settings.base_url)
    client.cookies.set(sessions.cookie_name(settings), secret)
    return client


def _ask(client: TestClient, page: str, limit: int) -> bool:
    counted = client.app.state.site.counted  # type: ignore[attr-defined]  # ours

    def once() -> int:
        if "figures" in page:
            counted.forget()
        return client.get(page).status_code

    spent = sorted(_timed(once) for _ in range(TIMES))
    p50, p95 = spent[TIMES // 2][0], spent[int(TIMES * 0.95) - 1][0]
    own = sorted(each for _, each in spent)[TIMES // 2]
    good = p95 < limit
    mark = "" if good else "  !"
    print(f"{page:<56}{p50:>7.0f}{p95:>7.0f}{own:>9.0f}{limit:>7}{mark}", flush=True)
    return good


def _timed(once: Callable[[], int]) -> tuple[float, float]:
    begun, own = time.perf_counter(), time.process_time()
    assert once() == 200  # else it measures a page of errors
    now, done = time.perf_counter(), time.process_time()
    return 1000 * (now - begun), 1000 * (done - own)


if __name__ == "__main__":
    main()
