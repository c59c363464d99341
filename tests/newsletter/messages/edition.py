"""A compiled edition to build messages from, every value by keyword."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from newsletter.messages import Compiled, Envelope, Reader
from newsletter.rendering.markers import Markers
from tests import factories

NONCE = "abcdefghijklmnop"
MARKERS = Markers(NONCE)
HTML = (
    '<!doctype html><html lang="fr"><body><h1>Bonjour</h1>'
    f'<a href="{MARKERS.unsubscribe}">Se désinscrire</a> '
    f'<a href="{MARKERS.preferences}">Préférences</a> '
    f'<a href="{MARKERS.read_in("nl")}">Nederlands</a>'
    f"<p>Vous recevez cette lettre à {MARKERS.address} depuis le {MARKERS.since}.</p>"
    "</body></html>\n"
)
TEXT = (
    "Bonjour\n\n"
    f"Se désinscrire : {MARKERS.unsubscribe}\n"
    f"Préférences : {MARKERS.preferences}\n"
    f"Nederlands: {MARKERS.read_in('nl')}\n"
    f"{MARKERS.address}, {MARKERS.since}\n"
)


def make_envelope(**values: Any) -> Envelope:
    base = "https://news.example.org"
    return Envelope(
        **{
            "base_url": base,
            "list_slug": "lettre",
            "list_name": "Lettre mensuelle",
            "list_id": "lettre.news.example.org",
            "sender_name": "Croix-Rouge de Liège",
            "sender_address": "lettre@news.example.org",
            "reply_to": "contact@example.org",
            "key_id": factories.KEYS.newest.id,
            "nonce": NONCE,
            "timezone": "Europe/Brussels",
            "web_url": f"{base}/fr/decembre",
            "help_url": f"{base}/fr/subscribe",
            "feedback_id": "i0000001:lettre:news:newsexampleorg",
            "issue_handle": "iiiiiiii",
            "languages": ("fr", "nl"),
            **values,
        }
    )


def make_compiled(
    *,
    subject: str = "Novembre à Liège",
    html: str = HTML,
    text: str = TEXT,
    **values: Any,
) -> Compiled:
    return Compiled(
        make_envelope(**values),
        factories.KEYS,
        language="fr",
        subject=subject,
        html=html,
        text=text,
    )


def make_reader(**values: Any) -> Reader:
    return Reader(
        **{
            "delivery_id": 7,
            "address": "anne@example.org",
            "handle": "hhhhhhhhhhhhhhhh",
            "since_on": "2025-03-03",
            "dated_at": datetime(2026, 11, 23, 19, 5, 34, 99, tzinfo=UTC),
            **values,
        }
    )


def parse(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.SMTP)
    assert isinstance(message, EmailMessage)
    return message
