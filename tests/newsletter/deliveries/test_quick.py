"""Turns that an event loop takes by itself, when the line to the database breaks."""

import asyncio
from typing import Any

from sqlalchemy import Engine

from newsletter import deliveries, jobs
from newsletter.config import Settings
from newsletter.deliveries import Accepted, Claim, Queue
from subscribers.clock import utcnow
from tests.newsletter.sending.sent import an_issue, break_lines, rows

_SENDER = "s" * 32


async def turn(
    quick: deliveries.QuickTurns, queue: Queue, taken: list[Accepted]
) -> list[Claim] | Exception | None:
    """Take a turn of two rows; None: it must wait elsewhere."""
    ended: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    begun = quick.take(
        taken,
        queue=queue,
        many=2,
        now=utcnow(),
        then=lambda found, error: ended.set_result(found[0] if found else error),
    )
    found: list[Claim] | Exception | None = (
        await asyncio.wait_for(ended, 10) if begun else None
    )
    return found


def test_a_line_that_breaks_between_turns_is_opened_again(
    engine: Engine, settings: Settings
) -> None:
    issue_id = an_issue(engine, 6)
    jobs.start_due_issues(engine, settings, holder="test")
    queue, complaints = Queue(issue_id, "fr"), []

    async def three_turns() -> list[Claim]:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, what: complaints.append(what))
        quick = deliveries.quick_turns(engine, sender=_SENDER, relay="main")
        first = await turn(quick, queue, [])
        assert isinstance(first, list)
        if engine.dialect.name != "sqlite":  # there is no line to SQLite
            break_lines(engine)
            await asyncio.sleep(0.2)
        taken = [Accepted(claim.id, claim.attempt, 250, "ok") for claim in first]
        second = await turn(quick, queue, taken)
        while not isinstance(second, list):
            second = await turn(quick, queue, taken)
        quick.close()
        return [*first, *second]

    claims = asyncio.run(asyncio.wait_for(three_turns(), 30))

    assert complaints == []
    assert len({claim.id for claim in claims}) == 4
    assert len(rows(engine, state="accepted")) == 2
    assert len(rows(engine, state="sending")) == 2
