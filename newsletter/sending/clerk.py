"""One thread that does what blocks, and brings the answer to the event loop."""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

Work = tuple[Callable[[], Any], Callable[[Any, BaseException | None], None]]


class Clerk:
    """A thread with a queue; a pool would cost more, some hundred times a second."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the thread; `stop` ends it."""
        self._loop = loop
        self._work: SimpleQueue[Work | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ledger")
        self._thread.start()

    def ask(
        self,
        work: Callable[[], Any],
        then: Callable[[Any, BaseException | None], None],
    ) -> None:
        """Do `work` in the thread, then call `then` in the event loop with its end."""
        self._work.put((work, then))

    async def do(self, work: Callable[[], Any]) -> Any:  # whatever it does
        """Do `work` in the thread and wait for it."""
        answer: asyncio.Future[Any] = self._loop.create_future()

        def then(value: Any, error: BaseException | None) -> None:
            if answer.cancelled():
                return
            if error is None:
                answer.set_result(value)
            else:
                answer.set_exception(error)

        self.ask(work, then)
        return await answer

    async def stop(self) -> None:
        """Finish what was asked, then end the thread."""
        self._work.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while (asked := self._work.get()) is not None:
            work, then = asked
            value, error = None, None
            try:
                value = work()
            except Exception as caught:  # noqa: BLE001  # it is raised where it was asked
                error = caught
            self._loop.call_soon_threadsafe(then, value, error)
