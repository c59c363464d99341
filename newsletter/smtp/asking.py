"""Ask a relay what it offers and whether it lets us in; no message is sent."""

import asyncio
import ssl
from dataclasses import dataclass
from datetime import datetime

import aiosmtplib
from aiosmtplib.errors import SMTPAuthenticationError, SMTPException

from newsletter import reaching
from newsletter.config import Relay
from newsletter.reaching import Miss, Unreachable
from newsletter.smtp.opening import access_token
from newsletter.smtp.outcomes import cleaned

_MOST_OFFERS = 40


@dataclass(frozen=True)
class Greeting:
    """What a relay offers; `miss` says why there is nothing, or not all of it."""

    offers: tuple[str, ...] = ()  # EHLO keywords in capitals, as they stand in the end
    methods: tuple[str, ...] = ()  # of AUTH
    size: int = 0  # octets; 0: no limit is known
    starttls: bool = False  # was offered on the plain connection
    version: str = ""  # of TLS; empty: nothing is encrypted
    expires_at: datetime | None = None  # the relay's certificate
    refused: str = ""  # its words when it did not let us in
    miss: Miss = Miss.NONE
    detail: str = ""


def greet(relay: Relay, *, ehlo_name: str, seconds: float) -> Greeting:
    """Open a session, log in if there is a name for it, and leave. Never raises."""
    try:
        return asyncio.run(_greet(relay, ehlo_name, seconds))
    except Unreachable as error:
        return Greeting(miss=error.miss, detail=cleaned(error.detail))
    except TimeoutError:
        return Greeting(miss=Miss.SILENT)
    except (SMTPException, OSError, ValueError) as error:
        return Greeting(miss=reaching.miss_of(error), detail=cleaned(str(error)))


async def _greet(relay: Relay, ehlo_name: str, seconds: float) -> Greeting:
    async with asyncio.timeout(seconds):
        sock = reaching.reach(relay.host, relay.port, seconds=seconds)
        client = aiosmtplib.SMTP(
            hostname=relay.host,
            sock=sock,
            use_tls=relay.tls == "tls",
            start_tls=False,
            local_hostname=ehlo_name,
            timeout=seconds,
        )
        try:
            await client.connect()
            return await _ask(client, relay)
        finally:
            await _hang_up(client)
            sock.close()


async def _hang_up(client: aiosmtplib.SMTP) -> None:
    transport = client.transport
    client.close()
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()  # over TLS, a close would wait for the other side
    # The loop lets go of what it holds in the rounds after.
    for _ in range(3):
        await asyncio.sleep(0)


async def _ask(client: aiosmtplib.SMTP, relay: Relay) -> Greeting:
    if client.is_ehlo_or_helo_needed:
        await client.ehlo()
    starttls = "starttls" in client.esmtp_extensions
    if relay.tls == "starttls":
        if not starttls:
            return Greeting(offers=_offers(client), miss=Miss.TLS)
        await client.starttls(server_hostname=relay.host)
        await client.ehlo()
    refused = await _log_in(client, relay)
    transport = client.transport
    tls = transport.get_extra_info("ssl_object") if transport else None
    secure = tls if isinstance(tls, ssl.SSLObject) else None
    size = client.esmtp_extensions.get("size", "")
    return Greeting(
        offers=_offers(client),
        methods=tuple(each.upper() for each in client.server_auth_methods),
        size=int(size) if size.isascii() and size.isdigit() and len(size) < 16 else 0,
        starttls=starttls,
        version=(secure.version() or "") if secure else "",
        expires_at=reaching.expiry(secure) if secure else None,
        refused=refused,
    )


async def _log_in(client: aiosmtplib.SMTP, relay: Relay) -> str:
    """Log in as a sender does; return the words of a refusal."""
    if not relay.username:
        return ""
    try:
        if relay.auth == "xoauth2":
            token = await access_token(relay)()
            await client.auth_xoauth2(relay.username, token)
        else:
            await client.login(relay.username, relay.password)
    except SMTPAuthenticationError as error:
        return cleaned(f"{error.code} {error.message}")
    except (SMTPException, OSError) as error:
        return cleaned(str(error)) or type(error).__name__
    return ""


def _offers(client: aiosmtplib.SMTP) -> tuple[str, ...]:
    names = sorted(cleaned(name.upper())[:40] for name in client.esmtp_extensions)
    return tuple(names[:_MOST_OFFERS])
