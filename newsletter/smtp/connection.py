"""One session with a relay, pipelined as far as the relay takes it (RFC 2920).

In the full mode one write carries a body, its final dot and the envelope of the next
letter, and one read brings all four replies: one round trip a message. The other
modes write less at once and are the same code. Nothing is written while replies are
owed, since asyncio throws unread replies away when a write fails; and every reply
belongs to the slot it was owed in, so that a refusal can never move to the next
reader.

The ledger must know on which side of the final dot a failure fell: before it nothing
was accepted, after it nobody can tell.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial

from newsletter.config import Relay
from newsletter.smtp.lines import Letter, Manners, Mode, Source, Timeouts
from newsletter.smtp.opening import open_session
from newsletter.smtp.outcomes import Outcome, Stage, Verdict, cleaned
from newsletter.smtp.patience import Patience
from newsletter.smtp.reading import Reading, Unreadable
from newsletter.smtp.replies import judge
from newsletter.smtp.transaction import (
    ANY_ANSWER,
    ENVELOPE,
    GOOD,
    NOBODYS,
    WHOLE,
    after_loss,
    envelope,
    problem,
    takes_envelope,
)

Owed = tuple[Stage, Letter | None]


class RelayConnection(asyncio.Protocol):
    """A session over the network; opened at most once at a time."""

    def __init__(
        self,
        relay: Relay,
        source: Source,
        *,
        ehlo_name: str,
        manners: Manners | None = None,
        timeouts: Timeouts | None = None,
        messages: int = 50,
    ) -> None:
        """Prepare a session for at most `messages` letters, after which it closes."""
        self._relay, self._source, self._ehlo_name = relay, source, ehlo_name
        self._manners = manners or Manners()
        self._timeouts = timeouts or Timeouts()
        self._limit = messages
        self._transport: asyncio.Transport | None = None
        self._gone: asyncio.Future[None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether letters can be handed over."""
        return self._transport is not None

    async def open(self) -> None:
        """Connect, secure, greet and log in; raises RelayUnavailable with the reply."""
        transport, self._offer = await open_session(
            self._relay, ehlo_name=self._ehlo_name, timeout=self._timeouts.connect
        )
        loop = asyncio.get_running_loop()
        self._gone = loop.create_future()
        self._reading = Reading()
        self._usual: bytes | None = None  # the replies to an envelope that is taken
        self._owed: deque[Owed] = deque()
        self._then: Callable[[], None] | None = None
        # The letter whose envelope or body is out, and the next one behind it.
        self._current: Letter | None = None
        self._behind: Letter | None = None
        self._begun = 0
        self._dirty = False  # an envelope was begun and not ended by a dot
        self._is_behind = False  # and it was sent behind the dot of another
        self._closing = self._farewell = False
        self._patience = Patience(loop, self._given_up)
        self._transport = transport
        # A write then tells at once whether the kernel took all of it.
        transport.set_write_buffer_limits(high=0)
        transport.set_protocol(self)
        self._pump()

    def wake(self) -> None:
        """Ask the source again, if nothing is under way."""
        if self._transport is not None and self._then is None:
            self._pump()

    async def close(self) -> None:
        """Finish what is under way, say goodbye; never raises."""
        if self._gone is None:
            return
        self._closing = True
        self.wake()
        # A caller that is cancelled must not end the connection with it.
        await asyncio.shield(self._gone)

    def abandon(self) -> None:
        """Hang up unless a final dot has left: its reply is still worth waiting for."""
        letter = self._current
        if self._transport is not None and (
            letter is None or letter.stage is not Stage.DOT
        ):
            self._end("withheld: this sender was silent for too long", lost=False)

    # What the transport calls.

    def data_received(self, data: bytes) -> None:
        """Give every reply to the slot that it is owed in, then go on."""
        if self._transport is None or self._hear_all(data):
            return
        try:
            for code, text in self._reading.feed(data):
                if not self._hear(code, text):
                    return
        except Unreadable as error:
            self._misfit(str(error))
            return
        if self._owed:
            self._expect()
        elif self._reading.is_amid or self._farewell:
            # A farewell, or an answer to nothing: the next one would be misread.
            self._end("the relay closes the connection")
        elif self._then is not None:
            then, self._then = self._then, None
            then()

    def connection_lost(self, exc: Exception | None) -> None:
        """Settle what was under way by how far it came."""
        if self._is_behind and self._owed and self._owed[0][0] is Stage.MAIL:
            self._manners.broken_off()
        self._end(str(exc) if exc else "the relay hung up")

    def resume_writing(self) -> None:
        """Take note that all of a body and its dot is with the kernel."""
        if self._current is not None and self._current.stage is Stage.BODY:
            self._current.stage = Stage.DOT
            self._expect()

    # Replies.

    def _hear_all(self, data: bytes) -> bool:
        """Take four replies at once, if they are what nearly every message gets.

        This is what the full mode waits for: the last letter is accepted, and the
        next may send its body. Whatever is anything else is read reply by reply.
        """
        if len(self._owed) != WHOLE or self._reading.is_amid:
            return False
        dot, _, rest = data.partition(b"\n")
        # A relay says the same to every envelope.
        taken = rest == self._usual or takes_envelope(rest)
        if not taken or dot[:4] != b"250 " or dot[-1:] != b"\r":
            return False
        self._usual = rest
        letter, behind = self._current, self._behind
        if letter is None or behind is None or letter.stage is not Stage.DOT:
            return False
        self._owed.clear()
        self._then = None
        behind.ahead = True
        self._current, self._behind = behind, None
        self._dirty = self._is_behind = True
        text = cleaned(dot[4:-1].decode("utf-8", "replace"))
        self._source.settle(letter, Outcome(Verdict.ACCEPTED, 250, text))
        self._answered()
        return True

    def _hear(self, code: int, text: str) -> bool:
        """Take one reply; False when the connection ended with it."""
        if not self._owed:
            return self._surplus(code)
        stage, letter = self._owed.popleft()
        if code == 421:
            self._farewell = True
        if stage is Stage.DOT and letter is not None:
            self._dotted(letter, code, text)
        elif code // 100 == GOOD.get(stage):
            if stage is Stage.DATA and letter is not None:
                letter.ahead = True
        elif 400 <= code < 600:
            self._refused(stage, letter, code, text)
        elif stage not in ANY_ANSWER:
            self._misfit(f"{code} is no answer to {stage}")
        return self.is_open

    def _surplus(self, code: int) -> bool:
        self._farewell = code == 421
        if not self._farewell:
            self._misfit(f"{code} answers nothing")
        return self.is_open

    def _refused(
        self, stage: Stage, letter: Letter | None, code: int, text: str
    ) -> None:
        if letter is None:
            if stage is Stage.RSET:
                self._farewell = True  # a relay that cannot start afresh
            return
        # "Bad sequence" of commands that stood in the right one: it lost count.
        if code == 503 and letter.refusal is None and self._pipelines:
            self._misfit("503 to a command in its place")
        elif letter.refusal is None:
            letter.refusal = (stage, code, text)

    def _dotted(self, letter: Letter, code: int, text: str) -> None:
        """Settle the letter whose final dot this answers."""
        failed = 400 <= code < 600
        if not failed and (code >= 300 or letter.stage is Stage.BODY):
            self._misfit(f"{code} is no answer to a message")
            return
        if letter.stage is Stage.BODY:
            # It does not want the rest, which is on its way already.
            letter.refusal = (Stage.DOT, code, text)
            self._end("refused amid the message")
            return
        self._current, self._behind = self._behind, None
        self._dirty = self._is_behind = self._current is not None
        if code < 300:
            outcome = Outcome(Verdict.ACCEPTED, code, cleaned(text))
        else:
            outcome = judge(Stage.DOT, code, text)
        self._source.settle(letter, outcome)

    # Commands.

    @property
    def _pipelines(self) -> bool:
        return self._manners.mode > Mode.LOCKSTEP and self._offer.pipelining

    def _pump(self) -> None:
        """Begin the next letter, if there is one and this session takes it."""
        if self._owed or self._current is not None:
            return
        letter = None if self._closing else self._next()
        if letter is None:
            if self._closing or self._begun >= self._limit:
                self._quit()
            return
        self._current, self._is_behind = letter, False
        if self._pipelines:
            reset, stages = (b"RSET\r\n", [Stage.RSET]) if self._dirty else (b"", [])
            words = reset + envelope(letter, self._offer)
            self._send(words, (*stages, *ENVELOPE), letter, self._answered)
        elif self._dirty:
            self._send(
                b"RSET\r\n", (Stage.RSET,), None, partial(self._step, Stage.MAIL)
            )
        else:
            self._step(Stage.MAIL)
        self._dirty = True

    def _next(self) -> Letter | None:
        """Return the source's next letter that this relay can take at all."""
        if self._begun >= self._limit:
            return None
        while (letter := self._source.next()) is not None:
            trouble = problem(letter, self._offer)
            if trouble is None:
                self._begun += 1
                return letter
            self._source.settle(letter, trouble)
        return None

    def _step(self, stage: Stage) -> None:
        """Send one command of the envelope, unless one before it was refused."""
        letter = self._current
        if letter is None or letter.refusal:
            self._answered()
            return
        at = ENVELOPE.index(stage)
        words = envelope(letter, self._offer).splitlines(keepends=True)
        last = stage is ENVELOPE[-1]
        then = self._answered if last else partial(self._step, ENVELOPE[at + 1])
        self._send(words[at], (stage,), letter, then)

    def _answered(self) -> None:
        """Go on from the replies to an envelope."""
        letter = self._current
        if letter is None:
            self._pump()
        elif letter.ahead and letter.refusal is None:
            if self._source.may_leave(letter):
                self._body(letter)
            else:
                # A lone dot would deliver an empty message.
                self._end("withheld before the message began", lost=False)
        else:
            self._withdraw(letter)

    def _withdraw(self, letter: Letter) -> None:
        """Settle a letter that was refused; take a relay out of its waiting."""
        self._current = None
        refusal = letter.refusal or (Stage.DATA, 451, "")
        if letter.ahead:
            self._dirty = False
            self._send(b".\r\n", (Stage.LONE_DOT,), None, self._pump)
            self._source.settle(letter, judge(*refusal))
        else:
            self._source.settle(letter, judge(*refusal))
            self._pump()

    def _body(self, letter: Letter) -> None:
        """Send a body with its dot, and in the full mode the next envelope."""
        pipelines = self._pipelines and self._manners.mode is Mode.FULL
        behind = self._next() if pipelines and not self._closing else None
        letter.stage = Stage.BODY
        pieces = letter.envelope.pieces
        end = b".\r\n" if pieces[-1].endswith(b"\r\n") else b"\r\n.\r\n"
        self._owed.append((Stage.DOT, letter))
        if behind is None:
            self._then = self._pump
            self._write(b"".join((*pieces, end)))
        else:
            self._behind = behind
            self._owed.extend([(stage, behind) for stage in ENVELOPE])
            self._then = self._answered
            self._write(b"".join((*pieces, end, envelope(behind, self._offer))))
        if self._transport is not None:
            if not self._transport.get_write_buffer_size():
                letter.stage = Stage.DOT
            self._expect()

    def _send(
        self,
        words: bytes,
        stages: tuple[Stage, ...],
        letter: Letter | None,
        then: Callable[[], None],
    ) -> None:
        """Write commands, and owe a reply for each; `then` goes on from the last."""
        self._owed.extend(
            [(stage, None if stage in NOBODYS else letter) for stage in stages]
        )
        self._then = then
        self._write(words)
        self._expect()

    def _write(self, words: bytes) -> None:
        if self._transport is not None:
            self._transport.write(words)

    def _quit(self) -> None:
        self._closing = True
        self._send(b"QUIT\r\n", (Stage.QUIT,), None, self._hang_up)

    # Time, and the end.

    def _expect(self) -> None:
        """Wait for the next reply as long as RFC 5321 says, and no longer."""
        if not self._owed:
            self._patience.rest()
            return
        stage, letter = self._owed[0]
        if letter is not None and letter.stage is Stage.BODY:
            self._patience.wait(self._timeouts.block)
        else:
            self._patience.wait(self._timeouts.of(stage))

    def _given_up(self) -> None:
        if self._transport is None or not self._owed:
            return
        if self._owed[0][0] in ENVELOPE:
            self._misfit("a reply is missing")
        else:
            self._end("the relay said nothing for too long")

    def _misfit(self, why: str) -> None:
        """Hang up on a relay whose answers cannot be told apart."""
        if self._pipelines:
            self._manners.step_down(why)
        self._end(why)

    def _hang_up(self) -> None:
        self._end("", lost=False)

    def _end(self, why: str, *, lost: bool = True) -> None:
        """Drop the connection, settle what was under way, tell the source."""
        transport, self._transport = self._transport, None
        if transport is None:
            return
        letters = [self._current, self._behind]
        self._current = self._behind = self._then = None
        self._owed.clear()
        self._patience.end()
        transport.abort()
        for letter in letters:
            if letter is not None:
                self._source.settle(letter, after_loss(letter, why))
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(None)
        self._source.closed(self, lost=lost and not self._closing)
