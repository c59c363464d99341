"""Answer "has it changed since?" for what machines fetch again and again (RFC 9110)."""

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import Response

from subscribers.clock import utcnow


def answer(
    request: Request, text: str, *, media_type: str, changed_at: datetime | None
) -> Response:
    """Return the text, or 304 to whoever has it already; `changed_at` None: unknown."""
    body = text.encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {"ETag": tag}
    if changed_at is not None:
        headers["Last-Modified"] = format_datetime(
            changed_at.replace(microsecond=0).astimezone(UTC), usegmt=True
        )
    if _is_known(request, tag, changed_at):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _is_known(request: Request, tag: str, changed_at: datetime | None) -> bool:
    known = request.headers.get("if-none-match")
    if known is not None:
        # A proxy that compresses makes our tag a weak one: W/"…".
        return known.strip() == "*" or tag in (
            each.strip().removeprefix("W/") for each in known.split(",")
        )
    since = _moment(request.headers.get("if-modified-since", ""))
    if since is None or changed_at is None:
        return False
    return changed_at.replace(microsecond=0) <= since <= utcnow()


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
