"""Open a session with a relay: TLS, EHLO and log-in, all by aiosmtplib."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import aiosmtplib
from aiosmtplib.errors import SMTPException, SMTPResponseException

from newsletter.config import Relay
from newsletter.smtp.outcomes import RelayUnavailable, Stage, Verdict, lost
from newsletter.smtp.replies import judge


@dataclass(frozen=True)
class Offer:
    """What the relay said it can do, after any TLS and log-in."""

    pipelining: bool = False
    size: int = 0  # octets of the largest message; 0: no limit is known
    dsn: bool = False
    utf8: bool = False


async def open_session(
    relay: Relay, *, ehlo_name: str, timeout: float
) -> tuple[asyncio.Transport, Offer]:
    """Return a transport past EHLO, on which nothing is owed by either side.

    Raises RelayUnavailable with the reply, or with what went wrong.
    """
    client = aiosmtplib.SMTP(
        hostname=relay.host,
        port=relay.port,
        username=relay.username or None,
        password=None if relay.auth == "xoauth2" else relay.password or None,
        oauth_token_generator=access_token(relay) if relay.auth == "xoauth2" else None,
        use_tls=relay.tls == "tls",
        start_tls=relay.tls == "starttls",
        local_hostname=ehlo_name,
        timeout=timeout,
    )
    try:
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
        return _taken_over(client)
    except SMTPResponseException as error:
        client.close()
        stage = Stage.AUTH if _is_login(error) else Stage.CONNECT
        raise RelayUnavailable(judge(stage, error.code, str(error.message))) from error
    except (SMTPException, OSError, ValueError) as error:
        client.close()
        why = str(error) or type(error).__name__
        raise RelayUnavailable(lost(Verdict.RETURNED, why)) from error
    except asyncio.CancelledError:
        client.close()
        raise


def _taken_over(client: aiosmtplib.SMTP) -> tuple[asyncio.Transport, Offer]:
    protocol, transport = client.protocol, client.transport
    if protocol is None or transport is None or transport.is_closing():
        raise aiosmtplib.SMTPServerDisconnected("Connection lost")
    if getattr(protocol, "_buffer", b""):
        # It would be lost, or taken for the answer to our first command.
        raise aiosmtplib.SMTPServerDisconnected("The relay speaks out of turn")
    given = client.esmtp_extensions
    size = given.get("size", "")
    offer = Offer(
        pipelining="pipelining" in given,
        size=int(size) if size.isascii() and size.isdigit() and len(size) < 16 else 0,
        dsn="dsn" in given,
        utf8="smtputf8" in given,
    )
    return cast(asyncio.Transport, transport), offer


def access_token(relay: Relay) -> aiosmtplib.SMTPTokenGenerator:
    """Return what reads the access token: anew for each session, as it expires."""

    async def token() -> str:
        if not relay.token_file:
            return relay.password
        path = Path(relay.token_file)
        return (await asyncio.to_thread(path.read_text, "utf-8")).strip()

    return token


def _is_login(error: SMTPResponseException) -> bool:
    return isinstance(error, aiosmtplib.SMTPAuthenticationError)
