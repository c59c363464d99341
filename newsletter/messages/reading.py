"""The parts of a built message: their heads, and what they say."""

from email import message_from_bytes, policy


def part(message: bytes, kind: str) -> str:
    """Return the decoded `plain` or `html` part of a built message."""
    parsed = message_from_bytes(message, policy=policy.SMTP)
    body = parsed.get_body((kind,))
    return str(body.get_content()) if body is not None else ""


def part_head(kind: str) -> bytes:
    """Return the header of a `plain` or `html` part, up to its first line."""
    return (
        f"Content-Type: text/{kind}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode()
