"""What machines ask."""

from datetime import timedelta

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter import db
from newsletter.app import create_app
from newsletter.config import Settings
from newsletter.models import Instance
from subscribers.clock import utcnow
from tests.web.conftest import make_client


def test_the_process_answers(client: TestClient) -> None:
    assert client.get("/healthz").text == "ok\n"


def test_it_is_not_ready_before_the_clock_ticks(client: TestClient) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"database": True, "clock": False}


def test_it_is_ready_while_the_clock_ticks(client: TestClient, engine: Engine) -> None:
    with db.writing(engine) as session:
        session.get_one(Instance, 1).ticked_at = db.now(session)

    assert client.get("/readyz").status_code == 200


def test_a_clock_that_stopped_is_noticed(client: TestClient, engine: Engine) -> None:
    with db.writing(engine) as session:
        session.get_one(Instance, 1).ticked_at = utcnow() - timedelta(minutes=5)

    assert client.get("/readyz").status_code == 503


def test_a_database_that_is_gone_is_noticed(settings: Settings) -> None:
    missing = db.make_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")

    answer = make_client(settings, missing).get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"database": False, "clock": False}


def test_serving_starts_and_stops_the_clock(settings: Settings, engine: Engine) -> None:
    app = create_app(settings, engine)

    with TestClient(app, base_url=settings.base_url) as client:
        ready = client.get("/readyz")

    assert ready.status_code == 200


def test_letters_that_wait_for_a_worker_are_noticed(
    settings: Settings, engine: Engine
) -> None:
    served = settings.model_copy(update={"workers": True})
    with db.writing(engine) as session:
        instance = session.get_one(Instance, 1)
        instance.ticked_at = db.now(session)
        instance.served_at = db.now(session) - timedelta(seconds=61)

    answer = make_client(served, engine).get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"database": True, "clock": True, "workers": False}
