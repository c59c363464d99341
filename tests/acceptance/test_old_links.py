"""Links in old letters work: after key rotations, from a restored copy, for ever."""

import shutil
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter import db
from newsletter.app import create_app
from newsletter.config import Settings
from subscribers.models import SubscriptionState
from subscribers.tokens import Purpose
from tests import factories
from tests.web.conftest import state_of

NEWER = ["a second key, put in front later on", "a third key, in front of the second"]


def test_two_rotations_and_a_restored_copy_later_old_links_work(
    sqlite_engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    with db.writing(sqlite_engine) as session:
        reader = factories.make_subscriber(session)
        handle = factories.subscription_of(session, reader).handle
    purposes = {"u": Purpose.UNSUBSCRIBE, "p": Purpose.PREFERENCES}
    links = {at: f"/{at}/{settings.keys.sign(p, handle)}" for at, p in purposes.items()}
    sqlite_engine.dispose()
    path = Path(str(sqlite_engine.url.database))
    backup = shutil.copy(path, tmp_path / "backup.db")
    path.unlink()
    shutil.copy(backup, path)
    rotated = settings.model_copy(
        update={"secret_keys": [*reversed(NEWER), *settings.secret_keys]}
    )
    rotated.__dict__.pop("keys", None)  # some versions copy what was computed before

    client = TestClient(
        create_app(rotated, sqlite_engine, clock=False), base_url=settings.base_url
    )
    pages = [client.get(link).status_code for link in links.values()]
    left = client.post(links["u"], data={"List-Unsubscribe": "One-Click"})

    assert rotated.keys.newest.secret == NEWER[-1].encode()
    assert pages == [200, 200]
    assert left.status_code == 200
    assert state_of(sqlite_engine, handle) is SubscriptionState.UNSUBSCRIBED
