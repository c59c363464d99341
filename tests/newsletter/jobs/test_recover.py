from datetime import timedelta

from sqlalchemy import Engine

from newsletter import db, jobs, relays
from newsletter.config import Settings
from newsletter.models import Sender


def test_the_connections_of_a_dead_sender_are_free(
    engine: Engine, settings: Settings
) -> None:
    with db.writing(engine) as session:
        main, now = relays.get(session, settings, "main"), db.now(session)
        # Its heartbeat stopped, but the lease it took last would still run.
        session.add(Sender(id="dead", heartbeat_at=now - timedelta(minutes=1)))
        relays.lease(session, main, holder="dead", want=99, now=now)
        relays.lease(session, main, holder="alive", want=0, now=now)

    jobs.recover(engine, settings)

    with db.writing(engine) as session:
        granted = relays.lease(
            session, main, holder="alive", want=99, now=db.now(session)
        )
    assert granted == main.connections
